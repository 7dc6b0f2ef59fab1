"""Slows down whoever guesses passwords: a wait that doubles after a few failures. Pure: time comes in as an argument.

Invariants, held by tests/unit/controller/core/test_throttle.py:
1. Before `free` failures nobody waits.   2. The wait never exceeds `most_ms`.   3. Whoever waits gets another try.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """How patient the login is."""

    free: int = 5
    first_ms: int = 1_000
    most_ms: int = 60_000
    forget_ms: int = 900_000


@dataclass(frozen=True, slots=True)
class Failures:
    """What one key (a user at an address, an address) did wrong lately."""

    count: int
    last_ms: int


Key = tuple[str, str]
"""Who tries, and from where."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A key that has failed so often that it waits, or waited."""

    who: str
    address: str
    failures: int
    until_ms: int


@dataclass(frozen=True, slots=True)
class Counted:
    """A try as it was counted, and what stood there before; `wait_ms`: it was not, somebody has to wait."""

    at_ms: int
    wait_ms: int
    before: Mapping[Key, Failures | None]


def wait_ms(found: Failures | None, now_ms: int, limits: Limits) -> int:
    """How long a key must still wait before its next try, ms."""
    if found is None or found.count < limits.free or forgotten(found, now_ms, limits):
        return 0
    pause_ms = min(limits.most_ms, limits.first_ms << min(found.count - limits.free, 20))
    return min(pause_ms, max(0, found.last_ms + pause_ms - now_ms))


def forgotten(found: Failures, now_ms: int, limits: Limits) -> bool:
    """Whether it is long ago; what lies far ahead was counted by a clock that was wrong."""
    return now_ms - found.last_ms >= limits.forget_ms or found.last_ms - now_ms > limits.most_ms


def failed(found: Failures | None, now_ms: int, limits: Limits) -> Failures:
    """What stands there after another failure."""
    before = 0 if found is None or forgotten(found, now_ms, limits) else found.count
    return Failures(before + 1, now_ms)


def taken_back(found: Failures | None, tried_ms: int, before: Failures | None) -> Failures | None:
    """What stands there without the failure that was counted at `tried_ms`, when `before` stood there."""
    if found is None or found.count <= 1:
        return None
    last_ms = before.last_ms if before is not None and found.last_ms == tried_ms else found.last_ms
    return Failures(found.count - 1, last_ms)
