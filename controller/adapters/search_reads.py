"""Looks for alarms and events: whole states, pages by cursor in order of time."""

from collections.abc import Sequence
from functools import partial
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from controller.adapters.database import Database
from controller.adapters.search_text import RARE, few_that_say, says
from controller.adapters.search_walk import Moment, before, newest, newest_of, next_cursor, parse_cursor, until, walk
from controller.adapters.states import State, alarm_states, event_states
from controller.adapters.tables import AlarmRow, EventClassRow, EventRow, OccurrenceRow, RuleRow
from controller.core.search import AlarmSearch, EventSearch
from controller.core.spans import Span

_MOST_CLASSES = 200
_MOST_BRANCHES = 16
_ALARM = (col(AlarmRow.condition_ms), col(AlarmRow.id))
_EVENT = (col(EventRow.start_ms), col(EventRow.id))
_CLASS = (col(EventClassRow.start_ms), col(EventClassRow.event))
_SEEN_BY = col(EventClassRow.camera)


class SearchReads:
    """`zone`: whose hours of the day are meant; `rare`: words of at most so many alarms are looked up first."""

    def __init__(self, database: Database, zone: ZoneInfo, rare: int = RARE) -> None:
        self._database = database
        self._zone = zone
        self._rare = rare

    async def alarms(self, search: AlarmSearch, cursor: str | None, limit: int) -> State:
        """FoundAlarms: those that match, newest condition first."""
        end = parse_cursor(cursor)
        spans = until(search.window.spans(self._zone), end)
        matches = sa.and_(before(_ALARM, end), *_of_alarms(search))
        async with self._database.reading() as session:
            few = await few_that_say(session, search.text, self._rare) if search.text else None
            if few is None:
                if search.text:
                    matches = sa.and_(matches, says(search.text))
                found = await walk(session, partial(_newest, _ALARM, matches), _ALARM[0], spans, limit + 1)
            else:
                rows = await session.execute(select(*_ALARM).where(_ALARM[1].in_(few), matches))
                found = _within([(at_ms, name) for at_ms, name in rows], spans)
            items = await alarm_states(session, await _rows(session, AlarmRow, found[:limit]))
        return {"items": items, "next": next_cursor(found, limit)}

    async def events(self, search: EventSearch, cursor: str | None, limit: int) -> State:
        """FoundEvents: those that match, newest first."""
        end = parse_cursor(cursor)
        spans = until(search.window.spans(self._zone), end)
        ask, moment = (_newest_seen, _CLASS) if search.classes else (_newest_events, _EVENT)
        async with self._database.reading() as session:
            found = await walk(session, partial(ask, search, end), moment[0], spans, limit + 1)
            items = await event_states(session, await _rows(session, EventRow, found[:limit]))
        return {"items": items, "next": next_cursor(found, limit)}

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


async def _rows(session: AsyncSession, table: Any, found: Sequence[Moment]) -> list[Any]:
    """Whole rows, in the order found."""
    rows = await session.scalars(select(table).where(col(table.id).in_([name for _, name in found])))
    by_id = {row.id: row for row in rows}
    return [by_id[name] for _, name in found]


def _within(found: Sequence[Moment], spans: Sequence[Span]) -> list[Moment]:
    """Those within one of the spans, newest first."""
    inside = (one for one in found if any(start_ms <= one[0] < end_ms for start_ms, end_ms in spans))
    return sorted(inside, reverse=True)


def _of_alarms(search: AlarmSearch) -> list[Any]:
    """What an alarm has to be; its words are asked for apart."""
    wanted: list[Any] = [
        col(column).in_(values)
        for column, values in (
            (AlarmRow.severity, search.severities),
            (AlarmRow.state, search.states),
            (AlarmRow.kind, search.kinds),
            (AlarmRow.rule_name, search.rules),
            (AlarmRow.zone_name, search.zones),
            (AlarmRow.assessment, search.assessments),
        )
        if values
    ]
    if search.cameras:
        seen = col(OccurrenceRow.camera).in_(search.cameras)
        also = sa.exists().where(col(OccurrenceRow.alarm) == col(AlarmRow.id), seen)
        wanted.append(sa.or_(col(AlarmRow.camera).in_(search.cameras), also))
    if search.least_s > 0:
        wanted.append(col(AlarmRow.end_ms) - col(AlarmRow.condition_ms) >= round(search.least_s * 1000))
    return wanted


def _of_events(search: EventSearch, cameras: Any, event: Any, long: Any) -> list[Any]:
    """What an event has to be, said of these columns; what was seen in it is asked for apart."""
    wanted: list[Any] = []
    if search.cameras:
        wanted.append(cameras)
    if search.alarmed is not None:
        raised = sa.exists().where(col(OccurrenceRow.event) == event)
        wanted.append(raised if search.alarmed else ~raised)
    if search.least_s > 0:
        wanted.append(long)
    return wanted


def _lasted(search: EventSearch) -> Any:
    return col(EventRow.end_ms) - col(EventRow.start_ms) >= round(search.least_s * 1000)


def _newest(moment: tuple[Any, Any], matches: Any, time: Any, limit: int) -> Any:
    return newest(moment, sa.and_(time, matches), limit)


def _newest_events(search: EventSearch, end: Moment | None, time: Any, limit: int) -> Any:
    wanted = _of_events(search, col(EventRow.camera).in_(search.cameras), _EVENT[1], _lasted(search))
    return newest(_EVENT, sa.and_(time, before(_EVENT, end), *wanted), limit)


def _newest_seen(search: EventSearch, end: Moment | None, time: Any, limit: int) -> Any:
    """What was seen leads to the events: a class that is seldom there is found without reading all the others.

    A branch for each class and camera, where that is not too many: each is one stretch of an index.
    """
    classes, cameras = set(search.classes), set(search.cameras)
    apart = 0 < len(classes) * len(cameras) <= _MOST_BRANCHES
    places = [col(EventClassRow.camera) == one for one in sorted(cameras)] if apart else [_SEEN_BY.in_(search.cameras)]
    long = sa.exists().where(_EVENT[1] == _CLASS[1], _lasted(search))
    branches = [
        newest(
            _CLASS,
            sa.and_(
                col(EventClassRow.class_name) == name,
                time,
                before(_CLASS, end),
                *_of_events(search, place, _CLASS[1], long),
            ),
            limit,
        )
        for name, place in product(sorted(classes), places)
    ]
    return newest_of(_CLASS, branches, limit)
