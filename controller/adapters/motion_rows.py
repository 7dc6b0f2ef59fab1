"""What nodes tell of where something moved, into rows; and out of them when its time is over."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, delete, func, select

from controller.adapters.tables import MotionGridRow, MotionToldRow
from controller.core.motion_grids import Grid, united
from shared.motion_grid import MINUTE_MS, MotionGrid

_GOES_AT_ONCE_MS = 7 * 24 * 3_600_000


async def keep_motion(session: AsyncSession, camera: str, minute_ms: int, told: MotionGrid) -> None:
    """Add a minute to what is known of it: in any order, any number of times, the same comes of it."""
    span = await session.get(MotionToldRow, camera, with_for_update=True)
    if span is None:
        session.add(MotionToldRow(camera=camera, first_ms=minute_ms, last_ms=minute_ms))
    else:
        span.first_ms, span.last_ms = min(span.first_ms, minute_ms), max(span.last_ms, minute_ms)
    if not told.cells:
        return
    row = await session.get(MotionGridRow, (camera, minute_ms), with_for_update=True)
    grid = Grid(told.columns, told.rows, told.step_ms, told.packed)
    if row is None:
        session.add(MotionGridRow(camera=camera, minute_ms=minute_ms, **_columns(grid)))
        return
    for name, value in _columns(united(grid, grid_of_row(row))).items():
        setattr(row, name, value)


async def forget_motion(session: AsyncSession, before_ms: int) -> None:
    """Drop what is from before, of each camera a week at most at a time: it is asked for again and again."""
    for span in (await session.scalars(select(MotionToldRow).where(col(MotionToldRow.first_ms) < before_ms))).all():
        oldest_ms = await session.scalar(
            select(func.min(col(MotionGridRow.minute_ms))).where(col(MotionGridRow.camera) == span.camera)
        )
        until_ms = before_ms if oldest_ms is None else min(before_ms, oldest_ms + _GOES_AT_ONCE_MS)
        await session.execute(
            delete(MotionGridRow).where(
                col(MotionGridRow.camera) == span.camera, col(MotionGridRow.minute_ms) < until_ms
            )
        )
        if span.last_ms < until_ms:
            await session.delete(span)
        else:
            span.first_ms = max(span.first_ms, -(-until_ms // MINUTE_MS) * MINUTE_MS)


def grid_of_row(row: MotionGridRow) -> Grid:
    """A row's minute as the core reads it."""
    return Grid(row.columns, row.rows, row.step_ms, row.cells)


def _columns(grid: Grid) -> dict[str, Any]:
    return {"columns": grid.columns, "rows": grid.rows, "step_ms": grid.step_ms, "cells": grid.packed}
