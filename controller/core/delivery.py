"""How often and how soon a message is tried again, and when its destination counts as dead. Pure.

Invariants, held by tests/unit/controller/core/test_delivery.py:
1. No message is tried more than `TRIES` times, nor again once it is `WORTH_MS` old, nor at all so long after it was
   due; it counts as tried from when its try began, whether or not it is known how that ended.
2. Waits grow and are bounded; a destination that failed is left alone, but never for longer than `HOLD_MS`.
3. A destination is dead from its third failure in a row until the next success.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from controller.core.dispatch import Why

State = Literal["waiting", "sending", "delivered", "failed", "dropped"]
"""`dropped`: never tried, for the queue of its destination was full."""

TRIES = 8
WORTH_MS = 24 * 3_600_000
HOLD_MS = 60_000
QUEUE = 200
"""Messages that may wait for one destination."""
DIGEST = 50
"""Alarms in one digest."""
_FIRST_MS = 5_000
_LONGEST_MS = 600_000
_DEAD_FAILURES = 3


@dataclass(frozen=True, slots=True)
class Health:
    """How a destination fares."""

    failures: int = 0  # in a row
    hold_ms: int = 0  # nothing is tried before, Unix ms
    dead: bool = False


def retry_ms(attempts: int) -> int:
    """How long a message waits after its n-th failure, ms: 5 s, 15 s, 45 s, … 10 min."""
    return min(_LONGEST_MS, _FIRST_MS * int(3 ** min(max(0, attempts - 1), 10)))


def after_failure(state: Health, now_ms: int) -> Health:
    failures = state.failures + 1
    return Health(failures, now_ms + min(HOLD_MS, retry_ms(failures)), failures >= _DEAD_FAILURES)


def after_success(_state: Health) -> Health:
    return Health()


def given_up(attempts: int, created_ms: int, now_ms: int, *, final: bool = False) -> bool:
    """Whether a message that has just failed is never tried again. `final`: trying again cannot help."""
    return final or attempts >= TRIES or now_ms - created_ms >= WORTH_MS


def past_telling(attempts: int, created_ms: int, due_ms: int, now_ms: int) -> bool:
    """Whether a message that waits is not tried any more. What quiet hours held back is tried once, however old."""
    return given_up(attempts, created_ms if attempts else due_ms, now_ms)


@dataclass(frozen=True, slots=True)
class Batch:
    """What is sent as one message: one alarm, several as a digest, or a test (no alarm)."""

    id: str  # by what a receiver knows a repetition: a digest is tried again as it was
    destination: str
    ids: tuple[str, ...]
    why: Why
    states: tuple[Mapping[str, Any], ...]  # the alarms as they were
    created_ms: int


@dataclass(frozen=True, slots=True)
class Way:
    """A destination as far as sending needs it."""

    name: str
    kind: Literal["apprise", "webhook"]
    sealed: str
    language: Literal["ko", "en"]
    pictures: bool
    private: bool


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is handed over at a destination. `alarms`: as documents for machines."""

    id: str
    why: Why
    title: str
    text: str
    alarms: tuple[Mapping[str, Any], ...]
    picture_jpeg: bytes | None = None
