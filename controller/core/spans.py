"""Arithmetic on half-open spans of media time in Unix ms: merge, cut, subtract, measure."""

from collections.abc import Iterable

Span = tuple[int, int]
"""start_ms, end_ms; empty when end <= start."""


def merge(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same time as sorted, disjoint, non-touching spans."""
    merged: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return tuple(merged)


def within(spans: Iterable[Span], start_ms: int, end_ms: int) -> tuple[Span, ...]:
    """What of `spans` lies inside [start_ms, end_ms)."""
    return merge((max(start, start_ms), min(end, end_ms)) for start, end in spans)


def subtract(spans: Iterable[Span], without: Iterable[Span]) -> tuple[Span, ...]:
    """What of `spans` lies in none of `without`."""
    left: list[Span] = []
    holes = merge(without)
    for start, end in merge(spans):
        at = start
        for hole_start, hole_end in holes:
            if hole_end <= at:
                continue
            if hole_start >= end:
                break
            if hole_start > at:
                left.append((at, hole_start))
            at = max(at, hole_end)
        if at < end:
            left.append((at, end))
    return tuple(left)


def common(a: Iterable[Span], b: Iterable[Span]) -> tuple[Span, ...]:
    """What lies in both."""
    one = merge(a)
    return subtract(one, subtract(one, b))


def joined(spans: Iterable[Span], apart_ms: int) -> tuple[Span, ...]:
    """Sorted spans that cover all of `spans`: one, where at most `apart_ms` lies between. Empty ones count too."""
    return tuple((start, end - apart_ms) for start, end in merge((start, end + apart_ms) for start, end in spans))


def total_ms(spans: Iterable[Span]) -> int:
    """Length of the time that `spans` cover, ms."""
    return sum(end - start for start, end in merge(spans))


def share_before(spans: Iterable[Span], at_ms: int) -> float:
    """How much of the time that `spans` cover lies before `at_ms`, 0..1; 1 of none."""
    known = merge(spans)
    whole_ms = total_ms(known)
    return total_ms((start, min(end, at_ms)) for start, end in known) / whole_ms if whole_ms else 1.0
