"""When an archive runs, and what goes into one export."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from controller.core.archive import HOUR_MS, Item, failing_since, late_since, next_run, portions
from controller.core.export import LONGEST_EXPORT_MS, MOST_ALARMS, MOST_SPANS

SEOUL, BERLIN = ZoneInfo("Asia/Seoul"), ZoneInfo("Europe/Berlin")
DAY_MS = 24 * HOUR_MS


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def test_a_daily_one_runs_by_the_sites_own_clock() -> None:
    assert next_run("day", 180, SEOUL, at("2026-03-01T12:00")) == at("2026-03-01T18:00")
    assert next_run("day", 180, SEOUL, at("2026-03-01T18:00")) == at("2026-03-02T18:00")
    assert next_run("day", 180, BERLIN, at("2026-03-28T12:00")) == at("2026-03-29T01:00"), "summer time begins then"
    assert next_run("hour", 0, SEOUL, at("2026-03-01T12:00")) == at("2026-03-01T13:00")


@given(st.integers(0, 4_000_000_000_000), st.integers(0, 1439), st.sampled_from([SEOUL, BERLIN]))
def test_the_next_run_is_after_now_and_within_a_day(now_ms: int, at_min: int, zone: ZoneInfo) -> None:
    assert 0 < next_run("hour", at_min, zone, now_ms) - now_ms <= HOUR_MS
    assert 0 < next_run("day", at_min, zone, now_ms) - now_ms <= 26 * HOUR_MS


ITEMS = st.lists(
    st.tuples(st.integers(1, 40), st.integers(1, 20)).map(
        lambda one: Item("alarm", str(one), tuple(("gate.yard", (n, n + one[1] * DAY_MS)) for n in range(one[0])))
    ),
    max_size=12,
)


@given(ITEMS)
def test_portions_leave_nothing_out_and_keep_to_what_an_export_holds(items: list[Item]) -> None:
    found = portions(items)
    assert [item for portion in found for item in portion] == items
    for portion in found:
        spans = sum(len(item.spans) for item in portion)
        length_ms = sum(item.length_ms for item in portion)
        fits = len(portion) <= MOST_ALARMS and spans <= MOST_SPANS and length_ms <= LONGEST_EXPORT_MS
        assert fits or len(portion) == 1


def test_what_is_overdue_is_late() -> None:
    assert late_since(next_ms=10 * HOUR_MS, last_ok_ms=9 * HOUR_MS, every="hour", now_ms=10 * HOUR_MS) is None
    late = late_since(next_ms=10 * HOUR_MS, last_ok_ms=9 * HOUR_MS, every="hour", now_ms=11 * HOUR_MS + 1)
    assert late == 11 * HOUR_MS, "an hour after it should have run"
    late = late_since(next_ms=20 * HOUR_MS, last_ok_ms=9 * HOUR_MS, every="hour", now_ms=13 * HOUR_MS)
    assert late == 12 * HOUR_MS, "it runs, and two rounds brought nothing"
    assert late_since(next_ms=20 * HOUR_MS, last_ok_ms=9 * HOUR_MS, every="day", now_ms=13 * HOUR_MS) is None


def test_it_fails_since_the_first_that_went_wrong() -> None:
    assert failing_since(0, None) is None
    assert failing_since(7, None) == 7
    assert failing_since(0, 9) == 9
    assert failing_since(7, 9) == failing_since(9, 7) == 7
