"""Reads where something moved: minutes newest first, a bounded number at a time."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import col

from controller.adapters.database import Database
from controller.adapters.search_walk import in_spans
from controller.adapters.tables import MotionGridRow, MotionToldRow
from controller.core.motion_grids import Grid
from controller.core.spans import Span, merge
from shared.motion_grid import MINUTE_MS


class MotionReads:
    """`motion_grid` and `motion_told` on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def minutes(
        self, camera: str, spans: Sequence[Span], limit: int
    ) -> tuple[list[tuple[int, Grid]], int | None]:
        """The newest `limit` minutes that reach into sorted `spans`, and the begin of the one before them."""
        if not spans:
            return [], None
        reach = merge((start - MINUTE_MS + 1, end) for start, end in spans)
        query = (
            sa.select(
                col(MotionGridRow.minute_ms),
                col(MotionGridRow.columns),
                col(MotionGridRow.rows),
                col(MotionGridRow.step_ms),
                col(MotionGridRow.cells),
            )
            .where(col(MotionGridRow.camera) == camera, in_spans(col(MotionGridRow.minute_ms), reach))
            .order_by(col(MotionGridRow.minute_ms).desc())
            .limit(limit + 1)
        )
        async with self._database.reading() as session:
            rows = (await session.execute(query)).all()
        found = [(row.minute_ms, Grid(row.columns, row.rows, row.step_ms, row.cells)) for row in rows]
        return found[:limit], found[limit][0] if len(found) > limit else None

    async def told(self, camera: str) -> Span | None:
        """From when to when its node told; None: it never did."""
        query = sa.select(col(MotionToldRow.first_ms), col(MotionToldRow.last_ms))
        async with self._database.reading() as session:
            row = (await session.execute(query.where(col(MotionToldRow.camera) == camera))).first()
        return None if row is None else (row[0], row[1] + MINUTE_MS)
