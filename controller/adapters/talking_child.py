"""A child process that is asked and answers by its input and output; whatever it does, it is ended."""

import asyncio
import contextlib
import json
import sys
from asyncio.subprocess import Process
from typing import Any, Self

import structlog

from controller.adapters.child import spawn_talking

log = structlog.get_logger("child")

_END_S = 5


class ChildOverError(Exception):
    """Nothing more can come of a child: it ended, does not listen, or answers nonsense. Its text says which."""


class TalkingChild:
    """`python -m program` with its own arguments. Who waits for it bounds the time, and ends it when that is over."""

    def __init__(self, process: Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, program: str, *arguments: str) -> Self:
        """Raises `ChildOverError` where no process can be started."""
        try:
            return cls(await spawn_talking([sys.executable, "-m", program, *arguments]))
        except OSError as fault:
            raise ChildOverError(f"no process can be started: {fault.strerror}") from None

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def over(self) -> bool:
        return self._process.returncode is not None

    async def send(self, *parts: bytes) -> None:
        """Returns once it takes more."""
        if self._process.stdin is None:
            raise ChildOverError("it has no input")
        try:
            self._process.stdin.writelines(parts)
            await self._process.stdin.drain()
        except OSError as fault:
            raise ChildOverError(f"it does not listen ({fault!r})") from None

    async def told(self) -> dict[str, Any]:
        """One line of JSON."""
        if self._process.stdout is None:
            raise ChildOverError("it has no output")
        try:
            found: object = json.loads(await self._process.stdout.readuntil(b"\n"))
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            raise ChildOverError("it ended, or answers at a length that nobody asked for") from None
        except ValueError:
            raise ChildOverError("it answers nonsense") from None
        if not isinstance(found, dict):
            raise ChildOverError("it answers nonsense")
        return found

    async def exactly(self, length_bytes: int, most_bytes: int) -> bytes:
        """So many bytes of its answer, which it told itself."""
        if self._process.stdout is None or not 0 <= length_bytes <= most_bytes:
            raise ChildOverError("it answers at a length that nobody asked for")
        try:
            return await self._process.stdout.readexactly(length_bytes)
        except asyncio.IncompleteReadError:
            raise ChildOverError("it ended") from None

    async def end(self) -> None:
        """Kill it, whatever it is doing."""
        process = self._process
        if process.stdin is not None:
            process.stdin.close()
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        try:
            async with asyncio.timeout(_END_S):
                await process.communicate()  # what it said last is read, so that nothing keeps its pipes open
        except TimeoutError:
            log.warning("a killed process is still there", pid=process.pid)
