"""Footage that people ask for: kept, listed, and told part by part."""

from sqlmodel import col, select, tuple_

from controller.adapters.database import Database
from controller.adapters.footage_rows import footage_of
from controller.adapters.states import State, plain
from controller.adapters.tables import AuditRow, CameraRow, FootageRequestRow
from controller.core.footage import parts
from controller.errors import Missing
from shared.clock import Clock
from shared.errors import Rejected
from shared.ids import CameraId
from shared.mint import uuid7
from shared.texts import say

_LARGEST_PAGE = 200


class SqlRequestStore:
    """`RequestStore` on SQLite or PostgreSQL."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def add(self, camera: CameraId, start_ms: int, end_ms: int, who: str, address: str) -> State:
        """FootageRequestOut of a new request; `Missing` when there is no such camera."""
        now = self._clock.now()
        async with self._database.writing() as session:
            if await session.get(CameraRow, camera) is None:
                raise Missing("camera", say("unknown", key=camera))
            row = FootageRequestRow(
                id=uuid7(), camera=camera, start_ms=start_ms, end_ms=end_ms, who=who, created_at=now, changed_at=now
            )
            session.add(row)
            detail = {"request": row.id, "start_ms": start_ms, "end_ms": end_ms}
            session.add(
                AuditRow(at=now, who=who, what="footage.request", subject=camera, address=address, detail=detail)
            )
            return _state(row)

    async def page(self, *, camera: str | None, cursor: str | None, limit: int) -> State:
        """FootageRequestPage, newest first."""
        limit = max(1, min(limit, _LARGEST_PAGE))
        order = (col(FootageRequestRow.created_at).desc(), col(FootageRequestRow.id).desc())
        query = select(FootageRequestRow).order_by(*order).limit(limit + 1)
        if camera is not None:
            query = query.where(col(FootageRequestRow.camera) == camera)
        async with self._database.reading() as session:
            if cursor is not None:
                last = await session.get(FootageRequestRow, cursor)
                if last is None:
                    raise Rejected("cursor", say("bad_cursor"))
                newest = tuple_(col(FootageRequestRow.created_at), col(FootageRequestRow.id))
                query = query.where(newest < (last.created_at, last.id))
            rows = list((await session.scalars(query)).all())
        more = len(rows) > limit
        rows = rows[:limit]
        return {"items": [_state(row) for row in rows], "next": rows[-1].id if more else None}

    async def one(self, request: str) -> State:
        """FootageRequestDetailOut; `Missing` when there is none."""
        async with self._database.reading() as session:
            row = await session.get(FootageRequestRow, request)
        if row is None:
            raise Missing("request", say("unknown", key=request))
        return {"request": _state(row), "parts": await self.parts(CameraId(row.camera), row.start_ms, row.end_ms)}

    async def parts(self, camera: CameraId, start_ms: int, end_ms: int) -> list[State]:
        """FootagePartOut of every part of a span: what the store has, and what became of the rest."""
        span = (start_ms, end_ms)
        async with self._database.reading() as session:
            footage = await footage_of(session, camera, span, self._clock.unix_ms(), gaps=True)
        return [{"start_ms": one.start_ms, "end_ms": one.end_ms, "state": one.state} for one in parts(span, footage)]


def _state(row: FootageRequestRow) -> State:
    return {
        **plain(row, "id", "camera", "start_ms", "end_ms", "who", "state", "reason"),
        "created_at": row.created_at.isoformat(),
        "changed_at": row.changed_at.isoformat(),
    }
