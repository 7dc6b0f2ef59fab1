"""Frames are taken evenly and never more than asked for, whatever their rate."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.core.pace import Pace, luma_size


@settings(max_examples=80, deadline=None)
@given(st.lists(st.integers(1, 400), min_size=2, max_size=120), st.sampled_from([1, 5, 8, 10, 30]))
def test_never_more_than_asked_for(gaps_ms: list[int], per_s: int) -> None:
    pace, at_ms, taken = Pace(per_s), 0, []
    for gap_ms in gaps_ms:
        at_ms += gap_ms
        if pace.take(at_ms):
            taken.append(at_ms)
    # The first is free; each period of the rest has one place, and a late frame may stand close to the next.
    assert len(taken) <= (taken[-1] - taken[0]) * per_s / 1000 + 2.5


def test_a_slower_source_gives_all_its_frames() -> None:
    pace = Pace(10)
    assert all(pace.take(at_ms) for at_ms in range(0, 3000, 125))


def test_a_faster_one_is_thinned_evenly() -> None:
    pace = Pace(10)
    taken = [at_ms for at_ms in range(0, 10_000, 40) if pace.take(at_ms)]
    assert 95 <= len(taken) <= 101
    assert max(b - a for a, b in itertools.pairwise(taken)) <= 120


def test_a_jump_back_starts_anew() -> None:
    pace = Pace(10)
    assert pace.take(60_000)
    assert pace.take(0)
    assert not pace.take(40)


@pytest.mark.parametrize(
    ("size", "small"),
    [
        ((768, 432), (640, 360)),
        ((1080, 1920), (360, 640)),
        ((480, 270), (480, 264)),
        ((4, 4), (8, 8)),
        ((5000, 9), (640, 8)),
    ],
)
def test_small_pictures_are_whole_blocks(size: tuple[int, int], small: tuple[int, int]) -> None:
    assert luma_size(*size) == small
