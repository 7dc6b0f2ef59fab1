"""The recorder's invariants, on small numbers so that collisions are likely."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.core.recorder import (
    Closed,
    Effect,
    EventRules,
    Opened,
    State,
    Updated,
    finish,
    hold,
    step,
)
from shared.ids import EventId

RULES = EventRules(pre_roll_ms=3, post_roll_ms=4, max_event_ms=10, update_ms=2, peak_step=0.1)

Tick = tuple[int, bool, int]


def play(ticks: list[Tick], rules: EventRules = RULES) -> tuple[list[Effect], list[int]]:
    """Steps of (time ahead, active, hold for so long or 0); the effects, and the active instants."""
    state, now_ms = State(), 100
    effects: list[Effect] = []
    instants: list[int] = []
    for number, (ahead, active, held) in enumerate(ticks):
        now_ms += ahead
        state, found = step(state, now_ms, 0.5, active, EventId(str(number)), rules)
        effects += found
        if active:
            instants.append(now_ms)
        if held and state.event is not None:
            state, taken = hold(state, state.event.id, now_ms + held)
            assert taken
    _, found = finish(state, rules)
    return effects + list(found), instants


ticks = st.lists(st.tuples(st.integers(0, 7), st.booleans(), st.sampled_from([0, 0, 0, 0, 1, 5, 20])), max_size=40)


@settings(max_examples=80, deadline=None)
@given(ticks)
def test_events_and_clips_never_overlap_and_are_never_too_long(given_ticks: list[Tick]) -> None:
    effects, _ = play(given_ticks)
    closed = [effect for effect in effects if isinstance(effect, Closed)]
    for effect in closed:
        event = effect.event
        assert event.last_ms - event.start_ms <= RULES.max_event_ms
        assert event.clip_start_ms <= event.start_ms <= event.last_ms <= effect.clip_end_ms
        longest = RULES.pre_roll_ms + RULES.max_event_ms + RULES.post_roll_ms
        assert effect.clip_end_ms - event.clip_start_ms <= longest
    for before, after in pairwise(closed):
        assert before.event.last_ms < after.event.start_ms
        assert before.clip_end_ms <= after.event.clip_start_ms


@settings(max_examples=80, deadline=None)
@given(ticks)
def test_every_active_instant_lies_in_exactly_one_event(given_ticks: list[Tick]) -> None:
    effects, instants = play(given_ticks)
    spans = [(e.event.start_ms, e.event.last_ms) for e in effects if isinstance(e, Closed)]
    for instant in instants:
        assert sum(start <= instant <= last for start, last in spans) == 1


@settings(deadline=None)
@given(ticks)
def test_every_event_opens_once_and_closes_once(given_ticks: list[Tick]) -> None:
    effects, _ = play(given_ticks)
    running: str | None = None
    for effect in effects:
        match effect:
            case Opened(event):
                assert running is None
                running = event.id
            case Updated(event):
                assert running == event.id
            case Closed(event):
                assert running == event.id
                running = None
    assert running is None


def test_activity_that_lasts_is_chained() -> None:
    effects, _ = play([(1, True, 0)] * 15)
    opened = [effect.event for effect in effects if isinstance(effect, Opened)]
    assert [event.chained_from for event in opened] == [None, opened[0].id]


def test_pre_roll_reaches_back_to_the_last_clip_only() -> None:
    effects, _ = play([(0, True, 0), (5, False, 0), (1, True, 0)])
    first, second = [effect for effect in effects if isinstance(effect, Closed)]
    assert first.clip_end_ms == 104
    assert second.event.clip_start_ms == 104


def test_a_hold_keeps_an_event_open_without_motion() -> None:
    state, _ = step(State(), 100, 0.5, True, EventId("a"), RULES)
    state, taken = hold(state, EventId("a"), 106)
    assert taken
    state, effects = step(state, 109, 0, False, EventId("b"), RULES)
    assert effects == ()
    state, effects = step(state, 111, 0, False, EventId("c"), RULES)
    (closed,) = effects
    assert isinstance(closed, Closed)
    assert closed.event.last_ms == 106


def test_a_hold_on_the_old_event_reaches_the_one_chained_to_it() -> None:
    state = State()
    for now_ms in range(100, 113):
        state, _ = step(state, now_ms, 0.5, True, EventId(str(now_ms)), RULES)
    assert state.event is not None
    assert state.event.chained_from == "100"
    _, taken = hold(state, EventId("100"), 200)
    assert taken


def test_a_hold_on_an_event_that_has_ended_is_refused() -> None:
    assert hold(State(), EventId("a"), 500) == (State(), False)


def test_the_peak_is_told_when_it_rose_and_not_too_often() -> None:
    state = State()
    told = []
    for now_ms, level in [(100, 0.1), (101, 0.5), (102, 0.5), (103, 0.55), (105, 0.9)]:
        state, effects = step(state, now_ms, level, True, EventId("a"), RULES)
        told += [(now_ms, effect.event.peak) for effect in effects if isinstance(effect, Updated)]
    assert told == [(102, 0.5), (105, 0.9)]
