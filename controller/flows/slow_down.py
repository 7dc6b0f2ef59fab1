"""Slows down whoever guesses: each try counts as a failure until it has succeeded, for every process of the site."""

import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from controller.core.rate import neighbourhood
from controller.core.throttle import Counted, Failures, Key, Limits, Waiting, wait_ms
from controller.errors import TooOften
from shared.clock import Clock
from shared.errors import Transient
from shared.texts import say

ANYBODY, ANYWHERE = "*", "*"
CODE = "code"
"""Who tries a one-time code: nobody knows yet."""


class Tries(Protocol):
    """Failures by who tries and from where; one row each, shared by every process."""

    async def count(self, keys: Mapping[Key, Limits], now_ms: int) -> Counted:
        """Count a failure for each key, unless one of them has to wait."""
        ...

    async def settle(self, counted: Counted, forget: Key | None) -> None:
        """It was none: take it back, and forget one key altogether."""
        ...

    async def recent(self, least: int, since_ms: int) -> Sequence[tuple[Key, Failures]]:
        """What has at least so many failures, the last one since then; the newest first."""
        ...

    async def forgive(self, who: str, by: str, address: str) -> int:
        """Forget every failure of somebody, or from an address; how many keys that were."""
        ...


@dataclass(slots=True)
class Try:
    """What goes on between counting and knowing."""

    passed: bool = False
    unknown: bool = False  # nobody learnt whether it was right: it counts neither way


@dataclass(frozen=True, slots=True)
class SlowDown:
    """Back-off by name and address, by name, and by address; nobody is ever locked out for good."""

    _tries: Tries
    clock: Clock
    limits: Limits = field(default_factory=Limits)
    name_limits: Limits = field(default_factory=lambda: Limits(free=100))  # guesses from everywhere together
    address_limits: Limits = field(default_factory=lambda: Limits(free=50))  # an office behind one address

    @contextlib.asynccontextmanager
    async def counted(self, who: str, address: str) -> AsyncIterator[Try]:
        """Count a try before it is looked at, so that a hundred at once wait as a hundred in turn do.

        `TooOften` for who has to wait. What is not marked as passed inside stays a failure.
        """
        address = neighbourhood(address)
        here = who[:64], address
        keys = [here, (ANYBODY, address), *([(who[:64], ANYWHERE)] if who != CODE else [])]
        counted = await self._tries.count({key: self._limits(key) for key in keys}, self.clock.unix_ms())
        if counted.wait_ms:
            raise TooOften("login", say("too_many_tries"), -(-counted.wait_ms // 1000))
        tried = Try()
        try:
            yield tried
        except Transient:  # nobody learnt whether it was right
            await self._tries.settle(counted, None)
            raise
        if tried.passed or tried.unknown:
            await self._tries.settle(counted, here if tried.passed else None)

    async def waiting(self) -> Sequence[Waiting]:
        """Who has failed too often lately, the newest first."""
        now_ms = self.clock.unix_ms()
        recent = await self._tries.recent(self.limits.free, now_ms - self.limits.forget_ms)
        return [
            Waiting(who, address, found.count, now_ms + wait_ms(found, now_ms, self._limits((who, address))))
            for (who, address), found in recent
            if found.count >= self._limits((who, address)).free
        ]

    async def forgive(self, who: str, by: str, address: str = "") -> int:
        """Let somebody try again at once; how many counts were forgotten."""
        return await self._tries.forgive(who, by, address)

    def _limits(self, key: Key) -> Limits:
        who, address = key
        return self.address_limits if who == ANYBODY else self.name_limits if address == ANYWHERE else self.limits
