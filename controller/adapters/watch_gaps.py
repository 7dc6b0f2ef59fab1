"""Losses that nodes' ledgers tell of, as rows: what nobody looked at yet, and the alarm that counts them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from controller.adapters.states import State, alarm_states
from controller.adapters.tables import AlarmRow, GapRow, OccurrenceRow
from controller.adapters.watch_signs import rule_id
from controller.core.conditions import Key
from controller.core.losses import JOINED_MS, OF_CAMERA, OF_NODE, Missed, tally, tally_node, unseen_of_node, widened
from controller.core.records import SystemKind
from controller.core.spans import Span
from controller.core.watch import Policy
from shared.ids import CameraId, node_of
from shared.texts import Text, said

Occur = Callable[[Key, str | None, tuple[int, int, int | None], Text], Awaitable[str]]
"""Write an occurrence (start_ms, condition_ms, end_ms) to an alarm, or raise one; its alarm's id."""
_EVER: Span = (0, 2**62)


async def unseen_gaps(session: AsyncSession, limit: int) -> tuple[Missed, ...]:
    """The oldest gaps that nobody looked at yet."""
    rows = await session.scalars(
        select(GapRow).where(col(GapRow.alarmed).is_(False)).order_by(col(GapRow.start_ms), col(GapRow.id)).limit(limit)
    )
    return tuple(_missed(row) for row in rows)


class GapBook:
    """One transaction's counting, under the site's lock. `recounted`: alarms that say something else now."""

    def __init__(self, session: AsyncSession, occur: Occur) -> None:
        self._session = session
        self._occur = occur
        self.recounted: set[str] = set()

    async def miss(self, one: Missed, policies: Mapping[SystemKind, Policy]) -> None:
        """Look at a gap once; `policies`: what the site wants to be told of."""
        row = await self._session.get(GapRow, one.id, with_for_update=True)
        if row is None or row.alarmed or _missed(row) != one:
            return  # its minute was told anew: the next look sees that
        row.alarmed = True
        if not policies["footage_lost"].on:
            return
        if one.cause == OF_NODE:
            await self._miss_node(one, policies["node_away"])
            return
        if one.cause in OF_CAMERA and (not policies["camera_stalled"].on or await self._was_seen(one)):
            return
        key = Key("footage_lost", one.cause, node_of(one.camera), one.camera)
        alarm = await self._open_alarm(key)
        text = tally(one, {} if alarm is None else (alarm.said or {}).get("params", {}))
        await self._count(key, alarm, one, text)

    async def _miss_node(self, one: Missed, away: Policy) -> None:
        """A node did not run while nobody could see that: one alarm, whichever of its cameras tells of it first."""
        key, gap = Key("footage_lost", OF_NODE, node_of(one.camera)), (one.start_ms, one.end_ms)
        of_node = select(AlarmRow.id).where(
            col(AlarmRow.rule).in_([rule_id("footage_lost"), rule_id("node_away")]),
            col(AlarmRow.node) == key.node,
            col(AlarmRow.camera).is_(None),
        )
        told = await self._spans(of_node, gap)
        if not away.on or not unseen_of_node(gap, told, away.grace_ms):
            return
        alarm = await self._open_alarm(key)
        spans = [gap] if alarm is None else [*await self._spans([alarm.id], _EVER), gap]
        await self._count(key, alarm, one, tally_node(node_of(one.camera), spans))

    async def _count(self, key: Key, alarm: AlarmRow | None, one: Missed, text: Text) -> None:
        """Write a loss to the alarm that is open, or raise one, which says `text` from now on."""
        if alarm is None or not await self._widen(alarm.id, one):
            span = (one.start_ms, one.start_ms, one.end_ms)
            raised = await self._occur(key, None if alarm is None else alarm.id, span, text)
            alarm = alarm or await self._session.get(AlarmRow, raised)
        if alarm is not None:
            alarm.detail, alarm.said = str(text), said(text)
            self.recounted.add(alarm.id)
        await self._session.flush()

    async def _spans(self, alarms: Any, near: Span) -> list[Span]:
        """When these alarms held, as far as it touches `near`."""
        rows = await self._session.scalars(
            select(OccurrenceRow).where(
                col(OccurrenceRow.alarm).in_(alarms),
                col(OccurrenceRow.start_ms) < near[1],
                col(OccurrenceRow.end_ms).is_(None) | (col(OccurrenceRow.end_ms) > near[0]),
            )
        )
        return [(row.start_ms, _EVER[1] if row.end_ms is None else row.end_ms) for row in rows]

    async def _was_seen(self, one: Missed) -> bool:
        """Whether an alarm told that the camera had no pictures then."""
        about = select(OccurrenceRow.end_ms).where(
            col(OccurrenceRow.camera) == one.camera,
            col(OccurrenceRow.start_ms) < one.end_ms,
            col(OccurrenceRow.alarm).in_(
                select(AlarmRow.id).where(
                    col(AlarmRow.rule) == rule_id("camera_stalled"), col(AlarmRow.camera) == one.camera
                )
            ),
        )
        return any(end_ms is None or end_ms > one.start_ms for end_ms in await self._session.scalars(about))

    async def _open_alarm(self, key: Key) -> AlarmRow | None:
        """The newest alarm of losses of one cause, of a camera or of a whole node, that nobody resolved."""
        rows = await self._session.scalars(
            select(AlarmRow)
            .where(
                col(AlarmRow.rule) == rule_id(key.kind),
                col(AlarmRow.node) == key.node,
                col(AlarmRow.camera) == key.camera if key.camera else col(AlarmRow.camera).is_(None),
                col(AlarmRow.cause) == key.cause,
                col(AlarmRow.state) != "resolved",
            )
            .order_by(col(AlarmRow.condition_ms).desc(), col(AlarmRow.id))
            .limit(1)
            .with_for_update()
        )
        return rows.first()

    async def _widen(self, alarm: str, one: Missed) -> bool:
        """Take a loss into a stretch that it touches; False: there is none."""
        near = await self._session.scalars(
            select(OccurrenceRow)
            .where(
                col(OccurrenceRow.alarm) == alarm,
                col(OccurrenceRow.start_ms) <= one.end_ms + JOINED_MS,
                col(OccurrenceRow.end_ms) >= one.start_ms - JOINED_MS,
            )
            .order_by(col(OccurrenceRow.start_ms), col(OccurrenceRow.id))
            .limit(1)
        )
        row = near.first()
        span = None if row is None else widened((row.start_ms, row.end_ms or row.start_ms), (one.start_ms, one.end_ms))
        if row is None or span is None:
            return False
        row.start_ms, row.end_ms = span
        return True


async def tell_counts(
    session: AsyncSession, recounted: set[str], feed: Sequence[tuple[str, State]]
) -> list[tuple[str, State]]:
    """Feed rows of alarms whose count changed and nothing else did."""
    changed: list[AlarmRow] = []
    for alarm in sorted(recounted - {state["id"] for _, state in feed}):
        row = await session.get(AlarmRow, alarm, with_for_update=True)
        if row is not None:
            row.rev += 1
            changed.append(row)
    await session.flush()
    return [("alarm", state) for state in await alarm_states(session, changed)]


def _missed(row: GapRow) -> Missed:
    cause: Any = row.cause
    return Missed(row.id or 0, CameraId(row.camera), row.start_ms, row.end_ms, cause)
