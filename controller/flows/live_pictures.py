"""Follows one camera at the relay: every packet is decoded, due frames wait as pictures, newest win."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any, NoReturn

import structlog

from controller.core.sampling import Sampler, frames_to_skip
from controller.ports import LiveDecoder, LiveSource, LiveStream, TimedPicture
from shared.clock import Clock
from shared.errors import Rejected, Transient
from shared.ids import CameraId

log = structlog.get_logger("live")

_MOST_UNITS = 900
_MOST_BYTES = 48 * 1024 * 1024
_UNITS_AT_ONCE = 40
_MOST_PICTURES = 12
_BACKOFF_MS = (200, 500, 1000, 2000)
SET_BACK_MS = 60_000
"""A frame that is so much older than what is wanted was not buffered: the node's clock was set back."""

_Unit = tuple[int, bytes]


class LivePictures:
    """Sampled pictures of one camera. `run` keeps the connection; `next` waits for a picture to judge."""

    def __init__(
        self,
        camera: CameraId,
        source: LiveSource,
        decoder_for: Callable[[str], LiveDecoder],
        clock: Clock,
        rate: Callable[[], Callable[[int], float]],
        since_ms: Callable[[], int],
    ) -> None:
        """`rate` tells, as of now, how many frames per second are wanted around a media time."""
        self._camera = camera
        self._source = source
        self._decoder_for = decoder_for
        self._clock = clock
        self._rate = rate
        self._quality = "main"
        self._since_ms = since_ms
        self._units: deque[_Unit | str] = deque()
        self._unit_bytes = 0
        self._needs_key = True
        self._units_came = asyncio.Event()
        self._pictures: deque[TimedPicture] = deque()
        self._pictures_came = asyncio.Event()
        self.stream: LiveStream | None = None
        self.heard_ms = clock.monotonic_ms()  # when the last picture data came
        self.skipped = 0  # due frames that were given up
        self._decoding = False
        self._sampler = Sampler(1)
        self._connection: asyncio.Task[None] | None = None

    @property
    def busy(self) -> bool:
        """Whether something that was received is not judged yet."""
        return self._decoding or bool(self._pictures) or any(not isinstance(u, str) for u in self._units)

    async def run(self) -> None:
        """Follow and decode until cancelled; a relay that is away is dialled again for ever."""
        tasks = [asyncio.create_task(self._follow()), asyncio.create_task(self._decode())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                if task.done():
                    task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _follow(self) -> NoReturn:
        attempt = 0
        while True:
            heard = self.heard_ms
            await self._connect()
            attempt = 0 if self.heard_ms != heard else min(attempt + 1, len(_BACKOFF_MS) - 1)
            await self._clock.sleep_ms(_BACKOFF_MS[attempt])

    async def next(self) -> TimedPicture:
        """The next picture to judge; when many wait, older ones are given up."""
        while not self._pictures:
            self._pictures_came.clear()
            await self._pictures_came.wait()
        for _ in range(frames_to_skip(len(self._pictures), self._rate()(self._pictures[-1].pts_ms))):
            self._pictures.popleft()
            self.skipped += 1
        return self._pictures.popleft()

    def follow(self, quality: str, *, again: bool) -> None:
        """Follow this quality from now on; `again`: an event began while frames passed unjudged."""
        if again or quality != self._quality:
            self._quality = quality
            self._begin_again()

    def _begin_again(self) -> None:
        """Subscribe anew from what is wanted now."""
        self._sampler = Sampler(1)
        self._pictures.clear()
        if self._connection is not None:
            self._connection.cancel()

    async def _connect(self) -> None:
        """One connection, until it ends or `follow` ends it."""
        self._connection = asyncio.create_task(self._follow_once())
        try:
            await asyncio.wait([self._connection])
        finally:
            self._connection.cancel()
        if not self._connection.cancelled():
            self._connection.result()

    async def _follow_once(self) -> None:
        try:
            async with self._source.watch(self._camera, self._quality, self._since_ms()) as stream:
                self.stream = stream
                self._drop_units()
                async for metadata, payload in stream.frames():
                    self._take(metadata, payload)
        except Transient as fault:
            log.info("relay away", camera=self._camera, reason=str(fault))
        except Rejected as fault:
            log.warning("relay refused", camera=self._camera, field=fault.field, fault=fault.fault)
        finally:
            self.stream = None

    def _take(self, metadata: dict[str, Any], payload: bytes) -> None:
        match metadata["t"]:
            case "init":
                codec = metadata.get("codec")
                if isinstance(codec, str):
                    self._units.append(codec)
            case "au":
                self._take_unit(metadata.get("pts"), metadata.get("key") is True, payload)
            case _:
                return
        self._units_came.set()

    def _take_unit(self, pts_ms: object, is_key: bool, payload: bytes) -> None:
        if not isinstance(pts_ms, int) or not payload:
            return
        self.heard_ms = self._clock.monotonic_ms()
        if len(self._units) >= _MOST_UNITS or self._unit_bytes + len(payload) > _MOST_BYTES:
            log.warning("decoder behind, going on at the next keyframe", camera=self._camera)
            self._drop_units()
        if self._needs_key and not is_key:
            return
        self._needs_key = False
        self._unit_bytes += len(payload)
        self._units.append((pts_ms, payload))

    def _drop_units(self) -> None:
        codecs = [unit for unit in self._units if isinstance(unit, str)]
        self._units.clear()
        self._units.extend(codecs[-1:])
        self._unit_bytes = 0
        self._needs_key = True

    async def _decode(self) -> NoReturn:
        codec, decoder = "", None
        while True:
            await self._units_came.wait()
            if not self._units:
                self._units_came.clear()
                continue
            if isinstance(self._units[0], str):
                wanted = str(self._units.popleft())
                if wanted != codec or decoder is None:
                    codec, decoder = wanted, self._new_decoder(wanted)
                continue
            units = self._take_batch()
            if decoder is None:
                continue
            since_ms, rate, sampler = self._since_ms(), self._rate(), self._sampler

            def due(
                pts_ms: int,
                since_ms: int = since_ms,
                rate: Callable[[int], float] = rate,
                sampler: Sampler = sampler,
            ) -> bool:
                wanted = pts_ms >= since_ms or pts_ms < since_ms - SET_BACK_MS
                return wanted and sampler.due(pts_ms, rate(pts_ms))

            self._decoding = True
            try:
                pictures = await asyncio.to_thread(decoder.decode, units, due)
            except Rejected as fault:
                log.warning("stream cannot be decoded", camera=self._camera, fault=fault.fault)
                decoder = self._new_decoder(codec)
                self._drop_units()
                continue
            finally:
                self._decoding = False
            self._offer(pictures)

    def _new_decoder(self, codec: str) -> LiveDecoder | None:
        try:
            return self._decoder_for(codec)
        except Rejected as fault:
            log.warning("no decoder", camera=self._camera, codec=codec, fault=fault.fault)
            return None

    def _take_batch(self) -> list[_Unit]:
        units: list[_Unit] = []
        while self._units and len(units) < _UNITS_AT_ONCE:
            unit = self._units[0]
            if isinstance(unit, str):
                break
            self._units.popleft()
            self._unit_bytes -= len(unit[1])
            units.append(unit)
        return units

    def _offer(self, pictures: list[TimedPicture]) -> None:
        self._pictures.extend(pictures)
        while len(self._pictures) > _MOST_PICTURES:
            self._pictures.popleft()
            self.skipped += 1
        if self._pictures:
            self._pictures_came.set()
