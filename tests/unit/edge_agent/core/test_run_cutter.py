"""Runs: each due segment in exactly one, neighbours of one muxer, cut early."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.core.media import Segment
from edge_agent.core.run_cutter import CutRules, Span, cut
from shared.ids import CameraId, EventId
from tests.fakes.edge import segment

RULES = CutRules(run_ms=6, continuous_ms=20, patience_ms=30, run_bytes=10_000)
CAMERA = CameraId("n1.gate")


def span(start_ms: int = 0, end_ms: int | None = None) -> Span:
    return Span("s", CAMERA, start_ms, end_ms, "motion")


def row(parts: list[tuple[int, int, bool]]) -> list[Segment]:
    """Segments of (hole before, length, new muxer)."""
    made: list[Segment] = []
    at_ms, muxer = 0, 0
    for hole, length, fresh in parts:
        at_ms += hole
        muxer += fresh
        made.append(segment(start_ms=at_ms, length_ms=length, muxer=f"m{muxer}"))
        at_ms += length
    return made


parts = st.lists(st.tuples(st.sampled_from([0, 0, 0, 1, 5]), st.integers(1, 4), st.booleans()), max_size=20)


@settings(max_examples=80, deadline=None)
@given(parts, st.integers(0, 40), st.integers(0, 20))
def test_each_due_segment_is_in_exactly_one_run_of_neighbours(
    given_parts: list[tuple[int, int, bool]], start_ms: int, length_ms: int
) -> None:
    segments = row(given_parts)
    end_ms = start_ms + length_ms
    taken: set[str] = set()
    runs: list[tuple[Segment, ...]] = []
    for known in range(len(segments) + 1):
        newest_ms = segments[known - 1].end_ms if known else 0
        due = [s for s in segments[:known] if s.end_ms > start_ms and s.start_ms < end_ms]
        found = cut(span(start_ms, end_ms), due, frozenset(taken), newest_ms, newest_ms, RULES)
        for run in found.runs:
            runs.append(run)
            assert taken.isdisjoint(s.name for s in run)
            taken.update(s.name for s in run)
        if found.finished:
            break
    else:
        found = cut(span(start_ms, end_ms), due, frozenset(taken), newest_ms, end_ms + 31, RULES)
        runs += found.runs
    assert {s.name for run in runs for s in run} == {s.name for s in due}
    for run in runs:
        assert all(after.follows(before) for before, after in pairwise(run))


def test_an_open_span_is_cut_every_so_often_and_its_rest_waits() -> None:
    segments = row([(0, 2, False)] * 4)
    found = cut(span(), segments, frozenset(), 8, 8, RULES)
    assert [len(run) for run in found.runs] == [3]
    assert len(found.due) == 4
    assert not found.finished


def test_a_new_muxer_ends_a_run_at_once() -> None:
    segments = row([(0, 2, False), (0, 2, True)])
    found = cut(span(), segments, frozenset(), 4, 4, RULES)
    assert [[s.muxer for s in run] for run in found.runs] == [["m0"]]


def test_one_instant_between_segments_ends_a_run_because_the_ring_would_refuse_it() -> None:
    segments = row([(0, 2, False), (1, 2, False)])
    found = cut(span(0, 5), segments, frozenset(), 5, 5, RULES)
    assert found.runs == tuple((part,) for part in segments)


def test_a_span_waits_for_the_segment_that_holds_its_end() -> None:
    segments = row([(0, 2, False), (0, 2, False)])
    assert not cut(span(0, 5), segments, frozenset(), 4, 20, RULES).finished
    assert cut(span(0, 5), segments, frozenset(), 6, 20, RULES).finished
    assert cut(span(0, 5), segments, frozenset(), 4, 36, RULES).finished


def test_a_run_is_bounded_in_bytes() -> None:
    segments = [segment(start_ms=n, length_ms=1, data=b"x" * 6000) for n in range(4)]
    found = cut(span(0, 4), segments, frozenset(), 4, 4, RULES)
    assert [len(run) for run in found.runs] == [2, 2]


def test_the_first_run_of_a_running_event_is_its_first_motion_and_the_pre_roll_goes_after_it() -> None:
    segments = row([(0, 2, False)] * 6)
    event = Span("e", CAMERA, 0, None, "motion", EventId("e"), motion_ms=5)

    def names(known: int, taken: set[str]) -> list[list[int]]:
        found = cut(event, segments[:known], frozenset(taken), segments[known - 1].end_ms, 0, RULES)
        taken.update(part.name for run in found.runs for part in run)
        assert len(found.due) + len(taken) >= known
        return [[part.start_ms for part in run] for run in found.runs]

    taken: set[str] = set()
    assert names(2, taken) == []
    assert names(3, taken) == [[4], [0, 2]]
    assert names(4, taken) == names(5, taken) == []
    assert names(6, taken) == [[6, 8, 10]]


def test_an_event_that_is_over_before_its_first_run_is_one_run() -> None:
    segments = row([(0, 2, False)] * 3)
    over = Span("e", CAMERA, 0, 5, "motion", EventId("e"), motion_ms=3)
    assert cut(over, segments, frozenset(), 6, 6, RULES).runs == (tuple(segments),)


@settings(max_examples=80, deadline=None)
@given(parts, st.integers(0, 40), st.integers(0, 20), st.integers(0, 12))
def test_with_a_pre_roll_too_each_due_segment_is_in_exactly_one_run(
    given_parts: list[tuple[int, int, bool]], start_ms: int, length_ms: int, open_for: int
) -> None:
    segments = row(given_parts)
    end_ms, motion_ms = start_ms + length_ms, start_ms + length_ms // 3
    taken: list[str] = []
    for known in range(len(segments) + 1):
        newest_ms = segments[known - 1].end_ms if known else 0
        is_open = known < open_for
        reach_ms = newest_ms + 1 if is_open else end_ms
        due = [s for s in segments[:known] if s.end_ms > start_ms and s.start_ms < min(reach_ms, end_ms)]
        event = Span("e", CAMERA, start_ms, None if is_open else end_ms, "motion", EventId("e"), motion_ms)
        last = known == len(segments)
        found = cut(event, due, frozenset(taken), newest_ms, end_ms + 31 if last else newest_ms, RULES)
        for run in found.runs:
            taken += [part.name for part in run]
            assert all(after.follows(before) for before, after in pairwise(run))
    assert len(taken) == len(set(taken))
    whole = {s.name for s in segments if s.end_ms > start_ms and s.start_ms < end_ms}
    assert whole - set(taken) == set() or open_for > len(segments)


def test_continuous_footage_is_cut_in_longer_runs() -> None:
    segments = row([(0, 2, False)] * 21)
    found = cut(Span("all", CAMERA, 0, None, "continuous"), segments, frozenset(), 42, 42, RULES)
    assert [len(run) for run in found.runs] == [10, 10]
    assert CutRules().continuous_ms == 60_000
