"""Regions against grids: pages find what one look finds, grids unite in any order, and a heat map adds them up."""

from functools import reduce
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from controller.core.motion_grids import Found, Grid, Wish, cells_in, covers, heat, page, united
from shared.geometry import Polygon, contains, edge_distance
from shared.motion_grid import MINUTE_MS, Moved, pack

ZERO_MS = 1_800_000_000_000 - 1_800_000_000_000 % MINUTE_MS
STEP_MS = 10_000
ALL: Polygon = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
LEFT: Polygon = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))
ALWAYS = ((0, 2 * ZERO_MS),)
SMALL = (MINUTE_MS // STEP_MS, 2, 2)
Minutes = list[tuple[int, Grid]]


def grid(moved: Moved) -> Grid:
    return Grid(moved.shape[2], moved.shape[1], MINUTE_MS // moved.shape[0], pack(moved))


def at(*steps: int, cells: tuple[tuple[int, int], ...] = ((0, 0),)) -> Grid:
    moved = np.zeros(SMALL, np.bool_)
    for step in steps:
        for row, column in cells:
            moved[step, row, column] = True
    return grid(moved)


GRIDS = arrays.arrays(np.bool_, SMALL).map(grid)


def minutes_of(places: st.SearchStrategy[int]) -> st.SearchStrategy[Minutes]:
    return st.dictionaries(places, GRIDS, max_size=20).map(
        lambda found: [(ZERO_MS + place * MINUTE_MS, found[place]) for place in sorted(found, reverse=True)]
    )


MINUTES = minutes_of(st.integers(0, 40))
PLACES = [place for place in range(40, -1, -1) if place % 3]
PAIRS = st.lists(st.frozensets(st.integers(0, 5), max_size=2), min_size=len(PLACES), max_size=len(PLACES)).map(
    lambda steps: [(ZERO_MS + place * MINUTE_MS, at(*moved)) for place, moved in zip(PLACES, steps, strict=True)]
)
"""No three minutes one after the other: where what is 50 s apart is joined, a span is in two of them at most."""


def ask(minutes: Minutes, wish: Wish, limit: int, at_once: int) -> list[Found]:
    """Page by page, as a store would read them."""
    found: list[Found] = []
    before_ms: int | None = 2 * ZERO_MS
    while before_ms is not None:
        left = [one for one in minutes if one[0] < before_ms]
        read, older = left[:at_once], left[at_once : at_once + 1]
        got = page(read, wish, before_ms, limit, older[0][0] if older else None)
        assert len(got.found) <= limit
        assert got.next_ms is None or got.next_ms < before_ms, "a page goes on"
        found += got.found
        before_ms = got.next_ms
    return found


@settings(max_examples=40)
@given(
    PAIRS,
    st.sampled_from([1, 3, 50]),
    st.sampled_from([2, 3, 4, 30]),
    st.sampled_from([0, 20_000, 50_000]),
    st.sampled_from([0.0, 0.6]),
)
def test_pages_find_what_one_look_finds(minutes: Minutes, limit: int, at_once: int, apart: int, share: float) -> None:
    """They may read as little as the longest span is."""
    windows = ((ZERO_MS + 95_000, ZERO_MS + 12 * MINUTE_MS), (ZERO_MS + 14 * MINUTE_MS, ZERO_MS + 38 * MINUTE_MS))
    wish = Wish(LEFT, windows, share, apart)
    whole = page(minutes, wish, 2 * ZERO_MS, 10_000)
    assert whole.next_ms is None
    assert ask(minutes, wish, limit, at_once) == list(whole.found)


@settings(max_examples=40)
@given(MINUTES, st.integers(1, 6))
def test_a_page_that_reads_little_finds_the_same_time(minutes: Minutes, at_once: int) -> None:
    wish = Wish(LEFT, ALWAYS, apart_ms=0)
    whole = page(minutes, wish, 2 * ZERO_MS, 10_000).found
    parts = ask(minutes, wish, 10_000, at_once)
    assert sum(one.end_ms - one.start_ms for one in parts) == sum(one.end_ms - one.start_ms for one in whole)
    assert all(any(one.start_ms <= part.start_ms and part.end_ms <= one.end_ms for one in whole) for part in parts)


@settings(max_examples=40)
@given(MINUTES, st.floats(0, 1), st.floats(0, 1))
def test_more_region_or_less_share_never_finds_less(minutes: Minutes, one: float, other: float) -> None:
    def found_ms(share: float, region: Polygon = ALL) -> int:
        got = page(minutes, Wish(region, ALWAYS, share, 0), 2 * ZERO_MS, 10_000)
        return sum(span.end_ms - span.start_ms for span in got.found)

    assert found_ms(max(one, other)) <= found_ms(min(one, other))
    assert found_ms(0, LEFT) <= found_ms(0, ALL)


@settings(max_examples=40)
@given(MINUTES)
def test_spans_are_apart_and_say_when_most_moved(minutes: Minutes) -> None:
    found = page(minutes, Wish(ALL, ALWAYS, apart_ms=20_000), 2 * ZERO_MS, 10_000).found
    for newer, older in pairwise(found):
        assert newer.start_ms - older.end_ms > 20_000
    for one in found:
        assert one.start_ms <= one.peak_ms < one.end_ms
        assert 0 < one.share <= 1


@settings(max_examples=40)
@given(st.lists(GRIDS, min_size=2, max_size=4).flatmap(lambda found: st.tuples(st.just(found), st.permutations(found))))
def test_grids_of_a_minute_unite_to_the_same_in_any_order(found: tuple[list[Grid], list[Grid]]) -> None:
    one, other = (reduce(united, order) for order in found)
    assert one == other
    assert united(one, found[0][0]) == one


def test_of_two_kinds_of_grid_the_finer_one_counts() -> None:
    coarse, fine = at(0), grid(np.ones((6, 4, 4), np.bool_))
    assert united(coarse, fine) == united(fine, coarse) == fine
    slow = Grid(2, 2, 30_000, b"")
    assert united(slow, coarse) == united(coarse, slow) == coarse


def test_motion_beside_the_region_is_not_found() -> None:
    minutes = [(ZERO_MS, at(0, 1, 4, cells=((0, 1), (1, 1))))]
    assert page(minutes, Wish(LEFT, ALWAYS), 2 * ZERO_MS, 9).found == ()
    found = page(minutes, Wish(ALL, ALWAYS, apart_ms=10_000), 2 * ZERO_MS, 9).found
    assert found == (
        Found(ZERO_MS + 40_000, ZERO_MS + 50_000, ZERO_MS + 45_000, 0.5),
        Found(ZERO_MS, ZERO_MS + 20_000, ZERO_MS + 15_000, 0.5),
    )


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=3, max_size=8))
def test_a_cell_is_covered_as_zones_are_judged(corners: list[tuple[int, int]]) -> None:
    region = tuple((x / 9.7, y / 9.7) for x, y in corners)  # no centre lies on an edge
    found = covers(region, 7, 6)
    for row, column in np.ndindex(7, 6):
        centre = ((column + 0.5) / 6, (row + 0.5) / 7)
        if edge_distance(region, centre) > 1e-9:
            assert found[row, column] == contains(region, centre)


def test_a_region_covers_cells_by_a_quarter_and_a_speck_its_own() -> None:
    assert cells_in(LEFT, 18, 32).sum() == 18 * 16
    speck = ((0.51, 0.51), (0.511, 0.51), (0.511, 0.511))
    assert [tuple(int(n) for n in place) for place in np.argwhere(cells_in(speck, 18, 32))] == [(9, 16)]
    corner = ((1.0, 1.0), (1.0, 0.9999), (0.9999, 1.0))
    assert cells_in(corner, 18, 32)[17, 31]


def test_heat_is_the_time_that_each_cell_moved() -> None:
    found = heat([at(0, 1), at(5, cells=((1, 1),)), grid(np.ones((6, 4, 4), np.bool_))], 2, 2)
    assert found.tolist() == [[20_000, 0], [0, 10_000]]
