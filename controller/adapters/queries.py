"""What the API reads: cameras, nodes, alarms, events, verdicts; whole states, pages by cursor, no full scans."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from controller.adapters.alarm_reads import verdicts_between
from controller.adapters.alarm_rows import open_alarm_count
from controller.adapters.database import Database
from controller.adapters.sight import sight_of
from controller.adapters.states import (
    State,
    alarm_states,
    camera_states,
    event_states,
    history_state,
    node_states,
    occurrence_states,
    stored_spans,
    verdict_state,
)
from controller.adapters.tables import (
    AlarmHistoryRow,
    AlarmRow,
    CameraRow,
    EventRow,
    NodeRow,
    OccurrenceRow,
    VerdictRow,
)
from controller.core.footage import clip_of
from controller.core.seen import seen_history
from controller.core.spans import total_ms, within
from controller.errors import Missing
from shared.errors import Rejected
from shared.kinds import ALARM_STATES, OPEN_STATES, AlarmState
from shared.texts import say

_LARGEST_PAGE = 200
_STATES: dict[str, tuple[AlarmState, ...]] = {state: (state,) for state in ALARM_STATES} | {
    "open": OPEN_STATES,
    "shelved": OPEN_STATES,
}


class Queries:
    """Reading for the API; every answer has the keys of `controller.api.schemas`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def cameras(self) -> list[State]:
        """CameraOut of every camera, by id."""
        async with self._database.reading() as session:
            rows = (await session.scalars(select(CameraRow).order_by(CameraRow.id))).all()
            return await camera_states(session, rows)

    async def nodes(self) -> list[State]:
        """NodeOut of every node, by id."""
        async with self._database.reading() as session:
            rows = (await session.scalars(select(NodeRow).order_by(NodeRow.id))).all()
            return await node_states(session, rows)

    async def alarms(
        self, *, state: str, camera: str | None, severity: str | None, cursor: str | None, limit: int
    ) -> State:
        """AlarmPage, last raised first. `state`: an alarm's, or "open", "shelved" (of those that are open), "all"."""
        query = select(AlarmRow).order_by(col(AlarmRow.number).desc()).limit(_page(limit) + 1)
        if state != "all":
            if state not in _STATES:
                raise Rejected("state", say("not_one_of", value=state, choices=", ".join(_STATES)))
            query = query.where(col(AlarmRow.state).in_(_STATES[state]))
        if state == "shelved":
            query = query.where(col(AlarmRow.shelved_until).is_not(None))
        if camera is not None:
            query = query.where(
                sa.or_(
                    col(AlarmRow.camera) == camera,
                    col(AlarmRow.id).in_(select(OccurrenceRow.alarm).where(OccurrenceRow.camera == camera)),
                )
            )
        if severity is not None:
            query = query.where(AlarmRow.severity == severity)
        if cursor is not None:
            query = query.where(col(AlarmRow.number) < _number(cursor))
        async with self._database.reading() as session:
            rows = list((await session.scalars(query)).all())
            more = len(rows) > _page(limit)
            rows = rows[: _page(limit)]
            return {
                "items": await alarm_states(session, rows),
                "next": str(rows[-1].number) if more else None,
                "open_total": await open_alarm_count(session),
            }

    async def alarm(self, alarm: str) -> State:
        """AlarmDetailOut; `Rejected` when there is none."""
        async with self._database.reading() as session:
            row = await _get(session, AlarmRow, alarm, "alarm")
            occurrences = (
                await session.scalars(
                    select(OccurrenceRow)
                    .where(OccurrenceRow.alarm == alarm, col(OccurrenceRow.same_as).is_(None))
                    .order_by(col(OccurrenceRow.start_ms))
                )
            ).all()
            history = (
                await session.scalars(
                    select(AlarmHistoryRow).where(AlarmHistoryRow.alarm == alarm).order_by(col(AlarmHistoryRow.id))
                )
            ).all()
            own = [(one.start_ms, one.end_ms or one.condition_ms) for one in occurrences if one.camera == row.camera]
            start_ms, end_ms = clip_of(own, row.condition_ms)
            stored = (await stored_spans(session, [(row.camera or "", start_ms, end_ms)]))[0]
            return {
                "alarm": (await alarm_states(session, [row]))[0],
                "occurrences": await occurrence_states(session, occurrences),
                "verdicts": await verdicts_between(session, row.camera or "", start_ms, end_ms),
                "clip_start_ms": start_ms,
                "clip_end_ms": end_ms,
                "clip_missing_ms": end_ms - start_ms - total_ms(within(stored, start_ms, end_ms)),
                "history": seen_history([history_state(one) for one in history], sight_of(session)),
            }

    async def alarm_picture(self, alarm: str) -> str | None:
        """Object key of the picture of an alarm's first pictured occurrence."""
        async with self._database.reading() as session:
            return await session.scalar(
                select(OccurrenceRow.picture_key)
                .where(OccurrenceRow.alarm == alarm, col(OccurrenceRow.picture_key).is_not(None))
                .order_by(col(OccurrenceRow.start_ms))
                .limit(1)
            )

    async def occurrence_picture(self, occurrence: str) -> str | None:
        """Object key of an occurrence's picture."""
        async with self._database.reading() as session:
            return await session.scalar(select(OccurrenceRow.picture_key).where(OccurrenceRow.id == occurrence))

    async def events(
        self, *, camera: str | None, from_ms: int | None, to_ms: int | None, cursor: str | None, limit: int
    ) -> State:
        """EventPage, newest first; those that started in [from_ms, to_ms)."""
        order = (col(EventRow.start_ms).desc(), col(EventRow.id).desc())
        query = select(EventRow).order_by(*order).limit(_page(limit) + 1)
        if camera is not None:
            query = query.where(EventRow.camera == camera)
        if from_ms is not None:
            query = query.where(col(EventRow.start_ms) >= from_ms)
        if to_ms is not None:
            query = query.where(col(EventRow.start_ms) < to_ms)
        if cursor is not None:
            start, _, event = cursor.partition(".")
            query = query.where(sa.tuple_(col(EventRow.start_ms), col(EventRow.id)) < (_number(start), event))
        async with self._database.reading() as session:
            rows = list((await session.scalars(query)).all())
            more = len(rows) > _page(limit)
            rows = rows[: _page(limit)]
            following = f"{rows[-1].start_ms}.{rows[-1].id}" if more else None
            return {"items": await event_states(session, rows), "next": following}

    async def event(self, event: str) -> State:
        """EventOut; `Rejected` when there is none."""
        async with self._database.reading() as session:
            return (await event_states(session, [await _get(session, EventRow, event, "event")]))[0]

    async def verdicts(self, event: str) -> list[State]:
        """VerdictOut of an event, oldest first."""
        async with self._database.reading() as session:
            await _get(session, EventRow, event, "event")
            rows = await session.scalars(
                select(VerdictRow).where(VerdictRow.event == event).order_by(col(VerdictRow.start_ms))
            )
            return [verdict_state(row) for row in rows]


def _page(limit: int) -> int:
    return max(1, min(limit, _LARGEST_PAGE))


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 15:  # noqa: PLR2004 - fits a column
        raise Rejected("cursor", say("bad_cursor"))
    return int(text)


async def _get(session: Any, table: Any, key: str, word: str) -> Any:
    row = await session.get(table, key)
    if row is None:
        raise Missing(word, say("unknown", key=key))
    return row
