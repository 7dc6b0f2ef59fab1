"""How often a message is tried, and when a destination counts as dead."""

from hypothesis import given
from hypothesis import strategies as st

from controller.core.delivery import (
    HOLD_MS,
    TRIES,
    WORTH_MS,
    Health,
    after_failure,
    after_success,
    given_up,
    past_telling,
    retry_ms,
)


def test_waits_grow_and_are_bounded() -> None:
    waits = [retry_ms(attempt) for attempt in range(1, 30)]
    assert waits[:4] == [5_000, 15_000, 45_000, 135_000]
    assert waits == sorted(waits)
    assert waits[-1] == 600_000


@given(st.lists(st.booleans(), max_size=30))
def test_a_destination_is_dead_from_its_third_failure_in_a_row_until_a_success(tries: list[bool]) -> None:
    health, run, now_ms = Health(), 0, 1_000_000
    for works in tries:
        health = after_success(health) if works else after_failure(health, now_ms)
        run = 0 if works else run + 1
        assert health.dead is (run >= 3)
        assert health.hold_ms == 0 if works else now_ms < health.hold_ms <= now_ms + HOLD_MS
        now_ms += 1


def test_a_message_is_given_up_after_its_tries_or_a_day_or_when_nothing_can_help() -> None:
    assert not given_up(TRIES - 1, 0, WORTH_MS - 1)
    assert given_up(TRIES, 0, 0)
    assert given_up(1, 0, WORTH_MS)
    assert given_up(1, 0, 0, final=True)


def test_what_waits_is_past_telling_after_its_tries_or_a_day() -> None:
    assert past_telling(TRIES, 0, 0, 0)
    assert past_telling(1, 0, WORTH_MS - 1, WORTH_MS)
    assert not past_telling(TRIES - 1, 0, 0, WORTH_MS - 1)


def test_what_was_held_back_for_a_day_is_tried_once() -> None:
    assert not past_telling(0, 0, WORTH_MS, WORTH_MS + 1)
    assert past_telling(0, 0, WORTH_MS, 2 * WORTH_MS)
