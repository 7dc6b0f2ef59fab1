"""When a person wants no message: hours of the day in their own time zone. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_MIN = 1_440


@dataclass(frozen=True, slots=True)
class Quiet:
    """From minute to minute of the day; `until_min` <= `from_min`: over midnight. Both the same: all day."""

    from_min: int
    until_min: int
    zone: tzinfo
    critical_through: bool = True  # critical messages come anyway

    def ends_ms(self, now_ms: int) -> int | None:
        """When the quiet that holds at `now_ms` is over, Unix ms; None: it is not quiet."""
        local = (_EPOCH + timedelta(milliseconds=now_ms)).astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        if self.from_min < self.until_min:
            holds, tomorrow = self.from_min <= minute < self.until_min, False
        else:
            holds = minute >= self.from_min or minute < self.until_min
            tomorrow = minute >= self.from_min
        if not holds:
            return None
        day = local.date() + timedelta(days=1 if tomorrow else 0)
        hour, rest = divmod(self.until_min % _DAY_MIN, 60)
        end = datetime(day.year, day.month, day.day, hour, rest, tzinfo=self.zone).astimezone(UTC)
        return max(now_ms + 1, round((end - _EPOCH) / timedelta(milliseconds=1)))
