"""A backup is due once a night, also after a night that was missed, and whatever a clock once said."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.nightly import AGAIN, OLD_MS, Failed, Good, Nights, due, slot, too_old

SEOUL = ZoneInfo("Asia/Seoul")
BERLIN = ZoneInfo("Europe/Berlin")
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - its zone follows


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SEOUL)


@pytest.mark.parametrize(
    ("now", "made", "wanted"),
    [
        ("2026-11-20T02:59", ["2026-11-19T03:00"], False),
        ("2026-11-20T03:00", ["2026-11-19T03:00"], True),
        ("2026-11-20T03:00", ["2026-11-20T02:59"], True),
        ("2026-11-20T23:00", ["2026-11-20T03:00"], False),
        ("2026-11-20T01:00", ["2026-11-18T03:00"], True),  # off at the hour: as soon as it is on again
        ("2026-11-20T12:00", [], True),
        ("2026-11-20T12:00", ["2027-11-20T03:00"], True),  # of a clock that was a year ahead
    ],
)
def test_it_is_due_from_its_hour_on_until_one_is_made(now: str, made: list[str], wanted: bool) -> None:
    assert due(Nights(made=[at(one) for one in made]), at(now), 3, SEOUL) is wanted


def test_after_a_failure_it_waits_for_an_hour() -> None:
    failed = at("2026-11-20T03:10")
    nights = Nights(made=[at("2026-11-19T03:00")], failed=[Failed(failed, "target_gone")])
    assert not due(nights, failed + AGAIN - timedelta(seconds=1), 3, SEOUL)
    assert due(nights, failed + AGAIN, 3, SEOUL)
    assert due(nights, failed - timedelta(minutes=5), 3, SEOUL), "a failure of later keeps nothing back"


@given(now=MOMENTS, hour=st.integers(0, 23), zone=st.sampled_from([SEOUL, BERLIN, UTC]))
def test_the_hour_began_within_a_day_and_an_hour_and_one_made_then_is_enough(
    now: datetime, hour: int, zone: ZoneInfo
) -> None:
    begun = slot(now, hour, zone)
    assert timedelta(0) <= now - begun <= timedelta(hours=25), "a day may have an hour more"
    assert not due(Nights(made=[begun.astimezone(UTC)]), now, hour, zone)
    assert due(Nights(made=[begun.astimezone(UTC) - timedelta(seconds=1)]), now, hour, zone)


def test_what_failed_counts_until_a_good_one() -> None:
    early, late = at("2026-11-20T03:00"), at("2026-11-20T04:00")
    fault = Failed(early, "target_full")
    assert Nights(failed=[fault]).fault == fault
    assert Nights(failed=[fault], good=Good(late, "a")).fault is None
    assert Nights(failed=[Failed(late, "trial"), fault], good=Good(early, "a")).fault == Failed(late, "trial")


def test_a_good_one_lasts_a_night_and_two_hours() -> None:
    good = at("2026-11-20T03:00")
    good_ms = round(good.timestamp() * 1000)
    assert not too_old(Nights(good=Good(good, "a")), good_ms + OLD_MS)
    assert too_old(Nights(good=Good(good, "a")), good_ms + OLD_MS + 1)
    assert too_old(Nights(), good_ms)
