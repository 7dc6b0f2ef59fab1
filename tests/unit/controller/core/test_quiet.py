"""Quiet hours in a person's own time zone."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.quiet import Quiet

SEOUL = ZoneInfo("Asia/Seoul")


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


@pytest.mark.parametrize(
    ("now", "ends"),
    [
        ("2026-11-21T22:00:00+09:00", "2026-11-22T07:00:00+09:00"),
        ("2026-11-22T06:59:59+09:00", "2026-11-22T07:00:00+09:00"),
        ("2026-11-22T07:00:00+09:00", None),
        ("2026-11-22T21:59:00+09:00", None),
    ],
)
def test_a_night_goes_over_midnight_on_the_persons_clock(now: str, ends: str | None) -> None:
    assert Quiet(22 * 60, 7 * 60, SEOUL).ends_ms(at(now)) == (None if ends is None else at(ends))


def test_an_hour_at_noon_and_a_whole_day() -> None:
    noon = at("2026-11-22T12:30:00+09:00")
    assert Quiet(12 * 60, 13 * 60, SEOUL).ends_ms(noon) == at("2026-11-22T13:00:00+09:00")
    assert Quiet(0, 0, SEOUL).ends_ms(noon) == at("2026-11-23T00:00:00+09:00")


def test_a_night_in_which_the_clocks_change_ends_by_the_clock_on_the_wall() -> None:
    berlin = Quiet(22 * 60, 7 * 60, ZoneInfo("Europe/Berlin"))
    assert berlin.ends_ms(at("2026-10-24T23:00:00+02:00")) == at("2026-10-25T07:00:00+01:00")


@given(
    st.integers(0, 4_000_000_000_000), st.integers(0, 1439), st.integers(0, 1439),
    st.sampled_from([UTC, SEOUL, ZoneInfo("Europe/Berlin"), ZoneInfo("America/St_Johns")]),
)  # fmt: skip
def test_quiet_that_holds_ends_within_a_day_and_a_change_of_clocks(
    now_ms: int, start: int, end: int, zone: ZoneInfo
) -> None:
    ends_ms = Quiet(start, end, zone).ends_ms(now_ms)
    assert ends_ms is None or now_ms < ends_ms <= now_ms + 26 * 3_600_000
