"""Decides when an event of one camera opens, grows, chains and closes. Pure: time comes in as an argument.

Activity opens an event whose clip reaches `pre_roll_ms` into the past. Further activity, or a hold that the
controller asked for, keeps it open. It closes when there was none for `post_roll_ms`; after `max_event_ms` a
new event is chained to it.

Invariants, held by tests/unit/edge_agent/core/test_recorder.py:
1. Events of one camera never overlap, nor do their clips.
2. No event is longer than `max_event_ms`, no clip longer than that and both rolls.
3. Every instant of activity lies inside exactly one event.
"""

from dataclasses import dataclass, replace

from shared.ids import EventId

MAX_HOLD_MS = 60_000


@dataclass(frozen=True, slots=True)
class EventRules:
    """How events are cut."""

    pre_roll_ms: int = 5_000
    post_roll_ms: int = 5_000
    max_event_ms: int = 60_000
    update_ms: int = 2_000
    peak_step: float = 0.05


@dataclass(frozen=True, slots=True)
class Event:
    """One stretch of activity; `last_ms` is the last active instant known."""

    id: EventId
    start_ms: int
    last_ms: int
    clip_start_ms: int
    peak: float
    chained_from: EventId | None
    told_ms: int
    told_peak: float


@dataclass(frozen=True, slots=True)
class State:
    """Where one camera stands."""

    now_ms: int = 0
    event: Event | None = None
    hold_until_ms: int = -1
    clip_end_ms: int = 0


@dataclass(frozen=True, slots=True)
class Opened:
    event: Event


@dataclass(frozen=True, slots=True)
class Updated:
    event: Event


@dataclass(frozen=True, slots=True)
class Closed:
    event: Event
    clip_end_ms: int


Effect = Opened | Updated | Closed


def step(
    state: State, now_ms: int, level: float, active: bool, fresh: EventId, rules: EventRules
) -> tuple[State, tuple[Effect, ...]]:
    """Advance to `now_ms` (an earlier time counts as no progress); `fresh` is the id of an event opened now."""
    now_ms = max(now_ms, state.now_ms)
    state = replace(state, now_ms=now_ms)
    event = state.event
    if event is None:
        return _open(state, level, fresh, None, rules) if active else (state, ())
    held_ms = min(state.hold_until_ms, now_ms, event.start_ms + rules.max_event_ms)
    event = replace(event, last_ms=max(event.last_ms, held_ms))
    if now_ms - event.last_ms > rules.post_roll_ms:
        state, closed = _close(state, event, event.last_ms + rules.post_roll_ms)
        if not active:
            return state, (closed,)
        state, opened = _open(state, level, fresh, None, rules)
        return state, (closed, *opened)
    alive = active or state.hold_until_ms >= now_ms
    if alive and now_ms - event.start_ms > rules.max_event_ms:
        state, closed = _close(state, event, min(now_ms, event.last_ms + rules.post_roll_ms))
        state, opened = _open(state, level, fresh, event.id, rules)
        return state, (closed, *opened)
    if active:
        event = replace(event, last_ms=now_ms, peak=max(event.peak, level))
    if event.peak - event.told_peak >= rules.peak_step and now_ms - event.told_ms >= rules.update_ms:
        event = replace(event, told_ms=now_ms, told_peak=event.peak)
        return replace(state, event=event), (Updated(event),)
    return replace(state, event=event), ()


def hold(state: State, event: EventId, until_ms: int) -> tuple[State, bool]:
    """Keep `event`, or the one chained to it, open until `until_ms` (at most a minute ahead); False: it has ended."""
    if state.event is None or event not in (state.event.id, state.event.chained_from):
        return state, False
    until_ms = min(until_ms, state.now_ms + MAX_HOLD_MS)
    return replace(state, hold_until_ms=max(state.hold_until_ms, until_ms)), True


def finish(state: State, rules: EventRules) -> tuple[State, tuple[Effect, ...]]:
    """End the running event now: no more frames will come."""
    if state.event is None:
        return state, ()
    end_ms = min(max(state.now_ms, state.event.last_ms), state.event.last_ms + rules.post_roll_ms)
    state, closed = _close(state, state.event, end_ms)
    return state, (closed,)


def _open(
    state: State, level: float, fresh: EventId, chained_from: EventId | None, rules: EventRules
) -> tuple[State, tuple[Effect, ...]]:
    now_ms = state.now_ms
    event = Event(
        id=fresh,
        start_ms=now_ms,
        last_ms=now_ms,
        clip_start_ms=max(0, now_ms - rules.pre_roll_ms, state.clip_end_ms),
        peak=level,
        chained_from=chained_from,
        told_ms=now_ms,
        told_peak=level,
    )
    return replace(state, event=event), (Opened(event),)


def _close(state: State, event: Event, clip_end_ms: int) -> tuple[State, Closed]:
    return replace(state, event=None, clip_end_ms=clip_end_ms), Closed(event, clip_end_ms)
