"""Slows down whoever guesses passwords: a wait that doubles after a few failures. Pure: time comes in as an argument.

Invariants, held by tests/unit/controller/core/test_throttle.py:
1. Before `free` failures nobody waits.   2. The wait never exceeds `most_ms`.   3. The table never exceeds `keys`.
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
    keys: int = 10_000


@dataclass(frozen=True, slots=True)
class Failures:
    """What one key (a user at an address, or an address) did wrong lately."""

    count: int
    last_ms: int


Table = Mapping[str, Failures]


def wait_ms(table: Table, key: str, now_ms: int, limits: Limits) -> int:
    """How long `key` must still wait before its next try, ms."""
    found = table.get(key)
    if found is None or found.count < limits.free or now_ms - found.last_ms >= limits.forget_ms:
        return 0
    pause_ms = min(limits.most_ms, limits.first_ms << min(found.count - limits.free, 20))
    return max(0, found.last_ms + pause_ms - now_ms)


def failed(table: Table, key: str, now_ms: int, limits: Limits) -> dict[str, Failures]:
    """The table after a failure of `key`."""
    fresh = {name: past for name, past in table.items() if now_ms - past.last_ms < limits.forget_ms}
    before = fresh.pop(key, Failures(0, now_ms))
    while len(fresh) >= limits.keys:
        del fresh[min(fresh, key=lambda name: fresh[name].last_ms)]
    return {**fresh, key: Failures(before.count + 1, now_ms)}


def taken_back(table: Table, key: str, tried_ms: int, before: Failures | None) -> dict[str, Failures]:
    """The table without the failure of `key` that was counted at `tried_ms`, when `before` stood there."""
    found = table.get(key)
    if found is None:
        return dict(table)
    if found.count <= 1:
        return succeeded(table, key)
    last_ms = before.last_ms if before is not None and found.last_ms == tried_ms else found.last_ms
    return {**table, key: Failures(found.count - 1, last_ms)}


def succeeded(table: Table, key: str) -> dict[str, Failures]:
    """The table after `key` got in."""
    return {name: past for name, past in table.items() if name != key}
