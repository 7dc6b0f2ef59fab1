"""What a backup's name and date tell, and which of a site's are too many. Pure: time is an argument.

Invariants, held by tests/unit/controller/core/test_backup_names.py:
1. What was just made is never too many, whatever its date, nor is another one that is to be spared.
2. Of what is dated ahead of now nobody knows the age: it counts for nothing, and stays.
"""

import re
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta

SUFFIX = ".cctvbackup"
_AHEAD = timedelta(minutes=10)
"""So far two machines' clocks may be apart."""
_STAMP = "%Y%m%dT%H%M%SZ"
_NAME = re.compile(r"([a-z0-9-]{1,64})-(\d{8}T\d{6}Z)-[0-9a-f]{6}" + re.escape(SUFFIX), re.ASCII)


def name_of(site: str, made_at: datetime, mark: str) -> str:
    """As the file is named; `mark`: six hexadecimal digits that no other of that second has."""
    return f"{site}-{made_at.astimezone(UTC):{_STAMP}}-{mark}{SUFFIX}"


def read_name(name: str) -> tuple[str, datetime] | None:
    """The site and the moment that it names; None: backups are named otherwise."""
    found = _NAME.fullmatch(name)
    try:
        return None if found is None else (found[1], datetime.strptime(found[2], _STAMP).replace(tzinfo=UTC))
    except ValueError:
        return None


def is_ahead(made_at: datetime, now: datetime) -> bool:
    """Whether it is dated later than a right clock could have it."""
    return made_at - now > _AHEAD


def surplus(
    site: str, names: Iterable[str], keep: int, now: datetime, *, made: str, spared: Collection[str] = ()
) -> list[str]:
    """A site's backups beyond the newest `keep`, `made` being one of those."""
    told = ((name, read_name(name)) for name in names if name != made and name not in spared)
    found = [(one[1], name) for name, one in told if one is not None and one[0] == site and not is_ahead(one[1], now)]
    return [name for _, name in sorted(found)[: max(0, len(found) + 1 - keep)]]
