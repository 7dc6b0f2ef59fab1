"""Crossings: each once, at every rate of judging, fast ones too, and none of a trembling foot."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.core.records import Rule
from controller.core.rules.crossing import crossings, line_distance
from shared.geometry import Point
from shared.ids import RuleId
from tests.fakes.walkers import RATES, Walker, Way, area, number, play, still, straight, times

LINE = Rule(RuleId("l"), "line", "line_crossing", line=area((-5, 8), (5, 8)), persistence_s=0)
IN = Rule(RuleId("i"), "in", "zone_entry", zone=area((-3, 5), (3, 5), (3, 9), (-3, 9)), persistence_s=0)
OUT = replace(IN, kind="zone_exit")


def counted(rule: Rule, walkers: list[Walker], at_ms: list[int]) -> int:
    return sum(round(number(o, "count")) for o in play(rule, walkers, at_ms))


def judged(paces: list[float], fps: int, seed: int) -> list[int]:
    return times(fps, 6 + sum(8 / pace + 4 for pace in paces), seed)


def crowd(paces: list[float]) -> list[Walker]:
    """Each walks 8 m north over the line at a pace in m/s, one after the other."""
    walkers, begin = [], 3000
    for track, pace in enumerate(paces):
        end = begin + round(8000 / pace)
        walkers.append(Walker(straight((track % 7 - 3, 4), (track % 7 - 3, 12), begin, end, 2000), track, tremble=0.01))
        begin = end - 500 if track % 3 else end + 4000
    return walkers


def until(way: Way, last_ms: int) -> Way:
    return lambda t: way(t) if t <= last_ms else None


def since(way: Way, after_ms: int) -> Way:
    return lambda t: way(t) if t > after_ms else None


def narrowed(way: Way) -> Way:
    def at(t: int) -> Point | None:
        there = way(t)
        return None if there is None else (there[0] * 0.8, there[1])

    return at


@pytest.mark.parametrize("fps", RATES)
@settings(max_examples=8, deadline=None)
@given(paces=st.lists(st.floats(0.4, 2.5), min_size=1, max_size=4), seed=st.integers(0, 9))
def test_no_crossing_is_missed_and_none_counted_twice(fps: int, paces: list[float], seed: int) -> None:
    at_ms = judged(paces, fps, seed)
    assert counted(LINE, crowd(paces), at_ms) == len(paces)
    there = replace(LINE, direction="right_to_left")
    assert counted(there, crowd(paces), at_ms) == len(paces), "from the right of the line to its left"
    assert counted(replace(LINE, direction="left_to_right"), crowd(paces), at_ms) == 0


@pytest.mark.parametrize("fps", RATES)
@pytest.mark.parametrize("pace", [4.0, 8.0])
def test_a_runner_between_two_judged_frames_is_counted(fps: int, pace: float) -> None:
    for offset in range(0, 1000, 100):
        runner = Walker(straight((0, 1), (0, 20), 1900 + offset, 1900 + offset + round(19_000 / pace), 1500))
        assert counted(LINE, [runner], times(fps, 10)) == 1


@pytest.mark.parametrize("fps", RATES)
def test_a_foot_that_trembles_on_the_line_counts_at_most_once(fps: int) -> None:
    for track in range(6):
        stander = Walker(still((0, 8)), track, tremble=0.02)
        assert counted(LINE, [stander], times(fps, 30)) <= 1


def test_who_turns_back_before_the_line_or_goes_round_its_end_did_not_cross_it() -> None:
    at_ms = times(5, 20)

    def there_and_back(t: int) -> Point:
        return (0.0, 4 + 3.6 * min(t, 20_000 - t) / 10_000)

    def round_the_end(t: int) -> Point:
        return (7.0, 4 + 8 * t / 20_000)

    for way in (there_and_back, round_the_end):
        assert counted(LINE, [Walker(way)], at_ms) == 0


def test_there_and_back_again_are_two_and_one_each_way() -> None:
    def way(t: int) -> Point:
        return (0.0, 4 + 8 * min(t, 20_000 - t) / 10_000)

    at_ms = times(5, 20)
    assert counted(LINE, [Walker(way)], at_ms) == 2
    assert counted(replace(LINE, direction="left_to_right"), [Walker(way)], at_ms) == 1


def test_a_track_that_is_believed_later_is_counted_then_and_one_that_never_is_is_not() -> None:
    way = straight((0, 4), (0, 12), 1000, 9000)
    doubtful = Walker(way, confirmed=False)
    assert counted(LINE, [doubtful], times(5, 10)) == 0
    believed = Walker(since(way, 6000))
    early = Walker(until(way, 6000), confirmed=False)
    assert counted(LINE, [early, believed], times(5, 10)) == 1
    assert counted(LINE, [Walker(way, confidence=0.3)], times(5, 10)) == 0


def test_a_track_that_breaks_on_the_line_is_counted_once() -> None:
    way = straight((0, 4), (0, 12), 1000, 9000)
    for broken_ms in range(3000, 7000, 200):
        first = Walker(until(way, broken_ms), 1)
        second = Walker(since(way, broken_ms), 2)
        assert counted(LINE, [first, second], times(5, 10)) == 1


def test_crossings_less_than_two_seconds_apart_are_one_occurrence_with_their_count() -> None:
    close = [Walker(straight((i, 4), (i, 12), 1000 + 800 * i, 9000 + 800 * i), i) for i in range(3)]
    (occurrence,) = play(LINE, close, times(5, 20))
    assert number(occurrence, "count") == 3
    assert occurrence.track_ids == (0, 1, 2)
    assert occurrence.start_ms == occurrence.condition_ms
    assert occurrence.end_ms is not None
    assert abs(occurrence.start_ms - 5000) <= 400, "8 % of a body's height beyond the line"
    apart = [close[0], replace(close[1], at=straight((1, 4), (1, 12), 6000, 14_000))]
    assert [number(o, "count") for o in play(LINE, apart, times(5, 20))] == [1, 1]


@pytest.mark.parametrize("fps", RATES)
@settings(max_examples=5, deadline=None)
@given(paces=st.lists(st.floats(0.4, 2.5), min_size=1, max_size=3), seed=st.integers(0, 9))
def test_who_walks_through_a_zone_came_in_once_and_went_out_once(fps: int, paces: list[float], seed: int) -> None:
    within = [replace(walker, at=narrowed(walker.at)) for walker in crowd(paces)]
    at_ms = judged(paces, fps, seed)
    assert counted(IN, within, at_ms) == len(paces)
    assert counted(OUT, within, at_ms) == len(paces)


def test_a_runner_through_a_zone_between_two_frames_came_in_and_went_out() -> None:
    runner = Walker(straight((0, 3), (0, 12), 1000, 2000))
    assert counted(IN, [runner], [1000, 2000, 3000]) == 1
    assert counted(OUT, [runner], [1000, 2000, 3000]) == 1
    corner = Walker(straight((2.9, 4), (3.6, 5.5), 1000, 2000))
    assert counted(IN, [corner], [1000, 2000, 3000]) == 0


def test_who_is_first_seen_inside_did_not_come_in_and_trembles_on_no_edge() -> None:
    assert counted(IN, [Walker(still((0, 7)))], times(5, 20)) == 0
    for fps in RATES:
        for track in range(3):
            assert counted(IN, [Walker(still((0, 5)), track, tremble=0.02)], times(fps, 30)) <= 1


coordinate = st.integers(0, 10).map(float)
point = st.tuples(coordinate, coordinate)


@given(st.lists(point, min_size=2, max_size=6))
def test_a_way_crosses_a_line_through_the_whole_plane_as_often_as_it_changes_sides(way: list[Point]) -> None:
    line = ((5.5, -100.0), (5.5, 100.0))
    net = sum(crossings(line, a, b) for a, b in pairwise(way))
    assert (net != 0) == ((way[0][0] < 5.5) != (way[-1][0] < 5.5))


@given(st.lists(point, min_size=3, max_size=6, unique=True), point, point)
def test_a_closed_line_is_crossed_by_who_comes_in_or_goes_out_only(ring: list[Point], a: Point, b: Point) -> None:
    closed = (*ring, ring[0])
    assert sum(crossings(closed, one, other) for one, other in ((a, b), (b, a))) == 0


def test_a_line_of_several_pieces_is_crossed_at_its_corner_once() -> None:
    bent = ((0.0, 0.0), (5.0, 5.0), (10.0, 0.0))
    assert abs(crossings(bent, (5.0, 9.0), (5.0, 1.0))) == 1
    assert crossings(bent, (5.0, 9.0), (5.0, 6.0)) == 0
    assert line_distance(bent, (5.0, 6.0)) == 1
    assert line_distance(((1.0, 1.0), (1.0, 1.0)), (4.0, 5.0)) == 5
