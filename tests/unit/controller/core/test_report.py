"""Which time a report is of, and what its counts come to."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.report import STEP_MS, Asked, Times, Worn, asked, by_day, by_hour, days_of, response
from controller.core.spans import total_ms
from shared.errors import Rejected

SEOUL, BERLIN = ZoneInfo("Asia/Seoul"), ZoneInfo("Europe/Berlin")
HOUR_MS = 3_600_000


def ms(text: str, zone: ZoneInfo) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp() * 1000)


def test_what_is_meant_without_a_day() -> None:
    saturday = date(2026, 11, 21)
    assert asked("day", None, None, saturday) == Asked("day", date(2026, 11, 20))
    assert asked("week", None, None, saturday) == Asked("week", date(2026, 11, 9))
    assert asked("week", saturday, None, saturday) == Asked("week", date(2026, 11, 16))
    with pytest.raises(Rejected, match="hours"):
        asked("shift", saturday, None, saturday)


def test_a_night_shift_is_its_evenings() -> None:
    night = Asked("shift", date(2026, 3, 1), (22 * 60, 6 * 60))
    assert night.window(SEOUL).spans(SEOUL) == ((ms("2026-03-01T22:00", SEOUL), ms("2026-03-02T06:00", SEOUL)),)
    week = Asked("week", date(2026, 3, 2), (22 * 60, 6 * 60)).window(SEOUL).spans(SEOUL)
    assert len(week) == 7
    assert (week[0][0], week[-1][1]) == (ms("2026-03-02T22:00", SEOUL), ms("2026-03-09T06:00", SEOUL))
    assert night.before().window(SEOUL).to_ms == ms("2026-03-01T06:00", SEOUL)


def test_days_are_as_long_as_the_clock_on_the_wall_makes_them() -> None:
    for day, hours in ((date(2026, 3, 28), 24), (date(2026, 3, 29), 23), (date(2026, 10, 25), 25)):
        assert total_ms(Asked("day", day).window(BERLIN).spans(BERLIN)) == hours * HOUR_MS
    night = Asked("shift", date(2026, 3, 28), (22 * 60, 6 * 60)).window(BERLIN)
    assert total_ms(night.spans(BERLIN)) == 7 * HOUR_MS
    assert days_of(Asked("week", date(2026, 3, 23)).window(BERLIN), BERLIN) == [
        f"2026-03-{day}" for day in range(23, 30)
    ]


@given(st.dates(date(2025, 1, 1), date(2027, 12, 31)), st.sampled_from([SEOUL, BERLIN]), st.randoms())
def test_every_alarm_is_in_one_day_and_one_hour(day: date, zone: ZoneInfo, dice: object) -> None:
    weekly = asked("week", day, None, day)
    window = weekly.window(zone)
    spans = [Asked("day", weekly.day + timedelta(days=ahead)).window(zone) for ahead in range(7)]
    assert [(one.from_ms, one.to_ms) for one in spans] == [
        (start.from_ms, end)
        for start, end in zip(spans, [*(one.from_ms for one in spans[1:]), window.to_ms], strict=True)
    ]
    times = [dice.randrange(window.from_ms, window.to_ms) for _ in range(40)]  # type: ignore[attr-defined]
    steps: dict[int, int] = {}
    for at_ms in times:
        steps[at_ms // STEP_MS] = steps.get(at_ms // STEP_MS, 0) + 1
    days = days_of(window, zone)
    assert by_day(steps, days, zone) == [sum(span.from_ms <= at_ms < span.to_ms for at_ms in times) for span in spans]
    cells = by_hour(steps, zone)
    for at_ms in times:
        local = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone)
        assert cells[local.weekday()][local.hour] > 0
    assert sum(map(sum, cells)) == len(times)


def test_what_is_not_answered_yet_is_counted_and_in_no_median() -> None:
    found = response([Times(0, 2_000, 9_000), Times(0, None, 4_000), Times(0, None, None), Times(0, 6_000, None)])
    assert (found.acknowledged, found.unacknowledged) == (3, 1)
    assert (found.resolved, found.unresolved) == (2, 2)
    assert (found.acknowledge_median_s, found.acknowledge_p95_s) == (4.0, 6.0)
    assert (found.resolve_median_s, found.resolve_p95_s) == (4.0, 9.0)
    assert response([]).acknowledge_median_s is None


def test_what_nobody_could_tell_is_neither_worn_nor_missing() -> None:
    assert Worn("gate.yard", "helmet", 3_000, 1_000, 96_000).rate == 0.75
    assert Worn("gate.yard", "helmet", 0, 0, 96_000).rate is None
