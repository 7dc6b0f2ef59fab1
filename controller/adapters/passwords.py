"""What people choose as passwords, hashed with argon2id in a thread of its own."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

_NOBODY = "a password that nobody has"


class Argon2Passwords:
    """`PasswordHashes`; one thread, so that guessing in parallel gains nothing and the loop never waits."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
        self._thread = ThreadPoolExecutor(1, "argon2")
        self._nobody = self._hasher.hash(_NOBODY)

    async def make(self, password: str) -> str:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._hasher.hash, password)

    async def fits(self, password: str, hashed: str | None) -> bool:
        found = await asyncio.get_running_loop().run_in_executor(
            self._thread, self._verify, password, hashed or self._nobody
        )
        return found and hashed is not None

    def _verify(self, password: str, hashed: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except (Argon2Error, InvalidHashError):
            return False
