"""Spans against a picture of every millisecond."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from controller.core.spans import Span, common, joined, merge, share_before, subtract, total_ms, within

SPANS = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=6)


def moments(spans: object) -> set[int]:
    return {ms for start, end in spans for ms in range(start, end)}  # type: ignore[attr-defined]


def tidy(spans: tuple[Span, ...]) -> bool:
    flat = [edge for span in spans for edge in span]
    return flat == sorted(set(flat))


@given(SPANS, SPANS, st.integers(0, 20), st.integers(0, 20))
def test_spans_are_sets_of_moments(a: list[Span], b: list[Span], low: int, high: int) -> None:
    cases = [
        (merge(a), moments(a)),
        (subtract(a, b), moments(a) - moments(b)),
        (common(a, b), moments(a) & moments(b)),
        (within(a, low, high), {ms for ms in moments(a) if low <= ms < high}),
    ]
    for spans, wanted in cases:
        assert moments(spans) == wanted
        assert tidy(spans)
        assert total_ms(spans) == len(wanted)


@given(SPANS, st.integers(0, 20))
def test_a_share_counts_what_is_there_and_no_gap(spans: list[Span], at_ms: int) -> None:
    whole = moments(spans)
    done = {ms for ms in whole if ms < at_ms}
    assert share_before(spans, at_ms) == (len(done) / len(whole) if whole else 1.0)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 5)), max_size=9), st.integers(1, 9))
def test_what_is_near_is_joined_and_what_is_far_is_not(wanted: list[tuple[int, int]], apart: int) -> None:
    spans = [(start, start + length) for start, length in wanted]
    found = joined(spans, apart)
    assert all(any(low <= start and end <= high for low, high in found) for start, end in spans)
    assert all(later[0] - sooner[1] > apart for sooner, later in pairwise(found))
    assert {edge for span in found for edge in span} <= {edge for span in spans for edge in span}
