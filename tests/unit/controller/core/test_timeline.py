"""The timeline's bands, gaps and heat, against a picture of every ms."""

from collections.abc import Sequence
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from controller.core.footage import Footage, parts
from controller.core.spans import Span, merge, total_ms
from controller.core.timeline import STATES, Band, Grid, Hole, Known, Lump, exact, fills, grid_of, shaped

FROM = 10_000
GRID = st.builds(lambda length, buckets: grid_of(FROM, FROM + length, buckets), st.integers(1, 900), st.integers(1, 40))
SPAN = st.tuples(st.integers(FROM - 300, FROM + 1_000), st.integers(0, 400)).map(lambda s: (s[0], s[0] + s[1]))
LUMP = st.builds(
    lambda span, share: Lump(span[0], span[1], (span[1] - span[0]) * share // 10), SPAN, st.integers(0, 10)
)
LUMPS = st.lists(LUMP, max_size=6)
GAPS = st.lists(st.tuples(st.sampled_from(["lost", "agent down"]), LUMP), max_size=6)
KNOWN = st.builds(Known, LUMPS, LUMPS, LUMPS, GAPS, GAPS)


def whole(*spans: Span) -> list[Lump]:
    return [Lump(start_ms, end_ms, end_ms - start_ms) for start_ms, end_ms in spans]


@given(st.integers(1, 10**10), st.integers(1, 2000))
def test_there_are_never_more_buckets_than_asked_for_and_they_fill_the_range(length: int, buckets: int) -> None:
    grid = grid_of(FROM, FROM + length, buckets)
    assert 1 <= grid.count <= buckets
    assert grid.begin(0) == FROM
    assert grid.end(grid.count - 1) == grid.to_ms == FROM + length


@settings(max_examples=60, deadline=None)
@given(GRID, st.lists(SPAN, max_size=5))
def test_heat_is_the_ms_of_each_bucket_that_are_covered(grid: Grid, spans: list[Span]) -> None:
    apart = merge(spans)
    expected = [
        sum(any(a <= ms < b for a, b in apart) for ms in range(grid.begin(place), grid.end(place)))
        for place in range(grid.count)
    ]
    assert fills(grid, whole(*apart)) == expected


@settings(max_examples=100, deadline=None)
@given(GRID, KNOWN)
def test_no_bucket_is_over_full_and_what_is_stored_comes_first(grid: Grid, known: Known) -> None:
    bands, holes = shaped(grid, known)
    assert total(bands, holes) <= grid.to_ms - grid.from_ms
    stored = sum(band.covered_ms for band in bands if band.state == "retrieved")
    assert stored == sum(fills(grid, known.stored))
    kinds: list[list[Band | Hole]] = [[band for band in bands if band.state == state] for state in STATES]
    kinds += [[hole for hole in holes if hole.cause == cause] for cause in ("lost", "agent down")]
    for listed in kinds:
        for one, after in pairwise(listed):
            assert one.end_ms <= after.start_ms
        for one in listed:
            assert grid.from_ms <= one.start_ms < one.end_ms <= grid.to_ms
            assert 0 < one.covered_ms <= one.end_ms - one.start_ms


def total(bands: Sequence[Band], holes: Sequence[Hole]) -> int:
    return sum(band.covered_ms for band in bands) + sum(hole.covered_ms for hole in holes)


def test_a_minute_in_a_day_does_not_look_like_a_day() -> None:
    grid = grid_of(0, 10_000, 10)
    bands, _ = shaped(grid, Known(stored=whole((0, 3_000), (5_100, 5_200))))
    assert [(band.start_ms, band.end_ms, band.covered_ms) for band in bands] == [(0, 3_000, 3_000), (5_000, 6_000, 100)]


def test_what_the_ledger_names_and_nobody_has_is_on_the_node() -> None:
    grid = grid_of(0, 10_000, 10)
    known = Known(
        whole((0, 2_000)), whole((2_000, 3_000)), whole((0, 6_000)), [("lost", one) for one in whole((6_000, 8_000))]
    )
    bands, holes = shaped(grid, known)
    assert [(band.state, band.start_ms, band.end_ms) for band in bands] == [
        ("retrieved", 0, 2_000),
        ("retrieving", 2_000, 3_000),
        ("retrievable", 3_000, 6_000),
    ]
    assert [(hole.cause, hole.start_ms, hole.end_ms) for hole in holes] == [("lost", 6_000, 8_000)]


@settings(max_examples=60, deadline=None)
@given(
    st.builds(Footage, *[st.lists(SPAN, max_size=4)] * 5),
    st.lists(st.tuples(st.sampled_from(["lost", "expired"]), SPAN), max_size=5),
)
def test_a_short_range_is_told_to_the_ms_and_no_gap_covers_footage(
    footage: Footage, missing: list[tuple[str, Span]]
) -> None:
    span = (FROM, FROM + 900)
    bands, holes = exact(span, parts(span, footage), missing)
    covered = [(band.start_ms, band.end_ms) for band in bands]
    assert total_ms(covered) == sum(band.covered_ms for band in bands)
    for hole in holes:
        assert span[0] <= hole.start_ms < hole.end_ms <= span[1]
        assert all(hole.end_ms <= a or b <= hole.start_ms for a, b in covered)
        assert any(cause == hole.cause and a <= hole.start_ms < b for cause, (a, b) in missing)
