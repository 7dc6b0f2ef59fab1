"""Archives as people see them: made, listed, run now, removed; every change is in the audit log."""

from collections.abc import Sequence
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, delete, func, select

from controller.adapters.database import Database
from controller.adapters.states import State, plain
from controller.adapters.tables import ArchiveItemRow, ArchiveRow, AuditRow, ExportRow
from controller.adapters.watch_signs import failing_backups
from controller.core.archive import Every, failing_since, late_since, next_run
from controller.core.conditions import FailingBackup
from controller.core.export import OPEN
from controller.core.export_words import Language
from controller.errors import Missing
from shared.clock import Clock
from shared.texts import say


class SqlArchives:
    """`ArchiveBook` on SQLite or PostgreSQL."""

    def __init__(self, database: Database, clock: Clock, zone: ZoneInfo) -> None:
        self._database = database
        self._clock = clock
        self._zone = zone

    async def all(self) -> list[State]:
        """ArchiveOut of each, by name."""
        async with self._database.reading() as session:
            rows = (await session.scalars(select(ArchiveRow).order_by(col(ArchiveRow.name)))).all()
            return [await self._state(session, row) for row in rows]

    async def failing(self) -> tuple[FailingBackup, ...]:
        """Those of which something failed last, and those that are overdue."""
        async with self._database.reading() as session:
            return await failing_backups(session, self._clock.unix_ms())

    async def put(
        self, name: str, target: str, severities: Sequence[str], every: Every, at_min: int, since_ms: int | None,
        who: str, address: str, language: Language = "en",
    ) -> State:  # fmt: skip
        """Add or change one; what it has already it does not copy again. ArchiveOut.

        `since_ms` None: as it was, now at first.
        """
        now_ms = self._clock.unix_ms()
        async with self._database.writing() as session:
            row = await session.get(ArchiveRow, name, with_for_update=True)
            if row is None:
                row = ArchiveRow(
                    name=name, target=target, severities=[], every=every, at_min=0, since_ms=now_ms, next_ms=0,
                    ok_ms=now_ms, created_at=self._clock.now(), created_by=who,
                )  # fmt: skip
                session.add(row)
            row.target, row.severities, row.every, row.at_min = target, list(severities), every, at_min
            row.language = language
            row.next_ms = next_run(every, at_min, self._zone, now_ms)
            if since_ms is not None:
                row.since_ms = since_ms
            detail = plain(row, "target", "severities", "every", "at_min", "since_ms", "language")
            session.add(self._audit(who, "archive.put", name, address, detail))
            await session.flush()
            return await self._state(session, row)

    async def run(self, name: str, who: str, address: str) -> State:
        """Let it run now; ArchiveOut."""
        async with self._database.writing() as session:
            row = await self._get(session, name)
            row.next_ms = self._clock.unix_ms()
            session.add(self._audit(who, "archive.run", name, address, {}))
            return await self._state(session, row)

    async def remove(self, name: str, who: str, address: str) -> None:
        """Forget it; what was copied stays, and so do exports that it asked for."""
        async with self._database.writing() as session:
            await session.delete(await self._get(session, name))
            await session.execute(delete(ArchiveItemRow).where(col(ArchiveItemRow.archive) == name))
            session.add(self._audit(who, "archive.remove", name, address, {}))

    async def _get(self, session: AsyncSession, name: str) -> ArchiveRow:
        row = await session.get(ArchiveRow, name, with_for_update=True)
        if row is None:
            raise Missing("name", say("unknown", key=name))
        return row

    async def _state(self, session: AsyncSession, row: ArchiveRow) -> State:
        mine = col(ArchiveItemRow.archive) == row.name
        done = await session.scalar(select(func.count()).where(mine, col(ArchiveItemRow.done).is_(True)))
        waiting = await session.scalar(select(func.count()).where(mine, col(ArchiveItemRow.done).is_(False)))
        exports = select(ArchiveItemRow.export).where(mine)
        size = await session.scalar(select(func.sum(ExportRow.bytes_sent)).where(col(ExportRow.id).in_(exports)))
        reason = await session.scalar(
            select(ExportRow.reason)
            .where(col(ExportRow.id).in_(exports), col(ExportRow.state).in_(OPEN), col(ExportRow.reason) != "")
            .limit(1)
        )
        late_ms = late_since(row.next_ms, row.ok_ms, cast("Every", row.every), self._clock.unix_ms())
        failing_ms = failing_since(row.failing_ms, late_ms)
        return {
            **plain(row, "name", "severities", "every", "at_min", "since_ms", "next_ms", "ran_ms", "ok_ms", "failures"),
            "destination": row.target,
            "fault": reason or row.fault,
            "failing": failing_ms is not None,
            "failing_ms": failing_ms or 0,
            "late": late_ms is not None,
            "language": row.language,
            "copied": int(done or 0),
            "waiting": int(waiting or 0),
            "bytes": int(size or 0),
            "created_by": row.created_by,
        }

    def _audit(self, who: str, what: str, name: str, address: str, detail: dict[str, Any]) -> AuditRow:
        return AuditRow(at=self._clock.now(), who=who, what=what, subject=name, address=address, detail=detail)
