"""Clear pictures for some minutes, as rows: begun and ended with an entry in the audit, both in one transaction."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from controller.adapters.database import Database
from controller.adapters.tables import AuditRow, CameraRow, SessionRow, UnmaskRow
from controller.errors import Conflict, Missing
from controller.ports.unmask import Asked, Unmasked
from shared.clock import Clock
from shared.texts import say


class SqlUnmasks:
    """`UnmaskBook` on SQLite or PostgreSQL."""

    def __init__(self, database: Database, clock: Clock, mint: Callable[[], str]) -> None:
        self._database = database
        self._clock = clock
        self._mint = mint

    async def begin(self, asked: Asked, until_at: datetime) -> Unmasked:
        """From now on; `Missing` for a camera that they do not see, `Conflict` while one lasts."""
        now = self._clock.now()
        async with self._database.writing() as session:
            if await session.scalar(select(CameraRow.id).where(col(CameraRow.id) == asked.camera)) is None:
                raise Missing("camera", say("unknown", key=asked.camera))
            await session.execute(select(SessionRow.id).where(col(SessionRow.id) == asked.session).with_for_update())
            lasting = await session.scalars(_lasting(asked.session, now).where(col(UnmaskRow.camera) == asked.camera))
            if lasting.first() is not None:
                raise Conflict("camera", say("unmask_lasts"))
            row = UnmaskRow(
                id=self._mint(),
                session=asked.session,
                username=asked.who,
                camera=asked.camera,
                reason=asked.reason,
                began_at=now,
                until_at=until_at,
            )
            session.add(row)
            session.add(self._entry(row, "unmask.begin", asked.who, asked.address, {"reason": asked.reason}))
            return _told(row)

    async def of(self, session_id: str) -> list[Unmasked]:
        """What lasts for a session, the one that ends first before others."""
        async with self._database.reading() as session:
            rows = await session.scalars(_lasting(session_id, self._clock.now()).order_by(col(UnmaskRow.until_at)))
            return [_told(row) for row in rows]

    async def end(self, unmask: str, session_id: str, who: str, address: str) -> None:
        """Before its time; `Missing` where the session has no such."""
        now = self._clock.now()
        async with self._database.writing() as session:
            row = (await session.scalars(_lasting(session_id, now).where(col(UnmaskRow.id) == unmask))).first()
            if row is None:
                raise Missing("unmask", say("unknown", key=unmask[:8]))
            row.ended_at = now
            session.add(self._entry(row, "unmask.end", who, address, {"reason": row.reason}))

    async def end_due(self) -> int:
        """Close those whose time has come; how many."""
        now = self._clock.now()
        due = select(UnmaskRow).where(col(UnmaskRow.ended_at).is_(None), col(UnmaskRow.until_at) <= now)
        async with self._database.reading() as session:
            if (await session.scalars(due.limit(1))).first() is None:
                return 0
        async with self._database.writing() as session:
            rows = list(await session.scalars(due.with_for_update(skip_locked=True)))
            for row in rows:
                row.ended_at = row.until_at
                session.add(self._entry(row, "unmask.end", row.username, "", {"reason": row.reason}))
            return len(rows)

    def _entry(self, row: UnmaskRow, what: str, who: str, address: str, detail: dict[str, Any]) -> AuditRow:
        told = {**detail, "minutes": round((row.until_at - row.began_at).total_seconds() / 60)}
        return AuditRow(at=self._clock.now(), who=who, what=what, subject=row.camera, address=address, detail=told)


def _lasting(session_id: str, now: datetime) -> Any:
    return select(UnmaskRow).where(
        col(UnmaskRow.session) == session_id, col(UnmaskRow.ended_at).is_(None), col(UnmaskRow.until_at) > now
    )


def _told(row: UnmaskRow) -> Unmasked:
    return Unmasked(row.id, row.camera, row.reason, row.began_at, row.until_at)
