"""Pieces pass at the rate, whatever becomes of it meanwhile."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.core.token_bucket import TokenBucket

steps = st.lists(st.tuples(st.integers(0, 500), st.integers(1, 50_000)), min_size=1, max_size=60)


@settings(max_examples=80, deadline=None)
@given(steps, st.integers(100, 1_000_000))
def test_in_no_stretch_of_time_does_more_pass_than_the_rate_and_a_piece(
    pieces: list[tuple[int, int]], rate_bytes_s: int
) -> None:
    bucket, now_ms = TokenBucket(rate_bytes_s), 5_000
    passed: list[tuple[float, int]] = []
    for idle_ms, length_bytes in pieces:
        now_ms += idle_ms
        while wait_ms := bucket.wait_ms(now_ms):
            now_ms += int(wait_ms) + 1
        bucket.take(length_bytes, now_ms)
        passed.append((now_ms, length_bytes))
    for first in range(len(passed)):
        so_far_bytes = 0
        for at_ms, length_bytes in passed[first:]:
            assert so_far_bytes <= (at_ms - passed[first][0]) * rate_bytes_s / 1000 + 1e-6 * so_far_bytes + 1
            so_far_bytes += length_bytes
    assert all(before[0] <= after[0] for before, after in pairwise(passed))


def test_without_a_rate_all_passes_at_once() -> None:
    bucket = TokenBucket()
    for _ in range(100):
        assert bucket.wait_ms(0) == 0
        bucket.take(10**9, 0)


def test_a_new_rate_holds_for_what_is_owed_already() -> None:
    bucket = TokenBucket(1_000)
    bucket.take(10_000, 0)
    assert bucket.wait_ms(1_000) == 9_000
    bucket.set_rate(9_000, 1_000)
    assert bucket.wait_ms(1_000) == 1_000
    bucket.set_rate(None, 1_500)
    assert bucket.wait_ms(1_500) == 0
