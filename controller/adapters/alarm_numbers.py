"""A number that was given to an alarm is never given again: not even after the database is put back to a backup."""

import os
from pathlib import Path

import structlog

from controller.adapters.alarm_rows import lock_site
from controller.adapters.database import Database
from controller.adapters.tables import SiteRow
from shared.ids import SiteId

log = structlog.get_logger("alarms")

LEAP = 100
"""How many numbers are left out after a restore: some may have been given since the file was written last."""


class AlarmNumbers:
    """The highest number ever given, kept in a file beside the database and in the site's row."""

    def __init__(self, database: Database, site: SiteId, file: Path) -> None:
        self._database = database
        self._site = site
        self._file = file
        self._kept = 0

    async def keep(self) -> None:
        """Write down the highest number of now; cheap where it has not changed."""
        async with self._database.reading() as session:
            row = await session.get(SiteRow, self._site)
        number = 0 if row is None else row.last_alarm_number
        if number > max(self._kept, written_in(self._file)):
            _replace(self._file, f"{number}\n")
        self._kept = max(self._kept, number)

    async def leap(self) -> None:
        """Where the database is behind the file, it was put back to an older copy: go on beyond both."""
        written = written_in(self._file)
        async with self._database.writing() as session:
            site = await lock_site(session, self._site)
            if site.last_alarm_number >= written:
                return
            before, site.last_alarm_number = site.last_alarm_number, written + LEAP
        log.warning("the database is an older copy: alarm numbers go on higher", at=before, next=written + LEAP + 1)


def leap_from(file: Path, older: Path, number: int) -> None:
    """Let the next start go on beyond `number`, and beyond what `older` knows: some were given since a backup."""
    known = max(number, written_in(file), written_in(older))
    _replace(file, f"{known + 1}\n")


def written_in(file: Path) -> int:
    """The number in a file; 0: it has none."""
    try:
        text = file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return 0
    return int(text) if text.isdecimal() and len(text) <= 9 else 0  # noqa: PLR2004 - fits a column


def _replace(file: Path, text: str) -> None:
    """Whole or not at all, and durable."""
    fresh = file.with_suffix(".new")
    with fresh.open("w", encoding="ascii") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(file)
