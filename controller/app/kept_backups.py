"""The backups that lie in a folder, as each file says of itself, and which of them go."""

import stat
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from controller.adapters.backup_log import SqlBackupLog
from controller.adapters.database import Database
from controller.adapters.sealed_stream import read_told
from controller.app.backup import Made
from controller.app.site import Site
from controller.core.backup_names import SUFFIX, is_ahead, surplus
from shared.clock import Clock
from shared.errors import Rejected, Transient
from shared.ids import parse_site

AHEAD = "is dated ahead of this machine's clock"


@dataclass(frozen=True, slots=True)
class Kept:
    """A backup as its file says of itself, unopened. `fault`: why it counts for nothing."""

    file: Path
    length_bytes: int
    site: str
    made_at: str
    fault: str


def list_backups(folder: Path, now: datetime) -> list[Kept]:
    """The backups in a folder, the newest last; `Rejected` where it cannot be read."""
    try:
        found = [path for path in folder.iterdir() if path.name.endswith(SUFFIX)]
    except OSError as fault:
        raise Rejected(str(folder), f"cannot be read: {fault.strerror}") from None
    return sorted((_listed(path, now) for path in found), key=lambda one: (one.made_at, one.file.name))


def is_newer(one: Kept, now: datetime, hours: int) -> bool:
    """Whether it says of itself that it is at most so old, and can be right."""
    return not one.fault and now - datetime.fromisoformat(one.made_at) <= timedelta(hours=hours)


def forget_older(made: Made, keep: int, now: datetime, good: str = "") -> list[Path]:
    """Remove this site's backups beside `made` beyond the newest `keep`; which went. `good` is another that stays.

    What is no backup, or is dated ahead of now, does not count and stays.
    """
    folder, site = made.file.parent, made.manifest.site
    names = [one.file.name for one in list_backups(folder, now) if not one.fault and one.site == site]
    gone = [folder / name for name in surplus(site, names, keep, now, made=made.file.name, spared={good})]
    for path in gone:
        try:
            path.unlink(missing_ok=True)
        except OSError as fault:
            raise Transient(f"{path}: {fault.strerror}") from fault
    return gone


async def last_good(site: Site, clock: Clock) -> str:
    """The file that was last put back on trial and found right, as the audit tells; empty: none of this month."""
    database = Database(site.settings.database())
    try:
        good = (await SqlBackupLog(database, clock).nights()).good
        return "" if good is None else good.file
    finally:
        await database.close()


def _listed(path: Path, now: datetime) -> Kept:
    length_bytes = 0
    try:
        held = path.stat()
        length_bytes = held.st_size
        site, made_at = _told(path, held.st_mode)
    except OSError as fault:
        return Kept(path, length_bytes, "", "", f"cannot be read: {fault.strerror}")
    except Rejected as fault:
        return Kept(path, length_bytes, "", "", str(fault))
    return Kept(path, length_bytes, site, made_at.isoformat(), AHEAD if is_ahead(made_at, now) else "")


def _told(path: Path, mode: int) -> tuple[str, datetime]:
    if not stat.S_ISREG(mode):  # a pipe would be waited for
        raise Rejected("backup", "is no file")
    told = read_told(path)
    try:
        site, made_at = parse_site(str(told["site"])), datetime.fromisoformat(str(told["made_at"]))
    except (Rejected, KeyError, ValueError):
        raise Rejected("backup", "names no site or no moment at its begin") from None
    if made_at.tzinfo is None:
        raise Rejected("backup", "names no zone of its moment")
    return site, made_at
