"""Hours of the day against a clock on the wall that is read every minute."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.search import DAY_MS, MOST_HOURLY_MS, USUAL_MS, Window, window_of
from shared.errors import Rejected

MINUTE_MS = 60_000
ZONES = st.sampled_from([ZoneInfo(name) for name in ("Asia/Seoul", "UTC", "Asia/Kolkata", "Pacific/Apia")])
MINUTES = st.integers(0, 1439)


def shows(at_ms: int, zone: ZoneInfo, begin: int, end: int) -> bool:
    local = datetime.fromtimestamp(at_ms / 1000, zone)
    minute = local.hour * 60 + local.minute
    return begin <= minute < end if end > begin else minute >= begin or minute < end


@given(ZONES, MINUTES, st.integers(0, 1440), st.integers(0, 3_000), st.integers(1, 3_000))
def test_what_lies_within_the_hours_is_what_a_clock_on_the_wall_shows(
    zone: ZoneInfo, begin: int, end: int, start: int, length: int
) -> None:
    from_ms = 1_772_352_000_000 + start * MINUTE_MS
    to_ms = from_ms + length * MINUTE_MS
    spans = Window(from_ms, to_ms, (begin, end)).spans(zone)
    found = {at_ms for first, last in spans for at_ms in range(first, last, MINUTE_MS)}
    assert found == {at_ms for at_ms in range(from_ms, to_ms, MINUTE_MS) if shows(at_ms, zone, begin, end)}


def test_the_hours_move_with_daylight_saving() -> None:
    zone = ZoneInfo("Europe/Berlin")
    begun = datetime(2026, 3, 28, 12, tzinfo=zone)
    from_ms = round(begun.timestamp() * 1000)
    night, morning = Window(from_ms, from_ms + DAY_MS, (22 * 60, 6 * 60)), Window(from_ms, from_ms + DAY_MS, (480, 540))
    ((start_ms, end_ms),) = night.spans(zone)
    assert end_ms - start_ms == 7 * 3_600_000  # one of the eight does not exist
    ((start_ms, _),) = morning.spans(zone)
    assert datetime.fromtimestamp(start_ms / 1000, zone).hour == 8


def test_without_hours_it_is_one_span() -> None:
    assert Window(5, 9).spans(ZoneInfo("UTC")) == ((5, 9),)


def test_an_open_end_is_now_and_an_open_begin_a_month_before() -> None:
    now_ms = 100 * DAY_MS
    assert window_of(now_ms, None, None, None) == Window(now_ms - USUAL_MS, now_ms)
    assert window_of(now_ms, 3, 7, None) == Window(3, 7)
    assert window_of(5, None, None, None) == Window(0, 5)


@pytest.mark.parametrize(
    ("from_ms", "to_ms", "hours", "field"),
    [(7, 7, None, "from_ms"), (8, 7, None, "from_ms"), (0, MOST_HOURLY_MS + 1, (0, 60), "hours")],
)
def test_what_cannot_be_looked_through_is_refused(
    from_ms: int, to_ms: int, hours: tuple[int, int] | None, field: str
) -> None:
    with pytest.raises(Rejected, match=field):
        window_of(1, from_ms, to_ms, hours)
