"""What an export holds: each instant once, in order, and a cause for all that is missing."""

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.export import (
    Gap,
    Known,
    Made,
    Plan,
    Record,
    Segment,
    Source,
    film_name,
    films,
    gaps,
    plan_from,
    record_document,
    record_from,
    source_segments,
    to_document,
    utc,
)
from controller.core.footage import SEAM_MS
from controller.core.spans import common, merge, subtract, total_ms
from tests.builders import T0

GRID_MS = 2_000


def source(name: str, first: int, count: int, **given: Any) -> Source:
    """A run of `count` segments on the camera's one grid of segments."""
    segments = tuple(
        Segment(T0 + (first + n) * GRID_MS, T0 + (first + n + 1) * GRID_MS, 100 + n * 50, 50) for n in range(count)
    )
    values: dict[str, Any] = {
        "run": name, "camera": "gate.yard", "key": f"k/{name}", "sha256": "", "length_bytes": 100 + 50 * count,
        "init_bytes": 100, "codec": "avc1", "width_px": 640, "height_px": 360, "segments": segments,
    }  # fmt: skip
    return Source(**(values | given))


@st.composite
def runs(draw: st.DrawFn) -> list[Source]:
    sizes = st.sampled_from([(640, 360), (1280, 720)])
    found = []
    for number in range(draw(st.integers(0, 8))):
        width, height = draw(sizes)
        first, count = draw(st.integers(0, 30)), draw(st.integers(1, 6))
        found.append(source(f"r{number}", first, count, width_px=width, height_px=height))
    return found


SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 40)), min_size=1, max_size=3).map(
    lambda found: [(T0 + first * 1000, T0 + (first + length) * 1000) for first, length in found]
)


@given(runs(), SPANS, st.integers(GRID_MS, 20_000), st.randoms(use_true_random=False))
def test_films_show_each_instant_once_and_all_that_is_there(
    given_runs: list[Source], spans: list[tuple[int, int]], longest_ms: int, random: Any
) -> None:
    found = films(given_runs, spans, longest_ms)
    takes = [take for film in found for take in film.takes]
    for before, after in pairwise(takes):
        assert before.end_ms <= after.start_ms, "an instant twice, or out of order"
    kinds = {one.run: (one.width_px, one.height_px) for one in given_runs}
    for film in found:
        assert len({kinds[take.run] for take in film.takes}) == 1
        assert film.end_ms - film.start_ms <= longest_ms
        assert all(b.start_ms - a.end_ms < SEAM_MS for a, b in pairwise(film.takes))
    there = merge((one.start_ms, one.end_ms) for each in given_runs for one in each.segments)
    shown = merge((take.start_ms, take.end_ms) for take in takes)
    assert subtract(common(there, spans), shown) == (), "what runs hold is shown"
    for start, end in shown:
        assert all(common([(at, at + GRID_MS)], spans) for at in range(start, end, GRID_MS)), "no segment more"
    shuffled = list(given_runs)
    random.shuffle(shuffled)
    assert films(shuffled, spans, longest_ms) == found


@given(runs(), SPANS)
def test_films_and_gaps_cover_what_is_wanted(given_runs: list[Source], spans: list[tuple[int, int]]) -> None:
    found = films(given_runs, spans)
    shown = [(take.start_ms, take.end_ms) for film in found for take in film.takes]
    known = [Known(T0, T0 + 9_000, "camera stalled"), Known(T0 + 5_000, T0 + 15_000, "lost")]
    for span in merge(spans):
        missing = gaps("gate.yard", span, shown, known)
        holes = [(gap.start_ms, gap.end_ms) for gap in missing]
        assert subtract([span], [*shown, *holes]) == ()
        assert common(holes, shown) == ()
        assert sum(end - start for start, end in holes) == total_ms(holes), "no instant has two causes"
        for gap in missing:
            first = next((one.cause for one in known if one.start_ms <= gap.start_ms < one.end_ms), "unknown")
            assert gap.cause == first


def test_a_run_that_is_cut_in_its_middle_is_taken_by_its_bytes() -> None:
    (film,) = films([source("a", 0, 5)], [(T0 + 4_500, T0 + 7_000)])
    (take,) = film.takes
    assert (take.start_ms, take.end_ms) == (T0 + 4_000, T0 + 8_000)
    assert take.ranges == ((0, 100), (200, 300))
    assert (take.length_bytes, film.length_bytes) == (200, 200)
    (whole,) = films([source("a", 0, 2)], [(T0, T0 + 4_000)])
    assert whole.takes[0].ranges == ((0, 200),)


def test_of_two_runs_with_the_same_segments_the_one_that_goes_on_is_taken() -> None:
    found = films([source("a", 0, 3), source("b", 1, 5)], [(T0, T0 + 12_000)])
    assert [(take.run, take.start_ms - T0) for take in found[0].takes] == [("a", 0), ("b", 6_000)]


def test_segments_that_do_not_account_for_a_run_are_not_believed() -> None:
    refs = [{"start_ms": 0, "end_ms": 2, "bytes": 150}, {"start_ms": 2, "end_ms": 4, "bytes": 130}]
    assert [one.offset_bytes for one in source_segments(refs, (0, 4), 180, 100)] == [100, 150]
    for length, init, given_refs in ((181, 100, refs), (180, 0, refs), (180, 100, [])):
        (whole,) = source_segments(given_refs, (0, 4), length, init)
        assert (whole.start_ms, whole.end_ms, whole.length_bytes) == (0, 4, length - init)


def test_plans_and_records_come_back_from_json() -> None:
    found = films([source("a", 0, 3), source("b", 5, 2)], [(T0 + 2_500, T0 + 14_000)])
    plan = Plan(found, (Gap("gate.yard", T0, T0 + 1, "lost"),))
    assert plan_from(json.loads(json.dumps(to_document(plan)))) == plan
    record = Record((Made("a.mp4", "gate.yard", T0, T0 + 2, 5, "ab", ("c",), ({"run": "a"},)),), plan.gaps)
    assert record_from(json.loads(json.dumps(record_document(record)))) == record


@pytest.mark.parametrize(("at_ms", "name"), [(T0 + 7, "gate.yard_20260301T080000007Z.mp4")])
def test_a_film_is_named_by_camera_and_time(at_ms: int, name: str) -> None:
    assert film_name("gate.yard", at_ms) == name
    assert utc(at_ms) == "2026-03-01T08:00:00.007Z"
