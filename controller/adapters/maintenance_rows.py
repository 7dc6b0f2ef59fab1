"""Maintenance as rows: what it keeps quiet when an alarm is raised, and what is let through afterwards."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from controller.adapters.tables import AlarmHistoryRow, AlarmRow, MaintenanceRow
from controller.core.maintenance import Window, covering


def window_of(row: MaintenanceRow) -> Window:
    """A window's row as core's value."""
    scope: Any = row.scope
    return Window(row.id, scope, row.target, row.from_at, row.until_at, row.ended_at)


async def quiet(session: AsyncSession, camera: str | None, node: str | None, at: datetime) -> Window | None:
    """The window that covers a camera, or a node, at a time."""
    rows = await session.scalars(
        select(MaintenanceRow).where(col(MaintenanceRow.until_at) > at, col(MaintenanceRow.from_at) <= at)
    )
    return covering((window_of(row) for row in rows), camera, node, at)


async def suppress(session: AsyncSession, row: AlarmRow, at: datetime, now: datetime) -> None:
    """Mark an alarm that is raised under maintenance; `at`: when its condition was fulfilled."""
    window = await quiet(session, row.camera, row.node, at)
    if window is not None:
        row.suppressed, row.suppressed_by = True, window.id
        detail = {"maintenance": window.id}
        session.add(AlarmHistoryRow(alarm=row.id, at=now, who="system", what="suppressed", detail=detail))


async def let_through(
    session: AsyncSession, alarm: str, camera: str | None, node: str | None, at: datetime, now: datetime
) -> None:
    """An occurrence that no maintenance covers joins: from now on its alarm is told like any other."""
    row = await session.get(AlarmRow, alarm, with_for_update=True)
    if row is not None and row.suppressed and await quiet(session, camera, node, at) is None:
        tell(session, row, now)


def tell(session: AsyncSession, row: AlarmRow, now: datetime) -> None:
    """Maintenance keeps an alarm quiet no longer."""
    row.suppressed, row.waits_from = False, now
    session.add(AlarmHistoryRow(alarm=row.id, at=now, who="system", what="unsuppressed"))


async def lasting(session: AsyncSession, window: str) -> Sequence[AlarmRow]:
    """Alarms that a window kept quiet, whose condition lasts and that nobody resolved."""
    return (
        await session.scalars(
            select(AlarmRow)
            .where(
                col(AlarmRow.suppressed_by) == window,
                col(AlarmRow.suppressed).is_(True),
                col(AlarmRow.end_ms).is_(None),
                col(AlarmRow.state) != "resolved",
            )
            .order_by(AlarmRow.id)
            .with_for_update()
        )
    ).all()
