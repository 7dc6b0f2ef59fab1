"""What is asked of alarms beside their pages: an occurrence with its clip, and the load of a span."""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from controller.adapters.database import Database
from controller.adapters.states import LONGEST_RUN_MS, State, occurrence_states, stored_spans, verdict_state
from controller.adapters.tables import AlarmHistoryRow, AlarmRow, OccurrenceRow, VerdictRow
from controller.core.alarm_load import STALE_MS, AlarmFact
from controller.core.camera_alarms import OpenAt
from controller.core.footage import clip_of
from controller.core.spans import total_ms, within
from controller.errors import Missing
from shared.clock import to_datetime
from shared.kinds import OPEN_STATES
from shared.texts import say


async def verdicts_between(session: AsyncSession, camera: str, start_ms: int, end_ms: int) -> list[State]:
    """VerdictOut of a camera that overlap a span, oldest first."""
    rows = await session.scalars(
        select(VerdictRow)
        .where(
            VerdictRow.camera == camera,
            col(VerdictRow.start_ms) < end_ms,
            col(VerdictRow.start_ms) > start_ms - LONGEST_RUN_MS,
            col(VerdictRow.end_ms) > start_ms,
        )
        .order_by(col(VerdictRow.start_ms))
    )
    return [verdict_state(one) for one in rows]


class AlarmReads:
    """Reading for the API and the command line."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def occurrence(self, occurrence: str) -> State:
        """OccurrenceDetailOut: its clip is that of its own camera. `Missing` when there is none."""
        async with self._database.reading() as session:
            row = await session.get(OccurrenceRow, occurrence)
            if row is None:
                raise Missing("occurrence", say("unknown", key=occurrence))
            camera = row.camera or ""
            start_ms, end_ms = clip_of([(row.start_ms, row.end_ms or row.condition_ms)], row.condition_ms)
            stored = (await stored_spans(session, [(camera, start_ms, end_ms)]))[0]
            return {
                "occurrence": (await occurrence_states(session, [row]))[0],
                "verdicts": await verdicts_between(session, camera, start_ms, end_ms),
                "clip_start_ms": start_ms,
                "clip_end_ms": end_ms,
                "clip_missing_ms": end_ms - start_ms - total_ms(within(stored, start_ms, end_ms)),
            }

    async def number(self, number: int) -> str:
        """Id of the alarm with a number; `Missing` when there is none."""
        async with self._database.reading() as session:
            found = await session.scalar(select(AlarmRow.id).where(col(AlarmRow.number) == number))
        if found is None:
            raise Missing("alarm", say("unknown", key=f"#{number}"))
        return found

    async def facts(self, from_ms: int, to_ms: int) -> list[AlarmFact]:
        """The alarms that were raised in [from_ms, to_ms), oldest first."""
        async with self._database.reading() as session:
            raised = (
                col(AlarmRow.raised_at) >= to_datetime(from_ms),
                col(AlarmRow.raised_at) < to_datetime(to_ms),
            )
            rows = (await session.scalars(select(AlarmRow).where(*raised).order_by(col(AlarmRow.raised_at)))).all()
            ids = select(AlarmRow.id).where(*raised)
            occurred: dict[str, list[int]] = {}
            for alarm, at_ms in await session.execute(
                select(OccurrenceRow.alarm, OccurrenceRow.condition_ms).where(
                    col(OccurrenceRow.alarm).in_(ids), col(OccurrenceRow.same_as).is_(None)
                )
            ):
                occurred.setdefault(alarm, []).append(at_ms)
            shelved = set(
                await session.scalars(
                    select(AlarmHistoryRow.alarm).where(
                        col(AlarmHistoryRow.alarm).in_(ids), AlarmHistoryRow.what == "shelved"
                    )
                )
            )
            return [_fact(row, tuple(sorted(occurred.get(row.id, ()))), shelved=row.id in shelved) for row in rows]

    async def open_at(self) -> list[OpenAt]:
        """Every open alarm of which people are told, with the cameras that see it."""
        query = select(AlarmRow.cameras, AlarmRow.severity, AlarmRow.state).where(
            col(AlarmRow.state).in_(OPEN_STATES), col(AlarmRow.suppressed).is_(False)
        )
        async with self._database.reading() as session:
            rows: Any = await session.execute(query)
            return [OpenAt(tuple(cameras), severity, state) for cameras, severity, state in rows]

    async def stale(self, now: datetime) -> list[int]:
        """Numbers of the alarms that are open for more than a day."""
        before = to_datetime(round(now.timestamp() * 1000) - STALE_MS)
        async with self._database.reading() as session:
            return list(
                await session.scalars(
                    select(AlarmRow.number)
                    .where(
                        col(AlarmRow.state).in_(OPEN_STATES),
                        col(AlarmRow.raised_at) < before,
                        col(AlarmRow.suppressed).is_(False),
                    )
                    .order_by(col(AlarmRow.number))
                )
            )


def _fact(row: AlarmRow, occurred_ms: tuple[int, ...], *, shelved: bool) -> AlarmFact:
    severity: Any = row.severity
    return AlarmFact(
        row.number,
        row.rule,
        row.rule_name,
        row.place or row.camera or row.node or "",
        row.camera,
        row.place is not None,
        row.zone_name,
        severity,
        _ms(row.raised_at) or 0,
        _ms(row.acknowledged_at),
        _ms(row.resolved_at),
        row.assessment,
        row.suppressed,
        shelved,
        row.escalation_level,
        occurred_ms,
    )


def _ms(at: datetime | None) -> int | None:
    return None if at is None else round(at.timestamp() * 1000)
