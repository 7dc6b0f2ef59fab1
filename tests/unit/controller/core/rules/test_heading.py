"""Wrong way: against the allowed heading and moving, at every rate of judging."""

import pytest

from controller.core.records import Rule
from controller.core.rules.heading import deviation_deg, heading_deg
from shared.ids import RuleId
from tests.fakes.walkers import RATES, Walker, area, number, play, still, straight, times

LANE = area((-5, 3), (5, 3), (5, 14), (-5, 14))
NORTH = Rule(RuleId("w"), "lane", "wrong_way", zone=LANE, heading_deg=0, persistence_s=2)


@pytest.mark.parametrize("fps", RATES)
@pytest.mark.parametrize("seed", [None, 1])
def test_against_the_way_is_raised_and_with_it_across_it_or_standing_is_not(fps: int, seed: int | None) -> None:
    at_ms = times(fps, 14, seed)
    against = Walker(straight((0, 13), (0, 4), 1000, 10_000), tremble=0.01)
    (occurrence,) = play(NORTH, [against], at_ms)
    assert occurrence.start_ms <= 3200
    assert number(occurrence, "deviation_deg") > 150
    for way in (
        straight((0, 4), (0, 13), 1000, 10_000),
        straight((-4, 8), (4, 8), 1000, 9000),
        still((0, 8)),
    ):
        assert play(NORTH, [Walker(way, tremble=0.02)], at_ms) == ()


@pytest.mark.parametrize("fps", RATES)
def test_outside_its_zone_and_a_step_back_are_nothing(fps: int) -> None:
    aside = Walker(straight((7, 13), (7, 4), 1000, 10_000))
    back = Walker(straight((0, 8), (0, 7), 3000, 4000, 5000))
    for walker in (aside, back):
        assert play(NORTH, [walker], times(fps, 12)) == ()


def test_headings_are_told_as_the_picture_shows_them() -> None:
    middle = (0.5, 0.5)
    assert heading_deg(middle, (0.5, 0.4), 16 / 9) == 0
    assert heading_deg(middle, (0.6, 0.5), 16 / 9) == pytest.approx(90)
    assert heading_deg(middle, (0.5, 0.6), 16 / 9) == pytest.approx(180)
    assert heading_deg(middle, (0.5 - 0.09, 0.5 - 0.16), 16 / 9) == pytest.approx(315)
    assert deviation_deg(350, 20) == 30
    assert deviation_deg(90, 270) == 180
