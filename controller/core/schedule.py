"""When a rule is in force: shifts of the week by the wall clock of a place, over midnight, with holidays."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from controller.core.records import Schedule

_MINUTE_MS = 60_000


def in_force(schedule: Schedule | None, at_ms: int) -> bool:
    """Whether a moment (Unix ms) lies in one of the schedule's shifts; None: always.

    The wall clock decides, so a shift keeps its hours when clocks are put forward or back.
    """
    return schedule is None or _in_force(schedule, at_ms // _MINUTE_MS)


@lru_cache(maxsize=4096)
def _in_force(schedule: Schedule, minute: int) -> bool:
    local = datetime.fromtimestamp(minute * 60, ZoneInfo(schedule.zone))
    of_day = local.hour * 60 + local.minute
    today, yesterday = local.date(), local.date() - timedelta(days=1)
    for shift in schedule.shifts:
        if shift.to_min > shift.from_min:
            if shift.from_min <= of_day < shift.to_min and _begins(schedule, shift.days, today):
                return True
        elif (of_day >= shift.from_min and _begins(schedule, shift.days, today)) or (
            of_day < shift.to_min and _begins(schedule, shift.days, yesterday)
        ):
            return True
    return False


def _begins(schedule: Schedule, days: tuple[int, ...], day: date) -> bool:
    """Whether a shift of these days begins on that day."""
    holiday = day.isoformat() in schedule.holidays
    if schedule.on_holidays == "only":
        return holiday
    return day.weekday() in days and not (holiday and schedule.on_holidays == "off")
