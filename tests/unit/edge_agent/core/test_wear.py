"""What was written is counted by the hour and in all."""

from hypothesis import given
from hypothesis import strategies as st

from edge_agent.core.wear import Wear, from_text

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


@given(st.lists(st.tuples(st.integers(0, 5 * HOUR_MS), st.integers(0, 9)), max_size=40))
def test_a_day_is_counted_to_within_an_hour_and_the_total_exactly(steps: list[tuple[int, int]]) -> None:
    wear, now_ms, told = Wear(), 0, []
    for step_ms, count in steps:
        now_ms += step_ms
        wear = wear.add(now_ms, count)
        told.append((now_ms, count))
    surely = sum(count for at_ms, count in told if at_ms > now_ms - DAY_MS + HOUR_MS)
    perhaps = sum(count for at_ms, count in told if at_ms > now_ms - DAY_MS)
    assert surely <= wear.day_bytes(now_ms) <= perhaps
    assert wear.total_bytes == sum(count for _at, count in told)
    assert len(wear.hours) <= 24
    assert from_text(wear.to_text()) == wear
    assert wear.day_bytes(now_ms + DAY_MS) == 0


def test_a_clock_that_is_set_back_counts_no_hour_twice() -> None:
    wear = Wear().add(10 * DAY_MS, 5).add(DAY_MS, 7)
    assert (wear.day_bytes(DAY_MS), wear.day_bytes(10 * DAY_MS), wear.total_bytes) == (7, 0, 12)


def test_a_text_that_is_none_of_ours_begins_anew() -> None:
    for text in (None, "", "[]", "{}", '{"total_bytes": 3, "hours": 7}', '{"total_bytes": "x", "hours": []}'):
        assert from_text(text) == Wear()
