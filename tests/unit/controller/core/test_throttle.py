"""Guessing gets slower, honest mistakes do not."""

from hypothesis import given, settings
from hypothesis import strategies as st

from controller.core import throttle
from controller.core.throttle import Failures, Limits

LIMITS = Limits(free=2, first_ms=4, most_ms=16, forget_ms=40, keys=3)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.sampled_from("abcde"), st.booleans()), max_size=40))
def test_the_wait_is_bounded_and_so_is_the_table(steps: list[tuple[int, str, bool]]) -> None:
    table: dict[str, Failures] = {}
    now_ms = 0
    for gap_ms, key, right in steps:
        now_ms += gap_ms
        before = throttle.wait_ms(table, key, now_ms, LIMITS)
        assert 0 <= before <= LIMITS.most_ms
        if right:
            table = throttle.succeeded(table, key)
            assert throttle.wait_ms(table, key, now_ms, LIMITS) == 0
        else:
            table = throttle.failed(table, key, now_ms, LIMITS)
            waits = throttle.wait_ms(table, key, now_ms, LIMITS) > 0
            assert waits == (table[key].count >= LIMITS.free)
        assert len(table) <= LIMITS.keys


def test_the_wait_doubles_and_is_forgotten() -> None:
    table: dict[str, Failures] = {}
    waits = []
    for _ in range(6):
        table = throttle.failed(table, "a", 0, LIMITS)
        waits.append(throttle.wait_ms(table, "a", 0, LIMITS))
    assert waits == [0, 4, 8, 16, 16, 16]
    assert throttle.wait_ms(table, "a", 40, LIMITS) == 0
    assert throttle.failed(table, "a", 40, LIMITS)["a"].count == 1


def test_a_failure_taken_back_leaves_what_others_did() -> None:
    before = throttle.failed({}, "a", 0, LIMITS)
    tried = throttle.failed(before, "a", 9, LIMITS)
    assert throttle.taken_back(tried, "a", 9, before["a"]) == before
    other = throttle.failed(tried, "a", 11, LIMITS)
    assert throttle.taken_back(other, "a", 9, before["a"]) == {"a": Failures(2, 11)}
    assert throttle.taken_back(throttle.failed({}, "a", 9, LIMITS), "a", 9, None) == {}
    assert throttle.taken_back({}, "a", 9, None) == {}
