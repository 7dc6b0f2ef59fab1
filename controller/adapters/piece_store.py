"""How stored runs are laid out, for whoever plays them piece by piece."""

from sqlmodel import col, select

from controller.adapters.database import Database
from controller.adapters.states import overlapping_runs
from controller.adapters.tables import RunRow
from controller.core.piece import PlayableRun, SegmentSize

_MOST = 20  # runs that overlap one minute of one camera


class SqlPieceRuns:
    """`PieceRuns` on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def playable(self, camera: str, from_ms: int, to_ms: int) -> tuple[PlayableRun, ...]:
        """Stored runs that overlap [from_ms, to_ms), oldest first."""
        async with self._database.reading() as session:
            rows = await session.scalars(
                select(RunRow)
                .where(*overlapping_runs(camera, from_ms, to_ms), col(RunRow.state) == "stored")
                .order_by(col(RunRow.start_ms), col(RunRow.id))
                .limit(_MOST)
            )
            return tuple(
                PlayableRun(
                    row.id,
                    row.key,
                    row.codec,
                    row.length_bytes,
                    row.init_bytes,
                    tuple(SegmentSize(one["start_ms"], one["end_ms"], one["bytes"]) for one in row.segments),
                )
                for row in rows
            )
