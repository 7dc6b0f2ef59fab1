"""Where a camera's node has footage that the store has not, by what the node has told."""

from sqlmodel import col, select

from controller.adapters.database import Database
from controller.adapters.footage_rows import footage_of
from controller.adapters.tables import CameraRow, NodeRow
from controller.core.footage import SEAM_MS, parts
from shared.clock import Clock
from shared.ids import CameraId

_FRESH_MS = 180_000  # of minutes as young as this the ledger may not have told yet


class SqlNodeFootage:
    """`NodeFootage` on SQLite or PostgreSQL."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def first(self, camera: CameraId, from_ms: int, to_ms: int, *, stored_too: bool) -> int | None:
        """Where footage begins that only the node has, or also has; None when it has none, or is not connected."""
        now_ms = self._clock.unix_ms()
        span = (from_ms, min(to_ms, now_ms))
        if span[1] - span[0] < SEAM_MS:
            return None
        async with self._database.reading() as session:
            state = await session.scalar(
                select(NodeRow.state)
                .join(CameraRow, col(CameraRow.node) == col(NodeRow.id))
                .where(col(CameraRow.id) == camera)
            )
            if state in {None, "offline"}:
                return None
            footage = await footage_of(session, camera, span, now_ms, gaps=True)
        states = {"retrievable", "retrieving"} | ({"retrieved"} if stored_too else set())
        for part in parts(span, footage):
            fresh = part.state == "not told yet" and part.start_ms >= now_ms - _FRESH_MS
            if (part.state in states or fresh) and part.end_ms - part.start_ms >= SEAM_MS:
                return part.start_ms
        return None
