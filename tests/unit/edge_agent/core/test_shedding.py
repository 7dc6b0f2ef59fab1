"""Shedding: steps in order, never faster than they may be, all of it given back in calm."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.core.shedding import (
    ORDER,
    Limits,
    Load,
    Shed,
    ShedReport,
    Step,
    excess,
    is_calm,
    pictures_every,
    report,
    shed,
)

LIMITS = Limits()
LOOK_MS = 5_000
CALM = Load(20.0, 50.0, 0.0)
HOT = Load(20.0, 85.0, 0.0)
BOTH: tuple[Step, ...] = ("sub frame rate", "main frame rate")


def look(state: Shed, load: Load, begin_ms: int, for_ms: int, possible: int = 2) -> tuple[Shed, int, list[int]]:
    """The state after looks at this load, the time then, and when steps were taken."""
    stepped = []
    for now_ms in range(begin_ms, begin_ms + for_ms, LOOK_MS):
        before, state = state.taken, shed(state, load, now_ms, possible, LIMITS)
        if state.taken != before:
            stepped.append(now_ms)
    return state, begin_ms + for_ms, stepped


@pytest.mark.parametrize(
    ("load", "why"),
    [
        (Load(10.0, 80.0), "80 °C"),
        (Load(97.0, None), "CPU 97 %"),
        (Load(97.0, 50.0, 0.1), "CPU 97 %"),
        (Load(97.0, 50.0, 0.0), ""),  # busy, and each picture is there
        (Load(50.0, 50.0, 0.3), "30 % of pictures late"),
        (Load(94.9, 79.9, 0.24), ""),
    ],
)
def test_heat_a_processor_that_does_not_suffice_and_late_pictures_are_over_the_limits(load: Load, why: str) -> None:
    assert excess(load, LIMITS) == why


def test_between_limit_and_calm_nothing_is_decided() -> None:
    assert is_calm(CALM, LIMITS)
    assert is_calm(Load(20.0, None), LIMITS)
    for load in (Load(20.0, 75.0), Load(80.0, 50.0), Load(20.0, 50.0, 0.1)):
        assert not is_calm(load, LIMITS)
        assert not excess(load, LIMITS)


def test_steps_are_taken_one_by_one_and_given_back_in_calm() -> None:
    state, now_ms, stepped = look(Shed(), HOT, 0, 300_000)
    assert stepped == [20_000, 50_000]
    assert report(state, BOTH) == ShedReport(BOTH, ("preset", "size"), "85 °C")
    state, now_ms, stepped = look(state, CALM, now_ms, 119_000)
    assert stepped == []
    state, now_ms, stepped = look(state, CALM, now_ms, 300_000)
    assert stepped[1] - stepped[0] >= LIMITS.calm_ms
    assert report(state, BOTH) == ShedReport()


def test_a_short_peak_costs_nothing() -> None:
    state, now_ms, stepped = look(Shed(), HOT, 0, 20_000)
    assert stepped == []
    assert look(state, CALM, now_ms, 5_000)[0].over_ms is None


def test_a_step_back_that_does_not_last_is_tried_again_later_and_later() -> None:
    state, now_ms, _ = look(Shed(), HOT, 0, 40_000)
    waits = []
    for _ in range(7):
        state, now_ms, (rose_ms,) = look(state, CALM, begun_ms := now_ms, state.calm_ms + 40_000)
        waits.append(rose_ms - begun_ms)
        state, now_ms, stepped = look(state, HOT, now_ms, 40_000)
        assert len(stepped) == 1
    assert waits == sorted(waits)
    assert waits[0] <= LIMITS.calm_ms + LOOK_MS
    assert waits[-1] >= LIMITS.longest_calm_ms


def test_what_cannot_be_changed_is_skipped_and_said() -> None:
    assert report(Shed(1, "hot"), BOTH) == ShedReport(("sub frame rate",), (), "hot")
    only: tuple[Step, ...] = ("main frame rate",)
    assert report(Shed(1, "hot"), only) == ShedReport(only, ("sub frame rate", "preset", "size"), "hot")
    assert report(Shed(1, "hot"), ORDER).skipped == ()


def test_half_its_bits_are_half_its_pictures() -> None:
    assert [pictures_every(share, 15.0) for share in (1.0, 0.51, 0.5, 0.05)] == [1, 1, 2, 2]
    assert pictures_every(0.5, 2.0) == 1


LOADS = st.builds(Load, st.floats(0, 100), st.none() | st.floats(0, 110), st.none() | st.floats(0, 1))


@given(st.lists(st.tuples(LOADS, st.integers(1, 60)), max_size=30), st.integers(0, 4))
def test_it_never_moves_faster_than_its_dwell_nor_by_more_than_a_step_and_recovers(
    course: list[tuple[Load, int]], possible: int
) -> None:
    state, now_ms, last_ms = Shed(), 0, None
    for load, looks in course:
        for _ in range(looks):
            now_ms += LOOK_MS
            before, state = state, shed(state, load, now_ms, possible, LIMITS)
            change = state.taken - before.taken
            assert 0 <= state.taken <= possible
            if change:
                assert abs(change) == 1
                assert last_ms is None or now_ms - last_ms >= LIMITS.dwell_ms
                assert bool(excess(load, LIMITS)) if change > 0 else is_calm(load, LIMITS)
                last_ms = now_ms
            assert bool(state.reason) == bool(state.taken)
    state, _, _ = look(state, CALM, now_ms + LOOK_MS, possible * (LIMITS.longest_calm_ms + LIMITS.dwell_ms) + 60_000)
    assert state.taken == 0
