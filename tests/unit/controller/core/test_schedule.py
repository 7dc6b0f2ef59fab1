"""Schedules: by the wall clock of a place, over midnight, on holidays, whatever the clocks are put to."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from controller.core.records import Schedule, Shift
from controller.core.schedule import in_force

SEOUL = ZoneInfo("Asia/Seoul")
NIGHT = Schedule((Shift((0, 1, 2, 3, 4), 22 * 60, 6 * 60),))
DAY = Schedule((Shift((0, 1, 2, 3, 4), 8 * 60, 18 * 60),), holidays=("2026-12-25",), on_holidays="off")


def at(text: str, zone: str = "Asia/Seoul") -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def test_no_schedule_is_always() -> None:
    assert in_force(None, 0)


def test_a_shift_has_its_first_minute_and_not_the_one_after_its_last() -> None:
    assert not in_force(DAY, at("2026-11-23T07:59:59"))
    assert in_force(DAY, at("2026-11-23T08:00:00"))
    assert in_force(DAY, at("2026-11-23T17:59:59"))
    assert not in_force(DAY, at("2026-11-23T18:00:00"))
    assert not in_force(DAY, at("2026-11-22T12:00:00")), "a Sunday"


def test_a_shift_over_midnight_belongs_to_the_day_on_which_it_begins() -> None:
    assert in_force(NIGHT, at("2026-11-28T05:59:59")), "Saturday morning is Friday's night"
    assert not in_force(NIGHT, at("2026-11-28T22:30:00")), "a Saturday"
    assert not in_force(NIGHT, at("2026-11-23T05:00:00")), "Monday morning is Sunday's night"


def test_holidays_put_a_rule_off_or_alone_in_force() -> None:
    assert not in_force(DAY, at("2026-12-25T12:00:00"))
    only = Schedule(DAY.shifts, holidays=DAY.holidays, on_holidays="only")
    assert in_force(only, at("2026-12-25T12:00:00"))
    assert not in_force(only, at("2026-12-24T12:00:00"))
    usual = Schedule(DAY.shifts, holidays=DAY.holidays)
    assert in_force(usual, at("2026-12-25T12:00:00"))


def test_a_shift_keeps_its_hours_when_clocks_change() -> None:
    berlin = Schedule((Shift(tuple(range(7)), 8 * 60, 9 * 60),), zone="Europe/Berlin")
    for day in ("2026-03-28", "2026-03-29", "2026-10-24", "2026-10-25"):
        assert in_force(berlin, at(f"{day}T08:00:00", "Europe/Berlin"))
        assert not in_force(berlin, at(f"{day}T07:59:00", "Europe/Berlin"))
        assert not in_force(berlin, at(f"{day}T09:00:00", "Europe/Berlin"))


shifts = st.builds(
    Shift,
    st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
    st.integers(0, 1439),
    st.integers(1, 1440),
)


@given(shifts, st.integers(0, 14 * 24 * 60), st.sampled_from(["as usual", "off", "only"]))
def test_it_is_what_walking_through_the_shifts_says(shift: Shift, minute: int, holidays: str) -> None:
    begin = datetime(2026, 12, 20, tzinfo=SEOUL)
    moment = begin + timedelta(minutes=minute)
    lasts = (shift.to_min - shift.from_min) % 1440 or 1440
    started = [begin + timedelta(days=day, minutes=shift.from_min) for day in range(-2, 16)]

    def wanted(day: date) -> bool:
        christmas, listed = day.isoformat() == "2026-12-25", day.weekday() in shift.days
        return {"as usual": listed, "off": listed and not christmas, "only": christmas}[holidays]

    expected = any(wanted(start.date()) and start <= moment < start + timedelta(minutes=lasts) for start in started)
    schedule = Schedule((shift,), holidays=("2026-12-25",), on_holidays=holidays)  # type: ignore[arg-type]
    assert in_force(schedule, round(moment.timestamp() * 1000)) == expected
