"""The process that makes derived pictures, from outside: fed without waiting long, ended whatever it does."""

import asyncio
from collections.abc import AsyncIterator

from controller.adapters.mosaic_wire import ANSWER, ASK, CODEC, MOST_BYTES, PICTURE, READY, UNIT
from controller.adapters.talking_child import ChildOverError, TalkingChild
from controller.ports.derived import DerivedPicture
from shared.errors import Rejected, Transient

_CHILD = "controller.adapters.mosaic_child"
_PICTURE_S = 20
_START_S = 60
_FEED_S = 20


class MosaicProcess:
    """One process. Raises `Transient` once it is over; `start` it anew."""

    def __init__(self, program: str = _CHILD) -> None:
        self._program = program
        self._child: TalkingChild | None = None

    @property
    def pid(self) -> int | None:
        """Of the process that is there now."""
        return None if self._child is None else self._child.pid

    async def start(self) -> None:
        """Come up anew."""
        await self.stop()
        try:
            self._child = await TalkingChild.start(self._program)
            async with asyncio.timeout(_START_S):
                number, _, _ = await self._answer()
        except ChildOverError as fault:
            raise Transient(f"derived pictures: {fault}") from None
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
        if self._child is None or self._child.over:
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
        child, self._child = self._child, None
        if child is not None:
            await child.end()

    async def _ask(self, kind: bytes, number: int, data: bytes) -> None:
        if self._child is None:
            raise Transient("derived pictures: their process is over")
        if len(data) > MOST_BYTES:
            raise Rejected("picture", f"{len(data)} bytes is too much")
        try:
            async with asyncio.timeout(_FEED_S):
                await self._child.send(ASK.pack(kind, number, len(data)), data)
        except (ChildOverError, TimeoutError) as fault:
            raise Transient(f"derived pictures: their process: {str(fault) or 'it does not listen'}") from None

    async def _answer(self) -> tuple[int, tuple[int, int], bytes]:
        if self._child is None:
            raise Transient("derived pictures: their process is over")
        try:
            number, width, height, length = ANSWER.unpack(await self._child.exactly(ANSWER.size, ANSWER.size))
            return number, (width, height), await self._child.exactly(length, MOST_BYTES)
        except ChildOverError as fault:
            raise Transient(f"derived pictures: their process: {fault}") from None
