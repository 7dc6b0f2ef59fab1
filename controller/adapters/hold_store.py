"""Evidence holds as people see them: footage that stays until somebody lets it go."""

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, func, select, tuple_

from controller.adapters.database import Database
from controller.adapters.hold_rows import add_hold, release_holds
from controller.adapters.states import State, overlapping_runs, plain
from controller.adapters.tables import AuditRow, CameraRow, HoldRow, RunRow
from controller.errors import Missing
from shared.clock import Clock
from shared.errors import Rejected
from shared.ids import CameraId
from shared.mint import uuid7
from shared.texts import say

_LARGEST_PAGE = 200


class SqlHoldStore:
    """`HoldBook` on SQLite or PostgreSQL."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def add(self, camera: CameraId, start_ms: int, end_ms: int, reason: str, who: str, address: str) -> State:
        """HoldOut of a new one; `Missing`: no such camera."""
        now = self._clock.now()
        async with self._database.writing() as session:
            if await session.get(CameraRow, camera) is None:
                raise Missing("camera", say("unknown", key=camera))
            row = HoldRow(
                id=uuid7(), camera=camera, start_ms=start_ms, end_ms=end_ms, reason=reason, who=who, created_at=now
            )
            await add_hold(session, row)
            detail = {"hold": row.id, "start_ms": start_ms, "end_ms": end_ms, "reason": reason}
            session.add(AuditRow(at=now, who=who, what="hold.add", subject=camera, address=address, detail=detail))
            return await _state(session, row)

    async def page(
        self, *, released: bool, cursor: str | None, limit: int, over: tuple[str, int, int] | None = None
    ) -> State:
        """HoldPage, newest first: those of people, with `released` also those that hold nothing any more.

        `over`: only those that hold some of [start_ms, end_ms) of a camera.
        """
        limit = max(1, min(limit, _LARGEST_PAGE))
        order = (col(HoldRow.created_at).desc(), col(HoldRow.id).desc())
        query = select(HoldRow).where(col(HoldRow.export).is_(None)).order_by(*order).limit(limit + 1)
        if not released:
            query = query.where(col(HoldRow.released_at).is_(None))
        if over is not None:
            camera, start_ms, end_ms = over
            query = query.where(
                col(HoldRow.camera) == camera, col(HoldRow.start_ms) < end_ms, col(HoldRow.end_ms) > start_ms
            )
        async with self._database.reading() as session:
            if cursor is not None:
                last = await session.get(HoldRow, cursor)
                if last is None:
                    raise Rejected("cursor", say("bad_cursor"))
                query = query.where(tuple_(col(HoldRow.created_at), col(HoldRow.id)) < (last.created_at, last.id))
            rows = list((await session.scalars(query)).all())
            more = len(rows) > limit
            items = [await _state(session, row) for row in rows[:limit]]
        return {"items": items, "next": items[-1]["id"] if more else None}

    async def one(self, hold: str) -> State:
        """HoldOut; `Missing` when there is none."""
        async with self._database.reading() as session:
            return await _state(session, await _get(session, hold))

    async def release(self, hold: str, who: str, address: str) -> State:
        """HoldOut; one that was released stays as it is."""
        now = self._clock.now()
        async with self._database.writing() as session:
            row = await _get(session, hold)
            if row.released_at is None:
                await release_holds(session, [row], who, now)
                detail = {"hold": row.id, "start_ms": row.start_ms, "end_ms": row.end_ms}
                session.add(
                    AuditRow(at=now, who=who, what="hold.release", subject=row.camera, address=address, detail=detail)
                )
            return await _state(session, row)


async def _get(session: AsyncSession, hold: str) -> HoldRow:
    row = await session.get(HoldRow, hold, with_for_update=True)
    if row is None or row.export is not None:
        raise Missing("hold", say("unknown", key=hold))
    return row


async def _state(session: AsyncSession, row: HoldRow) -> State:
    stored = await session.execute(
        select(func.count(), func.sum(RunRow.length_bytes)).where(
            *overlapping_runs(row.camera, row.start_ms, row.end_ms), col(RunRow.state) == "stored"
        )
    )
    runs, size = stored.one()
    return {
        **plain(row, "id", "camera", "start_ms", "end_ms", "reason", "who", "released_by"),
        "created_at": row.created_at.isoformat(),
        "released_at": None if row.released_at is None else row.released_at.isoformat(),
        "runs": runs,
        "bytes": int(size or 0),
    }
