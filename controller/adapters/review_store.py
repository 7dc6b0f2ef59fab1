"""What a person looks through, and what of it they have seen."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, delete, func, select

from controller.adapters.database import Database
from controller.adapters.search_walk import parse_cursor
from controller.adapters.states import State, alarm_states, event_states
from controller.adapters.tables import AlarmRow, EventClassRow, EventRow, OccurrenceRow, ReviewedRow
from controller.core.review import Place, ReviewWish, days_of, newest
from shared.clock import Clock

_AT_ONCE = 200


class ReviewStore:
    """`zone`: whose days are meant."""

    def __init__(self, database: Database, clock: Clock, zone: ZoneInfo) -> None:
        self._database = database
        self._clock = clock
        self._zone = zone

    async def page(self, wish: ReviewWish, cursor: str | None, limit: int) -> State:
        """ReviewPage, newest first."""
        before = parse_cursor(cursor)
        async with self._database.reading() as session:
            alarms = await _rows(session, _alarms(wish), before, limit + 1)
            events = await _rows(session, _events(wish), before, limit + 1)
            page, following = newest([*alarms, *events], limit)
            shown = [
                *await _items(session, "alarm", alarms, page, alarm_states),
                *await _items(session, "event", events, page, event_states),
            ]
        shown.sort(key=lambda item: (item["at_ms"], item["id"]), reverse=True)
        return {"items": shown, "next": following}

    async def days(self, wish: ReviewWish) -> State:
        """ReviewDays: how much there is on each day, and how much of it is left; oldest first."""
        days: list[State] = []
        async with self._database.reading() as session:
            for from_ms, to_ms in days_of(wish.from_ms, wish.to_ms, self._zone):
                alarms, alarms_left = await _count(session, _alarms(wish), from_ms, to_ms)
                events, events_left = await _count(session, _events(wish), from_ms, to_ms)
                days.append(
                    {
                        "from_ms": from_ms,
                        "to_ms": to_ms,
                        "alarms": alarms,
                        "alarms_left": alarms_left,
                        "events": events,
                        "events_left": events_left,
                    }
                )
        return {"days": days}

    async def mark(self, who: str, ids: Sequence[str], *, reviewed: bool) -> list[str]:
        """Which of these alarms and events that changed for `who`; what is not known changes nothing."""
        changed: list[str] = []
        async with self._database.writing() as session:
            for first in range(0, len(ids), _AT_ONCE):
                some = ids[first : first + _AT_ONCE]
                changed += await (self._put if reviewed else _take)(session, who, some)
        return changed

    async def _put(self, session: AsyncSession, who: str, ids: Sequence[str]) -> list[str]:
        alarms = select(AlarmRow.id, AlarmRow.occurrences).where(col(AlarmRow.id).in_(ids))
        counts = {str(row[0]): int(row[1]) for row in await session.execute(alarms)}
        kinds = dict.fromkeys(counts, "alarm")
        for event in await session.scalars(select(EventRow.id).where(col(EventRow.id).in_(ids))):
            kinds[event], counts[event] = "event", 0
        own = select(ReviewedRow.subject, ReviewedRow.occurrences).where(
            ReviewedRow.who == who, col(ReviewedRow.subject).in_(ids)
        )
        seen = {str(row[0]): int(row[1]) for row in await session.execute(own)}
        fresh = sorted(name for name in kinds if seen.get(name, -1) < counts[name])
        if fresh:
            at = self._clock.now()
            rows = [
                {"who": who, "subject": name, "kind": kinds[name], "occurrences": counts[name], "at": at}
                for name in fresh
            ]
            insert = self._database.insert(ReviewedRow).values(rows)
            newer = {"occurrences": insert.excluded.occurrences, "at": insert.excluded.at}
            await session.execute(insert.on_conflict_do_update(index_elements=["who", "subject"], set_=newer))
        return fresh


async def _take(session: AsyncSession, who: str, ids: Sequence[str]) -> list[str]:
    gone = delete(ReviewedRow).where(col(ReviewedRow.who) == who, col(ReviewedRow.subject).in_(ids))
    return sorted(await session.scalars(gone.returning(col(ReviewedRow.subject))))


class _Pile:
    """Alarms or events that are meant: their moment, their conditions, and how their review is joined."""

    def __init__(self, table: Any, at_ms: Any, wish: ReviewWish, conditions: Sequence[Any], *, wanted: bool) -> None:
        self.table = table
        self.moment = (at_ms, table.id)
        own = [ReviewedRow.who == wish.who, ReviewedRow.subject == table.id]
        if table is AlarmRow:
            own.append(col(ReviewedRow.occurrences) >= AlarmRow.occurrences)
        self.own = sa.and_(*own)
        self.conditions = [at_ms >= wish.from_ms, at_ms < wish.to_ms, *conditions]
        self.left = wish.left
        self.wanted = wanted


def _alarms(wish: ReviewWish) -> _Pile:
    conditions: list[Any] = []
    if wish.cameras:
        seen = sa.exists().where(
            col(OccurrenceRow.alarm) == col(AlarmRow.id), col(OccurrenceRow.camera).in_(wish.cameras)
        )
        conditions.append(sa.or_(col(AlarmRow.camera).in_(wish.cameras), seen))
    if wish.severities:
        conditions.append(col(AlarmRow.severity).in_(wish.severities))
    if wish.states:
        conditions.append(col(AlarmRow.state).in_(wish.states))
    return _Pile(AlarmRow, col(AlarmRow.condition_ms), wish, conditions, wanted=wish.alarms)


def _events(wish: ReviewWish) -> _Pile:
    """Of what an alarm came, the alarm is shown."""
    conditions: list[Any] = [~sa.exists().where(col(OccurrenceRow.event) == col(EventRow.id))]
    if wish.cameras:
        conditions.append(col(EventRow.camera).in_(wish.cameras))
    if wish.classes or not wish.motion:
        recognised = [col(EventClassRow.event) == col(EventRow.id)]
        if wish.classes:
            recognised.append(col(EventClassRow.class_name).in_(wish.classes))
        conditions.append(sa.exists().where(*recognised))
    return _Pile(EventRow, col(EventRow.start_ms), wish, conditions, wanted=wish.events)


async def _rows(session: AsyncSession, pile: _Pile, before: Place | None, most: int) -> dict[Place, tuple[Any, Any]]:
    """Rows with when they were reviewed, by their place."""
    if not pile.wanted:
        return {}
    query = (
        select(pile.table, ReviewedRow.at)
        .outerjoin(ReviewedRow, pile.own)
        .where(*pile.conditions)
        .order_by(*(column.desc() for column in pile.moment))
        .limit(most)
    )
    if pile.left:
        query = query.where(col(ReviewedRow.at).is_(None))
    if before is not None:
        query = query.where(sa.tuple_(*pile.moment) < before)
    rows = (await session.execute(query)).all()
    return {(getattr(row, pile.moment[0].key), row.id): (row, at) for row, at in rows}


async def _items(
    session: AsyncSession, kind: str, found: dict[Place, tuple[Any, Any]], page: Sequence[Place], states: Any
) -> list[State]:
    """ReviewItem of what is on the page."""
    places = [place for place in page if place in found]
    told = await states(session, [found[place][0] for place in places])
    items: list[State] = []
    for place, state in zip(places, told, strict=True):
        at = found[place][1]
        item: State = {"id": place[1], "at_ms": place[0], "alarm": None, "event": None}
        items.append({**item, kind: state, "reviewed_at": None if at is None else at.isoformat()})
    return items


async def _count(session: AsyncSession, pile: _Pile, from_ms: int, to_ms: int) -> tuple[int, int]:
    """How many there are, and how many of them are left."""
    if not pile.wanted:
        return 0, 0
    at_ms = pile.moment[0]
    query = (
        select(func.count(), func.count(col(ReviewedRow.at)))
        .select_from(pile.table)
        .outerjoin(ReviewedRow, pile.own)
        .where(*pile.conditions, at_ms >= from_ms, at_ms < to_ms)
    )
    total, seen = (await session.execute(query)).one()
    return int(total), int(total) - int(seen)
