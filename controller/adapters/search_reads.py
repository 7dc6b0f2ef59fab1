"""Looks for alarms and events: whole states, pages by cursor in order of time."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from controller.adapters.database import Database
from controller.adapters.states import State, alarm_states, event_states
from controller.adapters.tables import (
    AlarmHistoryRow,
    AlarmRow,
    EnrichmentRow,
    EventClassRow,
    EventRow,
    OccurrenceRow,
    RuleRow,
)
from controller.core.search import AlarmSearch, EventSearch
from controller.core.spans import Span
from shared.errors import Rejected
from shared.texts import say

_ID_LENGTH = 36
_MOST_CLASSES = 200


class SearchReads:
    """`zone`: whose hours of the day are meant."""

    def __init__(self, database: Database, zone: ZoneInfo) -> None:
        self._database = database
        self._zone = zone

    async def alarms(self, search: AlarmSearch, cursor: str | None, limit: int) -> State:
        """FoundAlarms: those that match, newest condition first."""
        moment = (col(AlarmRow.condition_ms), col(AlarmRow.id))
        query = select(AlarmRow).order_by(*(column.desc() for column in moment)).limit(limit + 1)
        query = query.where(_in_spans(col(AlarmRow.condition_ms), search.window.spans(self._zone)))
        for column, wanted in (
            (AlarmRow.severity, search.severities),
            (AlarmRow.state, search.states),
            (AlarmRow.kind, search.kinds),
            (AlarmRow.rule_name, search.rules),
            (AlarmRow.zone_name, search.zones),
            (AlarmRow.assessment, search.assessments),
        ):
            if wanted:
                query = query.where(col(column).in_(wanted))
        if search.cameras:
            also = _of_alarm(OccurrenceRow, col(OccurrenceRow.camera).in_(search.cameras))
            query = query.where(sa.or_(col(AlarmRow.camera).in_(search.cameras), also))
        if search.least_s > 0:
            query = query.where(col(AlarmRow.end_ms) - col(AlarmRow.condition_ms) >= round(search.least_s * 1000))
        if search.text:
            query = query.where(_says(search.text))
        if cursor is not None:
            query = query.where(sa.tuple_(*moment) < _moment(cursor))
        async with self._database.reading() as session:
            rows = list((await session.scalars(query)).all())
            items = await alarm_states(session, rows[:limit])
        return {"items": items, "next": _next(rows, limit, lambda row: row.condition_ms)}

    async def events(self, search: EventSearch, cursor: str | None, limit: int) -> State:
        """FoundEvents: those that match, newest first."""
        moment = (col(EventRow.start_ms), col(EventRow.id))
        query = select(EventRow).order_by(*(column.desc() for column in moment)).limit(limit + 1)
        query = query.where(_in_spans(col(EventRow.start_ms), search.window.spans(self._zone)))
        if search.cameras:
            query = query.where(col(EventRow.camera).in_(search.cameras))
        if search.classes:
            query = query.where(
                sa.exists().where(
                    col(EventClassRow.event) == col(EventRow.id), col(EventClassRow.class_name).in_(search.classes)
                )
            )
        if search.alarmed is not None:
            raised = sa.exists().where(col(OccurrenceRow.event) == col(EventRow.id))
            query = query.where(raised if search.alarmed else ~raised)
        if search.least_s > 0:
            query = query.where(col(EventRow.end_ms) - col(EventRow.start_ms) >= round(search.least_s * 1000))
        if cursor is not None:
            query = query.where(sa.tuple_(*moment) < _moment(cursor))
        async with self._database.reading() as session:
            rows = list((await session.scalars(query)).all())
            items = await event_states(session, rows[:limit])
        return {"items": items, "next": _next(rows, limit, lambda row: row.start_ms)}

    async def choices(self) -> State:
        """SearchChoices: names to choose from; rules and zones are those in force, classes all that were ever seen."""
        async with self._database.reading() as session:
            names = (await session.execute(select(RuleRow.name, RuleRow.zone_name).order_by(RuleRow.name))).all()
            classes: list[str] = []
            while len(classes) < _MOST_CLASSES and (name := await _class_after(session, classes[-1:])):
                classes.append(name)
        return {
            "rules": sorted({rule for rule, _ in names}),
            "zones": sorted({zone for _, zone in names if zone}),
            "classes": classes,
        }


async def _class_after(session: AsyncSession, known: Sequence[str]) -> str | None:
    """The next class by name: one look into the index, where DISTINCT would read every event."""
    query = select(sa.func.min(col(EventClassRow.class_name)))
    for name in known:
        query = query.where(col(EventClassRow.class_name) > name)
    found: str | None = await session.scalar(query)
    return found


def _in_spans(column: Any, spans: Sequence[Span]) -> Any:
    """Within one of the spans; nothing is within none."""
    return sa.or_(sa.false(), *(sa.and_(column >= start_ms, column < end_ms) for start_ms, end_ms in spans))


def _says(text: str) -> Any:
    """An alarm's number, or words in what it says of itself, in what people noted, in what a model described."""
    number = text.removeprefix("#")
    if number.isascii() and number.isdigit() and len(number) < 10:  # noqa: PLR2004 - fits a column
        return col(AlarmRow.number) == int(number)
    own = (AlarmRow.rule_name, AlarmRow.zone_name, AlarmRow.place, AlarmRow.camera, AlarmRow.detail)
    return sa.or_(
        *(col(column).icontains(text, autoescape=True) for column in own),
        _of_alarm(AlarmHistoryRow, col(AlarmHistoryRow.note).icontains(text, autoescape=True)),
        _of_alarm(EnrichmentRow, col(EnrichmentRow.text).icontains(text, autoescape=True)),
    )


def _of_alarm(table: Any, condition: Any) -> Any:
    """Whether some row of the alarm's is so."""
    return sa.exists().where(table.alarm == col(AlarmRow.id), condition)


def _next(rows: Sequence[Any], limit: int, at_ms: Any) -> str | None:
    return f"{at_ms(rows[limit - 1])}.{rows[limit - 1].id}" if len(rows) > limit else None


def _moment(cursor: str) -> tuple[int, str]:
    start, _, name = cursor.partition(".")
    if not (start.isascii() and start.isdigit() and len(start) <= 15 and len(name) == _ID_LENGTH):  # noqa: PLR2004
        raise Rejected("cursor", say("bad_cursor"))
    return int(start), name
