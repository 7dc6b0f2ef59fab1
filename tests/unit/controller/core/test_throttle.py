"""Guessing gets slower, honest mistakes do not."""

from hypothesis import given, settings
from hypothesis import strategies as st

from controller.core import throttle
from controller.core.throttle import Failures, Limits

LIMITS = Limits(free=2, first_ms=4, most_ms=16, forget_ms=40)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.integers(-30, 30), st.booleans()), max_size=40))
def test_the_wait_is_bounded_and_over_once_it_was_waited(steps: list[tuple[int, bool]]) -> None:
    found: Failures | None = None
    now_ms = 1_000
    for gap_ms, right in steps:
        now_ms += gap_ms  # a clock may be set back
        wait = throttle.wait_ms(found, now_ms, LIMITS)
        assert 0 <= wait <= LIMITS.most_ms
        found = None if right else throttle.failed(found, now_ms, LIMITS)
        waits = throttle.wait_ms(found, now_ms, LIMITS)
        assert (waits > 0) == (found is not None and found.count >= LIMITS.free)
        assert throttle.wait_ms(found, now_ms + waits, LIMITS) == 0


def test_the_wait_doubles_and_is_forgotten() -> None:
    found: Failures | None = None
    waits = []
    for _ in range(6):
        found = throttle.failed(found, 0, LIMITS)
        waits.append(throttle.wait_ms(found, 0, LIMITS))
    assert waits == [0, 4, 8, 16, 16, 16]
    assert throttle.wait_ms(found, 40, LIMITS) == 0
    assert throttle.failed(found, 40, LIMITS).count == 1
    assert throttle.wait_ms(found, -17, LIMITS) == 0, "counted by a clock that was far ahead"


def test_a_failure_taken_back_leaves_what_others_did() -> None:
    before = throttle.failed(None, 0, LIMITS)
    tried = throttle.failed(before, 9, LIMITS)
    assert throttle.taken_back(tried, 9, before) == before
    other = throttle.failed(tried, 11, LIMITS)
    assert throttle.taken_back(other, 9, before) == Failures(2, 11)
    assert throttle.taken_back(throttle.failed(None, 9, LIMITS), 9, None) is None
    assert throttle.taken_back(None, 9, None) is None
