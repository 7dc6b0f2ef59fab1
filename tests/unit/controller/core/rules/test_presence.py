"""Loitering: the dwell time is a number, right within one frame period at every rate of judging."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.core.records import Occurrence, Rule, Schedule, Shift
from shared.ids import RuleId
from tests.fakes.walkers import RATES, Walker, area, engine, number, play, scenes, still, straight, times

ZONE = area((-3, 5), (3, 5), (3, 9), (-3, 9))
LOITER = Rule(RuleId("d"), "dwell", "loitering", zone=ZONE, dwell_s=6)
INTRUSION = Rule(RuleId("z"), "zone", "zone_intrusion", zone=ZONE, persistence_s=2)


def through(pace: float, begin: int = 2000) -> Walker:
    """North through the zone, 4 m of it, from 2 m before it to 2 m behind it."""
    return Walker(straight((0, 3), (0, 11), begin, begin + round(8000 / pace), 1500))


@pytest.mark.parametrize("fps", RATES)
@settings(max_examples=5, deadline=None)
@given(pace=st.floats(0.25, 0.6), seed=st.integers(0, 9))
def test_dwell_is_told_within_one_frame_period(fps: int, pace: float, seed: int) -> None:
    at_ms = times(fps, 8 / pace + 6, seed)
    longest = max(b - a for a, b in pairwise(at_ms)) / 1000
    (occurrence,) = play(LOITER, [through(pace)], at_ms)
    assert abs(number(occurrence, "dwell_s") - 4 / pace) <= longest + 0.002
    began = 2 + 2 / pace
    assert abs(occurrence.start_ms / 1000 - began) <= longest
    assert occurrence.condition_ms == occurrence.start_ms + 6000
    assert occurrence.end_ms is not None
    assert abs(occurrence.end_ms / 1000 - (began + 4 / pace)) <= longest


@pytest.mark.parametrize("fps", RATES)
def test_who_leaves_sooner_is_not_told_of(fps: int) -> None:
    assert play(LOITER, [through(0.8)], times(fps, 20)) == ()


@pytest.mark.parametrize("fps", RATES)
def test_two_short_stays_do_not_add_up(fps: int) -> None:
    twice = [through(0.8), replace(through(0.8, 14_000), track=2)]
    assert play(LOITER, twice, times(fps, 30)) == ()


def test_time_that_nobody_judged_is_no_dwell() -> None:
    stander = Walker(still((0, 7)))
    assert play(LOITER, [stander], [0, 1000, 2000, 3000, 5100, 6000, 7000, 8000, 9000]) == ()
    assert len(play(LOITER, [stander], [0, 1000, 2000, 3000, 5000, 6000])) == 1


@pytest.mark.parametrize("fps", RATES)
def test_an_intrusion_is_raised_when_it_has_held(fps: int) -> None:
    (occurrence,) = play(INTRUSION, [through(0.5)], times(fps, 24))
    assert occurrence.condition_ms == occurrence.start_ms + 2000
    assert play(INTRUSION, [Walker(still((5, 7)))], times(fps, 10)) == ()


def test_a_rule_is_silent_outside_its_shift_and_its_occurrence_ends_with_it() -> None:
    minute = 60_000
    shift = Schedule((Shift(tuple(range(7)), 9 * 60 + 1, 9 * 60 + 2),))  # 00:01 to 00:02 UTC
    machine = engine(replace(INTRUSION, schedule=shift))
    known: dict[str, Occurrence] = {}
    for scene in scenes([Walker(still((0, 7)))], range(0, 3 * minute, 500)):
        known |= {o.id: o for o in machine.step(scene)}
    (occurrence,) = known.values()
    assert (occurrence.start_ms, occurrence.end_ms) == (minute, 2 * minute - 500)
