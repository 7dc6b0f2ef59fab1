"""Live pictures for who may not see clear ones: made while somebody looks, once for all who look at a camera."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, NoReturn

import structlog

from controller.core.derived import LATE_MS
from controller.ports import LiveSource, LiveStream
from controller.ports.derived import PictureMaker
from shared.clock import Clock
from shared.errors import CctvError, Transient
from shared.ids import CameraId
from shared.live import pack

log = structlog.get_logger("derived")

_MOST_CAMERAS = 16
_WAITING = 6
_AGAIN_MS, _LATEST_AGAIN_MS = 1_000, 30_000
_LOOK_MS = 250
_LINGER_MS = 3_000
_KNOWN_UNITS = 600


@dataclass(slots=True, eq=False)
class DerivedView:
    """One viewer's end: `next` waits for its next framed message. Who is slow loses pictures alone."""

    waiting: deque[bytes] = field(default_factory=lambda: deque(maxlen=_WAITING))
    ready: asyncio.Event = field(default_factory=asyncio.Event)

    def give(self, framed: bytes) -> None:
        self.waiting.append(framed)
        self.ready.set()

    async def next(self) -> bytes:
        while not self.waiting:
            self.ready.clear()
            await self.ready.wait()
        return self.waiting.popleft()


class DeriveLive:
    """One per process; at most one maker for each camera."""

    def __init__(self, source: LiveSource, maker: Callable[[], PictureMaker], clock: Clock) -> None:
        self._source = source
        self._maker = maker
        self._clock = clock
        self._cameras: dict[CameraId, _Camera] = {}

    @property
    def makers(self) -> int:
        """Cameras of which derived pictures are made now."""
        return len(self._cameras)

    @asynccontextmanager
    async def watch(self, camera: CameraId) -> AsyncIterator[DerivedView]:
        """Look at a camera; `Transient` when too many others are looked at so."""
        known = self._cameras.get(camera)
        if known is None:
            if len(self._cameras) >= _MOST_CAMERAS:
                raise Transient(f"derived pictures are made of {_MOST_CAMERAS} cameras already")
            known = self._cameras[camera] = _Camera(camera, self._source, self._maker, self._clock)
            known.task = asyncio.create_task(self._make(known), name=f"derive {camera}")
        view = DerivedView()
        view.give(_state("waiting", "asking the node"))
        known.views.add(view)
        try:
            yield view
        finally:
            known.views.discard(view)

    async def close(self) -> None:
        """End all makers."""
        tasks = [known.task for known in self._cameras.values() if known.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _make(self, camera: "_Camera") -> None:
        making = asyncio.create_task(camera.run())
        try:
            idle_ms = 0
            while idle_ms < _LINGER_MS:
                await self._clock.sleep_ms(_LOOK_MS)
                idle_ms = 0 if camera.views else idle_ms + _LOOK_MS
                camera.tell_late()
                if making.done():
                    log.error("derived pictures broke off", camera=camera.camera, fault=repr(making.exception()))
                    camera.tell_away()
                    await self._clock.sleep_ms(_LATEST_AGAIN_MS)
                    making = asyncio.create_task(camera.run())
        finally:
            self._cameras.pop(camera.camera, None)
            making.cancel()
            await asyncio.gather(making, return_exceptions=True)


class _Camera:
    """Follows one camera's small stream, and gives everybody what is made of it."""

    def __init__(self, camera: CameraId, source: LiveSource, maker: Callable[[], PictureMaker], clock: Clock) -> None:
        self.camera = camera
        self.views: set[DerivedView] = set()
        self.task: asyncio.Task[None] | None = None
        self._source = source
        self._maker = maker
        self._clock = clock
        self._came_ms: dict[int, int] = {}
        self._shown_ms: int | None = None
        self._units: deque[tuple[int, bytes] | str] = deque()
        self._came = asyncio.Event()
        self._needs_key = True

    async def run(self) -> NoReturn:
        """Until cancelled: whatever fails is begun anew, later each time, and meanwhile nothing is shown."""
        again_ms = _AGAIN_MS
        while True:
            maker = self._maker()
            try:
                await maker.start()
                await self._follow(maker)
            except CctvError as fault:
                log.info("no derived pictures", camera=self.camera, reason=str(fault))
                self.tell_away()
            finally:
                await maker.stop()
            again_ms = min(2 * again_ms, _LATEST_AGAIN_MS) if self._shown_ms is None else _AGAIN_MS
            self._shown_ms = None
            await self._clock.sleep_ms(again_ms)

    def tell_away(self) -> None:
        """Say that nothing can be shown."""
        self._tell(_state("away", "derived pictures cannot be made now"))

    def tell_late(self) -> None:
        """Say that what was shown last is of now no more."""
        if self._shown_ms is not None and self._clock.monotonic_ms() - self._shown_ms > LATE_MS:
            self._shown_ms = None
            self._tell(_state("away", "derived pictures come late"))

    async def _follow(self, maker: PictureMaker) -> None:
        async with self._source.watch(self.camera, "sub", None) as stream:
            self._units.clear()
            self._needs_key = True
            works = [asyncio.create_task(one) for one in (self._read(stream), self._feed(maker), self._give(maker))]
            try:
                done, _ = await asyncio.wait(works, return_when=asyncio.FIRST_COMPLETED)
                for one in done:
                    one.result()
            finally:
                for one in works:
                    one.cancel()
                await asyncio.gather(*works, return_exceptions=True)

    async def _read(self, stream: LiveStream) -> None:
        async for metadata, payload in stream.frames():
            self._take(metadata, payload)

    async def _feed(self, maker: PictureMaker) -> NoReturn:
        while True:
            while not self._units:
                self._came.clear()
                await self._came.wait()
            unit = self._units.popleft()
            await (maker.codec(unit) if isinstance(unit, str) else maker.unit(*unit))

    def _take(self, metadata: dict[str, Any], payload: bytes) -> None:
        match metadata:
            case {"t": "init", "codec": str(codec)}:
                self._units.append(codec)
                self._came.set()
            case {"t": "au", "pts": int(pts_ms)} if payload:
                self._take_unit(pts_ms, metadata.get("key") is True, payload)
            case {"t": "boxes"}:
                self._tell(pack(metadata))
            case {"t": "state", "state": "waiting" | "away"}:
                self._tell(pack(metadata))

    def _take_unit(self, pts_ms: int, is_key: bool, payload: bytes) -> None:
        """Who cannot keep up goes on at the next keyframe, so that what it makes is of now."""
        now_ms = self._clock.monotonic_ms()
        oldest = next((one[0] for one in self._units if not isinstance(one, str)), None)
        if oldest is not None and now_ms - self._came_ms.get(oldest, now_ms) > LATE_MS // 2:
            codecs = [one for one in self._units if isinstance(one, str)]
            self._units.clear()
            self._units.extend(codecs[-1:])
            self._needs_key = True
        if self._needs_key and not is_key:
            return
        self._needs_key = False
        self._came_ms[pts_ms] = now_ms
        while len(self._came_ms) > _KNOWN_UNITS:
            del self._came_ms[next(iter(self._came_ms))]
        self._units.append((pts_ms, payload))
        self._came.set()

    async def _give(self, maker: PictureMaker) -> None:
        async for made in maker.pictures():
            now_ms = self._clock.monotonic_ms()
            came_ms = self._came_ms.get(made.pts_ms)
            if came_ms is None or now_ms - came_ms > LATE_MS:
                continue
            self._shown_ms = now_ms
            head = {"t": "derived", "pts": made.pts_ms, "width": made.width_px, "height": made.height_px}
            self._tell(pack(head, made.jpeg))

    def _tell(self, framed: bytes) -> None:
        for view in self.views:
            view.give(framed)


def _state(state: str, reason: str) -> bytes:
    return pack({"t": "state", "state": state, "reason": reason})
