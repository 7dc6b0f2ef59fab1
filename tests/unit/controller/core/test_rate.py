"""Rates: never more than the burst and the pace, the wait that is told suffices, a bounded table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.rate import Buckets, Rate, neighbourhood


@given(st.lists(st.integers(0, 700), max_size=80), st.integers(1, 9), st.integers(1, 20))
def test_nobody_gets_more_than_the_burst_and_the_pace(steps: list[int], burst: int, per_s: int) -> None:
    buckets, now_ms, got = Buckets(Rate(per_s, burst)), 0, 0
    for step in steps:
        now_ms += step
        got += buckets.take("kim", now_ms) == 0
    assert got <= burst + now_ms * per_s / 1000


@given(st.integers(1, 9), st.integers(1, 50))
def test_who_waits_as_long_as_told_gets_the_next_one(burst: int, per_s: int) -> None:
    buckets = Buckets(Rate(per_s, burst))
    for _ in range(burst):
        assert buckets.take("kim", 0) == 0
    wait_ms = buckets.take("kim", 0)
    assert wait_ms > 0
    assert buckets.take("kim", wait_ms) == 0
    assert buckets.take("lee", 0) == 0, "another's bucket is another's"


def test_the_table_is_bounded_and_forgets_the_longest_idle() -> None:
    buckets = Buckets(Rate(1, 1), keys=2)
    assert [buckets.take(key, 0) for key in ("a", "b", "c")] == [0, 0, 0]
    assert buckets.take("b", 0) > 0
    assert buckets.take("a", 0) == 0, "it was forgotten"


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("10.0.0.7", "10.0.0.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::/64"),
        ("::ffff:10.0.0.7", "10.0.0.7"),
        ("", ""),
        ("gate", "gate"),
    ],
)
def test_a_network_of_one_customer_counts_as_one_address(address: str, counted: str) -> None:
    assert neighbourhood(address) == counted
