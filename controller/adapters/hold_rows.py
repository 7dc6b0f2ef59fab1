"""Holds on footage, as a transaction of others keeps and asks for them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select, update

from controller.adapters.states import overlapping_runs
from controller.adapters.tables import HoldRow, RunRow
from controller.core.retention import YOUNGEST_MS

_KEPT_STATES = ("announced", "uploaded", "stored")


def held_run() -> Any:
    """Whether a hold that nobody released covers some of the run of the outer statement."""
    return sa.exists().where(
        col(HoldRow.camera) == col(RunRow.camera),
        col(HoldRow.released_at).is_(None),
        col(HoldRow.start_ms) < col(RunRow.end_ms),
        col(HoldRow.end_ms) > col(RunRow.start_ms),
    )


def held_moment(camera: Any, at_ms: Any) -> Any:
    """Whether a hold that nobody released covers a moment of the outer statement."""
    return sa.exists().where(
        col(HoldRow.camera) == camera,
        col(HoldRow.released_at).is_(None),
        col(HoldRow.start_ms) <= at_ms,
        col(HoldRow.end_ms) > at_ms,
    )


def stored_long(now_ms: int) -> Any:
    """Whether the run of the outer statement is stored for so long that no grant for it can be used any more."""
    return sa.func.coalesce(col(RunRow.stored_ms), 0) <= now_ms - YOUNGEST_MS


async def add_hold(session: AsyncSession, row: HoldRow) -> None:
    """Hold: what its span has of runs is marked, save what retention has begun to delete already."""
    session.add(row)
    await session.flush()
    await session.execute(
        update(RunRow)
        .where(
            *overlapping_runs(row.camera, row.start_ms, row.end_ms),
            col(RunRow.state).in_(_KEPT_STATES),
            col(RunRow.expired_ms).is_(None),
        )
        .values(held=True)
        .execution_options(synchronize_session=False)
    )


async def release_holds(session: AsyncSession, rows: Iterable[HoldRow], who: str, now: datetime) -> None:
    """Release: runs that no other hold covers may go."""
    for row in rows:
        if row.released_at is not None:
            continue
        row.released_at, row.released_by = now, who
        await session.flush()
        await session.execute(
            update(RunRow)
            .where(*overlapping_runs(row.camera, row.start_ms, row.end_ms), col(RunRow.held).is_(True), ~held_run())
            .values(held=False)
            .execution_options(synchronize_session=False)
        )


async def release_export(session: AsyncSession, export: str, who: str, now: datetime) -> None:
    """What an export needed while it ran."""
    rows = (await session.scalars(select(HoldRow).where(col(HoldRow.export) == export))).all()
    await release_holds(session, rows, who, now)
