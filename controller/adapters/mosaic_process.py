"""The process that makes derived pictures, from outside: fed without waiting long, ended whatever it does."""

import asyncio
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator

import structlog

from controller.adapters.child import spawn_talking
from controller.adapters.mosaic_wire import ANSWER, ASK, CODEC, MOST_BYTES, PICTURE, READY, UNIT
from controller.ports.derived import DerivedPicture
from shared.errors import Rejected, Transient

log = structlog.get_logger("derived")

_CHILD = "controller.adapters.mosaic_child"
_END_S = 5
_PICTURE_S = 20
_START_S = 60
_FEED_S = 20


class MosaicProcess:
    """One process. Raises `Transient` once it is over; `start` it anew."""

    def __init__(self, program: str = _CHILD) -> None:
        self._program = program
        self._process: Process | None = None

    @property
    def pid(self) -> int | None:
        """Of the process that is there now."""
        return None if self._process is None else self._process.pid

    async def start(self) -> None:
        """Come up anew."""
        await self.stop()
        try:
            self._process = await spawn_talking([sys.executable, "-m", self._program])
        except OSError as fault:
            raise Transient(f"derived pictures: no process can be started ({fault.strerror})") from None
        try:
            async with asyncio.timeout(_START_S):
                number, _, _ = await self._answer()
        except TimeoutError:
            await self.stop()
            raise Transient("derived pictures: their process does not come up") from None
        except BaseException:
            await self.stop()
            raise
        if number != READY:
            await self.stop()
            raise Transient("derived pictures: their process does not come up")

    async def codec(self, codec: str) -> None:
        """A stream begins."""
        await self._ask(CODEC, 0, codec.encode("ascii", "replace")[:100])

    async def unit(self, pts_ms: int, data: bytes) -> None:
        """An access unit of the stream; `Transient` where the process does not take it in time."""
        await self._ask(UNIT, pts_ms, data)

    async def pictures(self) -> AsyncIterator[DerivedPicture]:
        """What is made of the stream, until the process ends."""
        while True:
            number, size, data = await self._answer()
            if size == (0, 0):
                raise Rejected("stream", data.decode("utf-8", "replace"))
            yield DerivedPicture(number, *size, data)

    async def picture(self, data: bytes, cells: int) -> bytes:
        """One JPEG of another; `Rejected` where that is none."""
        if self._process is None or self._process.returncode is not None:
            await self.start()
        try:
            async with asyncio.timeout(_PICTURE_S):
                await self._ask(PICTURE, cells, data)
                _, size, made = await self._answer()
        except TimeoutError:
            await self.stop()
            raise Transient("derived pictures: none came in time") from None
        except BaseException:
            await self.stop()
            raise
        if size == (0, 0):
            raise Rejected("picture", made.decode("utf-8", "replace"))
        return made

    async def stop(self) -> None:
        """End it, whatever it is doing."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        if process.returncode is None:
            process.kill()
        try:
            async with asyncio.timeout(_END_S):
                await process.communicate()
        except TimeoutError:
            log.warning("a killed process is still there", pid=process.pid)

    async def _ask(self, kind: bytes, number: int, data: bytes) -> None:
        process = self._process
        if process is None or process.stdin is None:
            raise Transient("derived pictures: their process is over")
        if len(data) > MOST_BYTES:
            raise Rejected("picture", f"{len(data)} bytes is too much")
        try:
            async with asyncio.timeout(_FEED_S):
                process.stdin.write(ASK.pack(kind, number, len(data)) + data)
                await process.stdin.drain()
        except (OSError, TimeoutError) as fault:
            raise Transient(f"derived pictures: their process does not listen ({fault!r})") from None

    async def _answer(self) -> tuple[int, tuple[int, int], bytes]:
        process = self._process
        if process is None or process.stdout is None:
            raise Transient("derived pictures: their process is over")
        try:
            number, width, height, length = ANSWER.unpack(await process.stdout.readexactly(ANSWER.size))
            if length > MOST_BYTES:
                raise Transient("derived pictures: their process answers at a length that nobody asked for")
            return number, (width, height), await process.stdout.readexactly(length)
        except asyncio.IncompleteReadError:
            raise Transient("derived pictures: their process ended") from None
