"""Assessed alarms as rows: their pictured occurrences with the boxes of the judged frame."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from controller.adapters.database import Database
from controller.adapters.states import LONGEST_RUN_MS
from controller.adapters.tables import AlarmRow, OccurrenceRow, VerdictRow
from controller.core.label_set import NEAR_MS, Assessed, LabelBox, nearest
from shared.clock import to_datetime
from shared.geometry import Box

_PAGE = 50


class LabelRows:
    """`AssessedReads` on SQLite or PostgreSQL; a page of alarms is in memory at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def assessed(self, from_ms: int, to_ms: int) -> AsyncIterator[Assessed]:
        """Pictured occurrences of assessed alarms raised in [from_ms, to_ms), by number."""
        last = 0
        while True:
            async with self._database.reading() as session:
                alarms = (
                    await session.scalars(
                        select(AlarmRow)
                        .where(
                            col(AlarmRow.state) == "resolved",
                            col(AlarmRow.number) > last,
                            col(AlarmRow.assessment).is_not(None),
                            col(AlarmRow.raised_at) >= to_datetime(from_ms),
                            col(AlarmRow.raised_at) < to_datetime(to_ms),
                        )
                        .order_by(col(AlarmRow.number))
                        .limit(_PAGE)
                    )
                ).all()
                named = {alarm.id: alarm for alarm in alarms}
                pictured = await session.scalars(
                    select(OccurrenceRow)
                    .where(
                        col(OccurrenceRow.alarm).in_(list(named)),
                        col(OccurrenceRow.picture_key).is_not(None),
                        col(OccurrenceRow.same_as).is_(None),
                    )
                    .order_by(col(OccurrenceRow.condition_ms), col(OccurrenceRow.id))
                )
                found = [_assessed(named[one.alarm], one, await _judged(session, one)) for one in pictured]
            for one in sorted(found, key=lambda one: (one.number, one.condition_ms, one.occurrence)):
                yield one
            if len(alarms) < _PAGE:
                return
            last = alarms[-1].number


async def _judged(session: AsyncSession, occurrence: OccurrenceRow) -> Sequence[VerdictRow]:
    """The verdicts of an occurrence's time that were made like its own, live or late; its own first."""
    at_ms = occurrence.condition_ms
    found = (
        await session.scalars(
            select(VerdictRow)
            .where(
                VerdictRow.camera == (occurrence.camera or ""),
                col(VerdictRow.start_ms) <= at_ms + NEAR_MS,
                col(VerdictRow.start_ms) > at_ms - LONGEST_RUN_MS,
                col(VerdictRow.end_ms) >= at_ms - NEAR_MS,
                col(VerdictRow.late).is_(occurrence.late),
            )
            .order_by(col(VerdictRow.start_ms), col(VerdictRow.id))
        )
    ).all()
    return sorted(found, key=lambda verdict: verdict.id != occurrence.verdict)


def _assessed(alarm: AlarmRow, occurrence: OccurrenceRow, verdicts: Sequence[VerdictRow]) -> Assessed:
    frames = ((one["pts_ms"], (one["boxes"], verdict)) for verdict in verdicts for one in verdict.frames)
    frame = nearest(frames, occurrence.condition_ms)
    boxes, verdict = ((), None) if frame is None else frame[1]
    return Assessed(
        alarm.id,
        alarm.number,
        occurrence.id,
        alarm.kind,
        occurrence.camera or "",
        alarm.assessment or "",
        occurrence.condition_ms,
        occurrence.picture_key or "",
        tuple(occurrence.track_ids),
        None if frame is None else frame[0],
        tuple(_box(one) for one in boxes),
        "" if verdict is None else verdict.model,
        "" if verdict is None else verdict.model_sha256,
    )


def _box(one: dict[str, Any]) -> LabelBox:
    return LabelBox(one["class_name"], one["track_id"], Box(one["x1"], one["y1"], one["x2"], one["y2"]))
