"""Sampling: an even rate, whatever the stream's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.sampling import SPARSE_FPS, Sampler, frames_to_skip, rate_at


@pytest.mark.parametrize(
    ("stream_fps", "expected"), [(30, 50), (15, 50), (12, 50), (25, 50), (5, 50), (4, 40), (1, 10)]
)
def test_ten_seconds_at_five_per_second(stream_fps: int, expected: int) -> None:
    sampler = Sampler(5)
    taken = [t for t in range(stream_fps * 10) if sampler.due(round(t * 1000 / stream_fps))]
    assert abs(len(taken) - expected) <= 1


@given(st.lists(st.integers(1, 900), min_size=1, max_size=200))
def test_never_more_than_the_rate_and_never_less_than_the_stream_allows(steps: list[int]) -> None:
    sampler, at, taken = Sampler(5), 0, [0]
    assert sampler.due(0)
    for step in steps:
        at += step
        if sampler.due(at):
            taken.append(at)
        assert at - taken[-1] < 400
    assert len(taken) <= at / 200 + 2


def test_a_clock_that_was_set_back_begins_anew() -> None:
    sampler = Sampler(5)
    assert sampler.due(1_000_000)
    assert not sampler.due(999_900)
    assert sampler.due(900_000)
    assert not sampler.due(900_100)
    assert sampler.due(900_200)


def test_the_further_behind_the_more_is_given_up() -> None:
    assert [frames_to_skip(n) for n in (1, 5, 6, 9, 10, 12)] == [0, 0, 1, 1, 4, 4]
    assert [frames_to_skip(n, 2.0) for n in (1, 2, 3, 4, 5, 12)] == [0, 0, 1, 1, 4, 4]
    assert [frames_to_skip(n, 1.0) for n in (1, 2, 3, 12)] == [0, 1, 2, 4], "never the newest"


def test_the_rate_may_change_from_frame_to_frame() -> None:
    sampler = Sampler(5)
    rates = [(t, 5.0 if 3_000 <= t < 5_000 else 1.0) for t in range(0, 8_000, 100)]
    taken = [t for t, fps in rates if sampler.due(t, fps)]
    assert taken == [0, 1_000, 2_000, *range(3_000, 5_000, 200), 5_800, 6_800, 7_800]


@given(st.integers(0, 10_000), st.one_of(st.none(), st.integers(0, 10_000)), st.integers(0, 20_000))
def test_frames_are_dense_where_there_was_motion_or_nobody_knows(start: int, long: int | None, at: int) -> None:
    end = None if long is None else start + long
    moved = start <= at and (end is None or at <= end)
    assert rate_at(at, (start, end), 5.0) == (5.0 if moved else SPARSE_FPS)
    assert rate_at(at, None, 5.0) == 5.0
    assert rate_at(at, (start, end), 0.5) == 0.5
