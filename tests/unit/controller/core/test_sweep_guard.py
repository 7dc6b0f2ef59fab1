"""No run of retention takes more than half without leave, and no leave takes more than was shown."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.sweep_guard import FEW, PICTURES, REGULAR_MS, Guard, Held, Plan, Share, by_quota, decide
from tests.builders import T0

MINUTE_MS = 60_000


def plan(due: int, of: int = 1000, *, at_ms: int = T0, kind: str = "motion", each: int = 10) -> Plan:
    return Plan(at_ms, (Share(kind, of, of * each, due, due * each), Share("promoted", 2000, 60_000, 0, 0)))


def shares() -> st.SearchStrategy[Share]:
    return st.integers(0, 500).flatmap(
        lambda count: st.builds(
            Share,
            st.sampled_from(["promoted", "motion", PICTURES]),
            st.just(count),
            st.just(count * 7),
            due := st.integers(0, count),
            due.map(lambda one: one * 7),
        )
    )


@given(st.lists(shares(), max_size=4, unique_by=lambda one: one.kind))
def test_whoever_looks_after_a_leap_needs_leave_for_more_than_half(found: list[Share]) -> None:
    some = Plan(T0, tuple(found))
    guard, may = decide(Guard(T0 - REGULAR_MS - 1), some, T0)
    over = any(one.due * 2 > one.count for one in found) or some.due_bytes * 2 > some.length_bytes
    assert (may is None) is (guard.held is not None)
    assert may is None or not over


def test_half_goes_and_more_than_half_waits() -> None:
    guard = Guard(T0 - MINUTE_MS)
    assert decide(guard, plan(500), T0) == (Guard(T0), plan(500))
    held, may = decide(guard, plan(501), T0)
    assert (held.held, may) == (Held(plan(501), T0, leapt=False), None)


def test_the_last_few_of_a_class_go_one_by_one() -> None:
    assert decide(Guard(T0 - MINUTE_MS), plan(FEW - 1, FEW - 1), T0)[1] is not None
    assert decide(Guard(T0 - MINUTE_MS), plan(FEW, FEW, each=100), T0)[1] is None
    assert decide(Guard(T0 - MINUTE_MS), plan(FEW, FEW, each=1), T0)[1] is not None, "hardly any of the store's bytes"
    assert decide(Guard(T0 - MINUTE_MS), plan(FEW, FEW, kind=PICTURES, each=0), T0)[1] is None, "nobody counts theirs"


def test_a_few_of_each_class_that_are_more_than_half_of_the_store_wait() -> None:
    few = [Share(kind, FEW - 1, 100, FEW - 1, 100) for kind in ("promoted", "motion")]
    rest = Share("continuous", 100, 200, 0, 0)
    assert decide(Guard(T0 - MINUTE_MS), Plan(T0, (*few, rest)), T0)[1] is not None, "half"
    more = Plan(T0, (*few, replace(rest, length_bytes=199)))
    held, may = decide(Guard(T0 - MINUTE_MS), more, T0)
    assert (held.held, may) == (Held(more, T0, leapt=False), None)


@pytest.mark.parametrize("leap_ms", [365 * REGULAR_MS, -REGULAR_MS])
def test_a_clock_that_leapt_deletes_not_even_a_few(leap_ms: int) -> None:
    now_ms = T0 + leap_ms
    held, may = decide(Guard(T0), plan(3, 3, at_ms=now_ms), now_ms)
    assert may is None
    later = now_ms + MINUTE_MS
    held, may = decide(held, plan(3, 3, at_ms=later), later)
    assert may is None, "nor at the next look, which is regular"
    back = T0 + MINUTE_MS
    assert decide(held, plan(0, 3, at_ms=back), back) == (Guard(back), plan(0, 3, at_ms=back)), "it was set right"


def test_what_was_confirmed_goes_as_it_was_shown() -> None:
    shown = plan(800)
    held = Guard(T0, Held(shown, T0, leapt=False, confirmed=True))
    later = T0 + MINUTE_MS
    assert decide(held, plan(805, at_ms=later), later)[1] == shown, "a few more are due meanwhile: not they"
    again, may = decide(held, plan(900, at_ms=later), later)
    assert may is None
    assert again.held is not None
    assert (again.held.plan.due, again.held.confirmed, again.held.since_ms) == (900, False, T0)


def test_what_a_clock_ahead_showed_is_never_carried_out() -> None:
    ahead = T0 + 365 * REGULAR_MS
    held = Guard(ahead, Held(plan(900, at_ms=ahead), ahead, leapt=True, confirmed=True))
    again, may = decide(held, plan(900, at_ms=T0), T0)
    assert may is None
    assert again.held is not None
    assert not again.held.confirmed


def test_what_waits_stays_as_it_was_shown_until_it_clearly_grows() -> None:
    shown = plan(800)
    held = Guard(T0, Held(shown, T0, leapt=False))
    same, _ = decide(held, plan(808, at_ms=T0 + MINUTE_MS), T0 + MINUTE_MS)
    assert same.held == held.held
    grown, _ = decide(held, plan(809, at_ms=T0 + MINUTE_MS), T0 + MINUTE_MS)
    assert grown.held is not None
    assert grown.held.plan.token != shown.token
    fewer, may = decide(held, plan(100), T0 + MINUTE_MS)
    assert (fewer.held, may) == (None, plan(100)), "somebody held some, or keeps it for longer"


def test_a_quota_takes_the_lowest_class_first() -> None:
    found = (Share("continuous", 100, 1000, 10, 100), Share("motion", 100, 1000, 0, 0))
    free = [("continuous", 90, 900), ("motion", 50, 500)]
    assert by_quota(2000, None, found, free) == found
    assert by_quota(2000, 1900, found, free) == found, "age makes room enough"
    low, high = by_quota(2000, 1000, found, free)
    assert (low.due, low.due_bytes, high.due) == (100, 1000, 0)
    low, high = by_quota(2000, 895, found, free)
    assert (low.due, high.due, high.due_bytes) == (100, 11, 105)
    assert replace(high, due=0, due_bytes=0) == found[1]
