"""What the audit tells of the site's backups, and what the nightly one writes into it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, cast, get_args

from sqlmodel import col, select

from controller.adapters.database import Database
from controller.adapters.tables import AuditRow
from controller.core.nightly import NIGHTLY, Failed, Fault, Good, Nights
from shared.clock import Clock

CREATED, TRIED, FAILED = "backup.create", "backup.try", "backup.fail"
_FAULTS: tuple[Fault, ...] = get_args(Fault)
_BACK = timedelta(days=31)
_MOST = 200


class SqlBackupLog:
    """On SQLite or PostgreSQL."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def nights(self) -> Nights:
        """The last month's; entries from later than now are of a clock that was wrong."""
        now = self._clock.now()
        query = (
            select(AuditRow)
            .where(col(AuditRow.what).in_((CREATED, TRIED, FAILED)), col(AuditRow.at) >= now - _BACK)
            .where(col(AuditRow.at) <= now)
            .order_by(col(AuditRow.at).desc())
            .limit(_MOST)
        )
        async with self._database.reading() as session:
            rows = (await session.scalars(query)).all()
        return Nights(
            made=tuple(row.at for row in rows if row.what == CREATED and row.who == NIGHTLY),
            failed=tuple(Failed(row.at, _fault(row.detail)) for row in rows if row.what == FAILED),
            good=next((_good(row) for row in rows if row.what == TRIED and not row.detail.get("faults")), None),
        )

    async def note(self, entries: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        """Write what was done, all of it or nothing."""
        async with self._database.writing() as session:
            session.add_all(
                AuditRow(at=self._clock.now(), who=NIGHTLY, what=what, address="", detail=dict(detail))
                for what, detail in entries
            )


def _good(row: AuditRow) -> Good:
    length = row.detail.get("bytes")
    return Good(row.at, str(row.detail.get("file", "")), length if isinstance(length, int) else None)


def _fault(detail: Mapping[str, Any]) -> Fault:
    why = detail.get("why")
    return cast("Fault", why) if why in _FAULTS else "failed"
