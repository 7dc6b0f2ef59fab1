"""Verdicts as rows: what of them is forgotten, and when."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, delete, update

from controller.adapters.alarm_rows import LONGEST_OCCURRENCE_MS
from controller.adapters.states import LONGEST_RUN_MS, stored_spans
from controller.adapters.tables import OccurrenceRow, VerdictRow
from controller.core.label_set import NEAR_MS

_KEPT_MS = 30 * 24 * 3_600_000
_AT_ONCE = 1_000


async def forget_verdicts(session: AsyncSession, after: str, now_ms: int) -> str:
    """Look at the next verdicts older than a month; the id of the last one, to go on `after` it.

    Those of watching in which nothing happened go; the rest lose what was seen in each picture where there is no
    footage of them. What an alarm rests on stays whole.
    """
    old = (
        await session.execute(
            _COLUMNS.where(col(VerdictRow.id) > after, col(VerdictRow.id) < _first_id(now_ms - _KEPT_MS), ~_PROVES)
            .order_by(col(VerdictRow.id))
            .limit(_AT_ONCE)
        )
    ).all()
    nothing = [row.id for row in old if row.event is None]
    await session.execute(
        delete(VerdictRow).where(col(VerdictRow.id).in_(nothing)).execution_options(synchronize_session=False)
    )
    await _forget_pictures(session, [row for row in old if row.event is not None])
    return old[-1].id if old else after


async def footage_expired(session: AsyncSession, camera: str, start_ms: int, end_ms: int, now_ms: int) -> None:
    """Verdicts older than a month lose with their footage what was seen in each picture, save where an alarm rests."""
    old = await session.execute(
        _COLUMNS.where(
            col(VerdictRow.camera) == camera,
            col(VerdictRow.start_ms).between(start_ms - LONGEST_RUN_MS, end_ms),
            col(VerdictRow.end_ms) > start_ms,
            col(VerdictRow.id) < _first_id(now_ms - _KEPT_MS),
            ~_PROVES,
        )
    )
    await _forget_pictures(session, old.all())


async def _forget_pictures(session: AsyncSession, verdicts: Sequence[Any]) -> None:
    stored = await stored_spans(session, [(row.camera, row.start_ms, row.end_ms + 1) for row in verdicts])
    bare = [row.id for row, spans in zip(verdicts, stored, strict=True) if not spans]
    await session.execute(
        update(VerdictRow)
        .where(col(VerdictRow.id).in_(bare))
        .values(frames=[])
        .execution_options(synchronize_session=False)
    )


def _first_id(at_ms: int) -> str:
    """What every UUIDv7 that was made at or after this time is not smaller than."""
    stamp = f"{max(0, at_ms):012x}"
    return f"{stamp[:8]}-{stamp[8:]}"


_COLUMNS = sa.select(
    col(VerdictRow.id), col(VerdictRow.camera), col(VerdictRow.event), col(VerdictRow.start_ms), col(VerdictRow.end_ms)
)
_PROVES = sa.or_(
    sa.exists().where(col(OccurrenceRow.verdict) == col(VerdictRow.id)),
    sa.exists().where(
        col(OccurrenceRow.camera) == col(VerdictRow.camera),
        col(OccurrenceRow.start_ms).between(
            col(VerdictRow.start_ms) - LONGEST_OCCURRENCE_MS, col(VerdictRow.end_ms) + NEAR_MS
        ),
        col(OccurrenceRow.condition_ms).between(col(VerdictRow.start_ms) - NEAR_MS, col(VerdictRow.end_ms) + NEAR_MS),
    ),
)
"""An alarm rests on it, or a set that is made of alarms would look into it."""
