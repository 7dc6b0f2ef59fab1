"""The recording proof: the parts of a day make up the day, whatever was told; plans and maintenance are no fault."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from controller.core.proof import LATE_MS, Cause, Days, Tally, Told, days_of, joined_gaps, proof

HOUR = 3_600_000
DAY = 24 * HOUR
DAYS = Days((date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3)), (0, DAY, 2 * DAY, 3 * DAY))
LATER = 3 * DAY + LATE_MS
CAUSE = st.sampled_from(["agent down", "recording off", "lost"])
SPAN = st.tuples(st.integers(0, 4 * DAY), st.integers(1, 2 * DAY)).map(lambda s: (s[0], s[0] + s[1]))
TOLD = st.builds(
    Told,
    st.none() | st.integers(-DAY, 3 * DAY),
    st.dictionaries(st.integers(0, 2), st.integers(-HOUR, 30 * HOUR)),
    st.lists(st.builds(Tally, st.integers(0, 2), CAUSE, st.integers(1, 9), st.integers(1, 30 * HOUR)), max_size=5),
    st.lists(st.tuples(CAUSE, SPAN), max_size=3),
    st.lists(st.tuples(CAUSE, SPAN), max_size=3),
    st.lists(SPAN, max_size=3),
)


@settings(max_examples=60, deadline=None)
@given(TOLD, st.integers(0, 5 * DAY))
def test_the_parts_of_a_day_make_up_its_counted_time(told: Told, now_ms: int) -> None:
    days = proof(DAYS, told, now_ms)
    assert len(days) == 3
    for place, day in enumerate(days):
        begin_ms, end_ms = DAYS.day(place)
        if day is None:
            assert (
                told.first_ms is None or told.first_ms >= min(end_ms, now_ms - LATE_MS) or now_ms - LATE_MS <= begin_ms
            )
            continue
        assert 0 < day.counted_ms <= end_ms - begin_ms
        parts = (day.recorded_ms, day.planned_ms, day.missing_ms, day.untold_ms)
        assert min(parts) >= 0
        assert sum(parts) == day.counted_ms
        assert sum(one.ms for one in day.causes) == day.planned_ms + day.missing_ms
        assert all(one.ms > 0 and one.gaps > 0 for one in day.causes)


def test_a_gap_over_midnight_counts_on_both_days_and_a_plan_is_no_fault() -> None:
    told = Told(
        first_ms=-DAY,
        recorded={0: 22 * HOUR, 1: 20 * HOUR},
        tallies=[Tally(0, "agent down", 1, 2 * HOUR), Tally(1, "recording off", 3, HOUR)],
        long=[("agent down", (DAY, DAY + 3 * HOUR))],
    )
    first, second, third = proof(DAYS, told, LATER)
    assert first is not None
    assert (first.missing_ms, first.untold_ms, first.due_ms) == (2 * HOUR, 0, DAY)
    assert second is not None
    assert second.causes == (
        Cause("agent down", planned=False, ms=3 * HOUR, gaps=1),
        Cause("recording off", planned=True, ms=HOUR, gaps=3),
    )
    assert second.due_ms == 23 * HOUR
    assert third is not None
    assert third.untold_ms == DAY, "of the third day its node has said nothing"


def test_what_maintenance_took_is_planned() -> None:
    gap = (2 * HOUR, 6 * HOUR)
    told = Told(
        first_ms=0,
        recorded={0: 20 * HOUR},
        tallies=[Tally(0, "camera stalled", 1, 4 * HOUR)],
        worked=[("camera stalled", gap)],
        works=[(3 * HOUR, 9 * HOUR)],
    )
    day = proof(DAYS, told, LATER)[0]
    assert day is not None
    assert day.causes == (
        Cause("camera stalled", planned=False, ms=HOUR, gaps=1),
        Cause("camera stalled", planned=True, ms=3 * HOUR, gaps=1),
    )


def test_before_the_first_word_and_in_the_last_minutes_nothing_counts() -> None:
    told = Told(first_ms=DAY + HOUR, recorded={1: HOUR})
    first, second, third = proof(DAYS, told, DAY + 2 * HOUR + LATE_MS)
    assert (first, third) == (None, None)
    assert second is not None
    assert (second.counted_ms, second.recorded_ms, second.untold_ms) == (HOUR, HOUR, 0)
    assert proof(DAYS, Told(), LATER) == (None, None, None)


def test_days_are_the_sites_also_where_clocks_change() -> None:
    berlin = days_of(round(datetime(2026, 3, 30, 12, tzinfo=UTC).timestamp() * 1000), 3, ZoneInfo("Europe/Berlin"))
    assert berlin.dates == (date(2026, 3, 28), date(2026, 3, 29), date(2026, 3, 30))
    assert [(b - a) // HOUR for a, b in (berlin.day(place) for place in range(3))] == [24, 23, 24]
    seoul = days_of(round(datetime(2026, 3, 1, 16, tzinfo=UTC).timestamp() * 1000), 1, ZoneInfo("Asia/Seoul"))
    assert seoul.dates == (date(2026, 3, 2),)
    assert seoul.span[0] == round(datetime(2026, 3, 1, 15, tzinfo=UTC).timestamp() * 1000)


def test_gaps_that_touch_are_one_and_most_of_it_in_maintenance_is_planned() -> None:
    minutes = [("lost", (n * 60_000, (n + 1) * 60_000)) for n in range(5)]
    (whole,) = joined_gaps(minutes, ())
    assert (whole.start_ms, whole.end_ms, whole.covered_ms, whole.planned) == (0, 300_000, 300_000, False)
    (worked,) = joined_gaps(minutes, [(100_000, 10**9)])
    assert worked.planned
    apart = joined_gaps([("lost", (0, 10)), ("agent down", (5_000, 6_000)), ("lost", (9_000, 9_010))], ())
    assert [(gap.cause, gap.start_ms) for gap in apart] == [("lost", 0), ("agent down", 5_000), ("lost", 9_000)]
