"""When a node asks for its next certificate. Pure."""

from datetime import datetime, timedelta

BEFORE = timedelta(days=30)
_SPREAD = timedelta(days=3)


def is_due(ends_at: datetime | None, now: datetime, unit: float) -> bool:
    """From a month before its end, spread over three days by `unit` (0..1); at once where there is none."""
    return ends_at is None or now >= ends_at - BEFORE + _SPREAD * unit
