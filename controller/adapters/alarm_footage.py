"""Footage that alarms make due, each occurrence that of its own camera: in which spans, and what is compared again."""

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, func, or_, select, update

from controller.adapters.alarm_rows import LONGEST_OCCURRENCE_MS
from controller.adapters.database import Database
from controller.adapters.states import LONGEST_RUN_MS
from controller.adapters.tables import AlarmHistoryRow, LedgerRow, OccurrenceRow
from controller.core.footage import AROUND_ALARM_MS, around
from controller.core.spans import Span
from shared.clock import Clock

_MINUTE_MS = 60_000
_BACK = 2_000
_AT_ONCE = 500


async def alarm_spans(session: AsyncSession, camera: str, span: Span) -> list[Span]:
    """What alarms make due of a camera's footage in or near `span`, its first hour where one lasts for longer."""
    start_ms, end_ms = span[0] - LONGEST_RUN_MS, span[1] + AROUND_ALARM_MS
    rows = await session.execute(
        select(OccurrenceRow.condition_ms, OccurrenceRow.end_ms).where(
            col(OccurrenceRow.camera) == camera,
            col(OccurrenceRow.start_ms).between(start_ms - LONGEST_OCCURRENCE_MS, end_ms),
            col(OccurrenceRow.condition_ms) > start_ms,
            col(OccurrenceRow.condition_ms) < end_ms,
        )
    )
    return [around(condition_ms, ended_ms) for condition_ms, ended_ms in rows]


class AlarmFootage:
    """Follows which occurrences alarms got, and when those that lasted ended. What it remembers may be lost."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._seen: int | None = None  # id of a history row: they are written under the site's lock, so in order
        self._lasting: set[str] = set()

    async def reopen(self) -> None:
        """What an alarm makes due is compared again, where it was settled before the alarm or its end was known."""
        async with self._database.reading() as session:
            if self._seen is None:
                newest = await session.scalar(select(func.max(AlarmHistoryRow.id)))
                self._seen = max(0, (newest or 0) - _BACK)
            news = (
                await session.execute(
                    select(AlarmHistoryRow.id, AlarmHistoryRow.alarm)
                    .where(col(AlarmHistoryRow.id) > self._seen, col(AlarmHistoryRow.what).in_(("raised", "joined")))
                    .order_by(col(AlarmHistoryRow.id))
                    .limit(_AT_ONCE)
                )
            ).all()
            if not news and not self._lasting:
                return
            of_alarm = col(OccurrenceRow.alarm).in_({alarm for _, alarm in news})
            ended = col(OccurrenceRow.id).in_(self._lasting) & col(OccurrenceRow.end_ms).is_not(None)
            rows = (
                await session.scalars(
                    select(OccurrenceRow).where(or_(of_alarm, ended), col(OccurrenceRow.camera).is_not(None))
                )
            ).all()
        if rows:
            async with self._database.writing() as session:
                await _reopen(session, rows, self._clock.unix_ms())
        self._seen = news[-1][0] if news else self._seen
        self._lasting -= {row.id for row in rows if row.end_ms is not None}
        self._lasting |= {row.id for row in rows if row.end_ms is None}


async def _reopen(session: AsyncSession, rows: Iterable[OccurrenceRow], now_ms: int) -> None:
    for row in rows:
        start_ms, end_ms = around(row.condition_ms, row.end_ms)
        await session.execute(
            update(LedgerRow)
            .where(
                col(LedgerRow.camera) == row.camera,
                col(LedgerRow.minute_ms) > start_ms - _MINUTE_MS,
                col(LedgerRow.minute_ms) < min(end_ms, row.condition_ms + LONGEST_RUN_MS),
                col(LedgerRow.check_ms).is_(None),
            )
            .values(check_ms=now_ms)
        )
