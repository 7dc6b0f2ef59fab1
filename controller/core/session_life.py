"""How long a session lasts: without use, and at all. Pure: time is an argument."""

from dataclasses import dataclass
from datetime import datetime, timedelta

NOTED_EVERY = timedelta(minutes=1)
"""How coarsely it is written down when a session was used last."""


@dataclass(frozen=True, slots=True)
class Lasting:
    """The site's limits."""

    idle: timedelta = timedelta(hours=12)
    longest: timedelta = timedelta(days=7)


def over(seen_at: datetime, ends_at: datetime, now: datetime, lasting: Lasting) -> bool:
    """Whether a session that was used last at `seen_at` is over."""
    return now >= ends_at or now - seen_at >= lasting.idle


def noted(seen_at: datetime, now: datetime) -> bool:
    """Whether its last use is written down well enough."""
    return now - seen_at < NOTED_EVERY
