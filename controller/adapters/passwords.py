"""What people choose as passwords, hashed with argon2id in a thread of its own."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from shared.errors import Transient

_NOBODY = "a password that nobody has"
_WAITING_MAX = 100
R = TypeVar("R")


class Argon2Passwords:
    """`PasswordHashes`; one thread, so that the loop never waits and guessing takes one core at most."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
        self._thread = ThreadPoolExecutor(1, "argon2")
        self._nobody = self._hasher.hash(_NOBODY)
        self._waiting = 0

    async def make(self, password: str) -> str:
        """`Transient` when too many wait."""
        return await self._in_turn(self._hasher.hash, password)

    async def fits(self, password: str, hashed: str | None) -> bool:
        """`Transient` when too many wait."""
        found = await self._in_turn(self._verify, password, hashed or self._nobody)
        return found and hashed is not None

    async def _in_turn(self, work: Callable[..., R], *args: str) -> R:
        if self._waiting >= _WAITING_MAX:
            raise Transient("passwords: too many log in at once")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work, *args)
        finally:
            self._waiting -= 1

    def _verify(self, password: str, hashed: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except (Argon2Error, InvalidHashError):
            return False
