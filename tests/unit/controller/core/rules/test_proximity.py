"""Proximity: distance and closing speed in metres, on scripted tracks with known metres."""

from dataclasses import replace

import pytest

from controller.core.records import Rule
from controller.core.rules.proximity import aboard
from shared.geometry import Box
from shared.ids import RuleId
from tests.fakes.walkers import GROUND, RATES, Walker, number, play, still, straight, times

NEAR = Rule(RuleId("p"), "near", "proximity", others=("truck",), distance_m=3, persistence_s=1, ground=GROUND)
PERSON = Walker(still((0, 9)), 1)


def truck(start: float, end: float, pace: float, begin: int = 3000) -> Walker:
    """Drives along a line 9 m north of the camera, 2 m wide, its middle from `start` to `end` metres east."""
    lasts = round(1000 * abs(end - start) / pace)
    way = straight((start, 9), (end, 9), begin, begin + lasts, 8000)
    return Walker(way, 9, "truck", width_m=2, height_m=2.5)


@pytest.mark.parametrize("fps", RATES)
@pytest.mark.parametrize("seed", [None, 3])
def test_the_least_distance_is_told_in_metres(fps: int, seed: int | None) -> None:
    at_ms = times(fps, 20, seed)
    (occurrence,) = play(NEAR, [PERSON, truck(8, 2.5, 1)], at_ms)
    assert number(occurrence, "distance_m") == pytest.approx(1.5, abs=0.02)
    assert number(occurrence, "closing_mps") == pytest.approx(1, abs=0.1)
    assert occurrence.track_ids == (1, 9)
    reached = 3000 + 4000  # its side is 3 m away when its middle is 4 m away
    assert 0 <= occurrence.start_ms - reached <= 1200 / fps * 1.2
    assert play(NEAR, [PERSON, truck(8, 4.2, 1)], at_ms) == (), "its side stays 3.2 m away"


@pytest.mark.parametrize("fps", RATES)
def test_one_who_comes_fast_is_told_of_from_twice_the_distance(fps: int) -> None:
    fast = replace(NEAR, closing_mps=1.5, persistence_s=0, distance_m=2)
    (occurrence,) = play(fast, [PERSON, truck(9, 2.5, 2)], times(fps, 14))
    assert number(occurrence, "closing_mps") == pytest.approx(2, abs=0.2)
    sooner = occurrence.start_ms
    (slow,) = play(fast, [PERSON, truck(9, 2.5, 1)], times(fps, 18))
    assert sooner <= 3000 + 2000 + 1000 / fps + 300, "4 m away after 2 s"
    assert slow.start_ms >= 3000 + 6000


def test_a_driver_is_aboard_and_no_vehicle_is_near_itself() -> None:
    machine = truck(3, 3, 1)
    seated = Box(0.4, 0.4, 0.44, 0.5)
    assert aboard(seated, Box(0.3, 0.35, 0.6, 0.6))
    assert not aboard(Box(0.4, 0.4, 0.44, 0.6), Box(0.3, 0.35, 0.6, 0.6)), "stands before it"
    assert not aboard(Box(0.7, 0.4, 0.74, 0.5), Box(0.3, 0.35, 0.6, 0.6))
    assert play(NEAR, [machine], times(5, 10)) == ()
    alone = replace(NEAR, classes=("truck",))
    assert play(alone, [machine], times(5, 10)) == ()


def test_without_ground_a_doubtful_vehicle_and_beyond_the_horizon_it_is_silent() -> None:
    near = truck(2, 2, 1)
    assert len(play(NEAR, [PERSON, near], times(5, 10))) == 1
    assert play(replace(NEAR, ground=()), [PERSON, near], times(5, 10)) == ()
    assert play(NEAR, [PERSON, replace(near, confirmed=False)], times(5, 10)) == ()
    floating = tuple((x, y + 0.3, e, n) for x, y, e, n in GROUND)
    far = replace(NEAR, ground=floating, distance_m=1000)
    assert play(far, [replace(PERSON, at=still((0, 900))), near], times(5, 10)) == ()
