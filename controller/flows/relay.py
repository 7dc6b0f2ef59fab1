"""Relay: one upstream per camera and quality, whatever the number of subscribers; knows no codec."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import structlog

from controller.core.live_buffer import GopBuffer, LiveMessage, SubscriberQueue
from controller.ports import LiveCommands
from shared.clock import Clock
from shared.errors import Rejected, Transient
from shared.ids import CameraId
from shared.live import MAX_FRAME_BYTES, SOUND, pack, unpack

log = structlog.get_logger("relay")

_TEND_MS = 250
_LINGER_MS = 5_000
_COMMAND_AGAIN_MS = 2_000
_SILENT_UPSTREAM_MS = 5_000
_MOVED_MS = 3_000
_NEVER_CAME_MS = 10_000
_SOUND_QUEUE_BYTES = 256 * 1024
_SOUND_BUFFER_MS, _SOUND_BUFFER_BYTES = 500, 64 * 1024
_PICTURES = {"init": "init", "au": "au"}
_SOUNDS = {"sound-init": "init", "sound": "au"}


@dataclass(slots=True, eq=False)
class Subscription:
    """One subscriber's end: `next` waits for its next framed message."""

    queue: SubscriberQueue = field(default_factory=SubscriberQueue)
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    since_ms: int | None = None
    moved: bool = False

    def give(self, message: LiveMessage) -> None:
        self.queue.put(message)
        self.ready.set()

    def leave(self) -> None:
        """Nothing comes here any more: who comes again is led to the relay that has the camera now."""
        self.moved = True
        self.ready.set()

    async def next(self) -> bytes:
        while (message := self.queue.take()) is None:
            if self.moved:
                raise Transient("relay: the camera may be at another one: come again")
            self.ready.clear()
            await self.ready.wait()
        return message.framed


@dataclass(slots=True, eq=False)
class _Stream:
    camera: CameraId
    quality: str
    buffer: GopBuffer = field(default_factory=GopBuffer)
    subscribers: set[Subscription] = field(default_factory=set)
    upstream: object | None = None
    upstream_end: asyncio.Event = field(default_factory=asyncio.Event)
    last_push_ms: int = 0
    commanded_ms: int | None = None
    elsewhere_ms: int | None = None  # from when on a push that does not come is taken to be at another relay
    idle_since_ms: int = 0


class Relay:
    """Streams by camera and quality. `run` tends them: asks nodes to push, lets idle upstreams go.

    `shared`: there are other relays, and a push that ended here may go on at another one.
    """

    def __init__(self, commands: LiveCommands, clock: Clock, *, shared: bool = False) -> None:
        self._commands = commands
        self._clock = clock
        self._shared = shared
        self._streams: dict[tuple[CameraId, str], _Stream] = {}
        self._wake = asyncio.Event()

    @asynccontextmanager
    async def subscribe(
        self, camera: CameraId, quality: str, since_ms: int | None, *, behind_ms: int | None = None
    ) -> AsyncIterator[Subscription]:
        """Join a stream from the keyframe before `since_ms` (None: the newest), as far as memory reaches.

        `behind_ms`: who has more than that waiting goes on at the newest keyframe; None: who wants every picture.
        """
        stream = self._stream(camera, quality)
        queue = SubscriberQueue(_SOUND_QUEUE_BYTES if quality == SOUND else MAX_FRAME_BYTES, behind_ms)
        subscription = Subscription(queue, since_ms=since_ms)
        for message in stream.buffer.since(since_ms):
            subscription.give(message)
        if stream.upstream is None:
            subscription.give(_state("waiting", "asking the node"))
        stream.subscribers.add(subscription)
        self._wake.set()
        try:
            yield subscription
        finally:
            stream.subscribers.discard(subscription)
            stream.idle_since_ms = self._clock.monotonic_ms()

    @asynccontextmanager
    async def upstream(self, camera: CameraId, quality: str) -> AsyncIterator["Upstream"]:
        """Take a node's push; a newer push of the same stream ends the one before."""
        stream = self._stream(camera, quality)
        stream.upstream_end.set()
        mine = Upstream(stream, self._clock)
        stream.upstream = mine
        stream.upstream_end = mine.ended
        stream.buffer = _buffer(quality)
        stream.last_push_ms, stream.elsewhere_ms = self._clock.monotonic_ms(), None
        self._tell(stream, _state("live", ""))
        try:
            yield mine
        finally:
            if stream.upstream is mine:
                stream.upstream = None
                stream.commanded_ms, stream.elsewhere_ms = None, self._clock.monotonic_ms() + _MOVED_MS
                self._tell(stream, _state("waiting", "the node's stream ended"))
                self._wake.set()

    def boxes(self, camera: CameraId, framed: bytes) -> None:
        """Fan tracked boxes out to everyone who watches this camera, in any quality."""
        metadata, _ = unpack(framed)
        if metadata["t"] != "boxes":
            raise Rejected("live frame", f"a service may send boxes, not {metadata['t']!r}")
        message = LiveMessage("boxes", _pts(metadata), key=False, framed=framed)
        for (of, quality), stream in self._streams.items():
            if of == camera and quality != SOUND:
                self._tell(stream, message)

    async def run(self) -> None:
        """Tend all streams until cancelled."""
        while True:
            self._wake.clear()
            for stream in tuple(self._streams.values()):
                await self._tend(stream)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_TEND_MS / 1000):
                    await self._wake.wait()

    async def _tend(self, stream: _Stream) -> None:
        now_ms = self._clock.monotonic_ms()
        try:
            if stream.upstream is None:
                if self._shared and stream.elsewhere_ms is not None and now_ms > stream.elsewhere_ms:
                    _send_away(stream)
                elif stream.subscribers:
                    await self._ask(stream, now_ms)
                elif now_ms - stream.idle_since_ms > _LINGER_MS:
                    self._streams.pop((stream.camera, stream.quality), None)
            elif not stream.subscribers and now_ms - stream.idle_since_ms > _LINGER_MS:
                stream.upstream_end.set()
                await self._commands.live_stop(stream.camera, stream.quality)
            elif now_ms - stream.last_push_ms > _SILENT_UPSTREAM_MS:
                log.warning("upstream silent", camera=stream.camera, quality=stream.quality)
                stream.upstream_end.set()
        except Transient as fault:
            self._tell(stream, _state("away", str(fault)))

    async def _ask(self, stream: _Stream, now_ms: int) -> None:
        if stream.commanded_ms is not None and now_ms - stream.commanded_ms < _COMMAND_AGAIN_MS:
            return
        stream.commanded_ms = now_ms
        if stream.elsewhere_ms is None:
            stream.elsewhere_ms = now_ms + _NEVER_CAME_MS
        wanted = [one.since_ms for one in stream.subscribers if one.since_ms is not None]
        await self._commands.live_start(stream.camera, stream.quality, min(wanted, default=None))

    def _stream(self, camera: CameraId, quality: str) -> _Stream:
        key = (camera, quality)
        if key not in self._streams:
            self._streams[key] = _Stream(camera, quality, _buffer(quality), idle_since_ms=self._clock.monotonic_ms())
        return self._streams[key]

    @staticmethod
    def _tell(stream: _Stream, message: LiveMessage) -> None:
        for subscription in stream.subscribers:
            subscription.give(message)


class Upstream:
    """A node's push: `take` each message; stop when `ended` is set."""

    def __init__(self, stream: _Stream, clock: Clock) -> None:
        self._stream = stream
        self._clock = clock
        self.ended = asyncio.Event()

    def take(self, framed: bytes) -> None:
        """Buffer one message and fan it out; anything but an init and what follows it is `Rejected`."""
        metadata, _ = unpack(framed)
        sound = self._stream.quality == SOUND
        kinds = _SOUNDS if sound else _PICTURES
        kind = kinds.get(metadata["t"])
        if kind is None:
            raise Rejected("live frame", f"a node may push {' and '.join(kinds)} here, not {metadata['t']!r}")
        pts_ms = _pts(metadata) if kind == "au" else 0
        message = LiveMessage(kind, pts_ms, key=sound or metadata.get("key") is True, framed=framed)
        self._stream.last_push_ms = self._clock.monotonic_ms()
        self._stream.buffer.add(message)
        for subscription in self._stream.subscribers:
            subscription.give(message)


def _send_away(stream: _Stream) -> None:
    """Asking on would call the node away from the relay that it pushes to now."""
    log.info("the camera may be at another relay", camera=stream.camera, quality=stream.quality)
    stream.elsewhere_ms = None
    for subscription in stream.subscribers:
        subscription.leave()


def _buffer(quality: str) -> GopBuffer:
    return GopBuffer(_SOUND_BUFFER_MS, _SOUND_BUFFER_BYTES) if quality == SOUND else GopBuffer()


def _pts(metadata: dict[str, object]) -> int:
    pts = metadata.get("pts")
    if not isinstance(pts, int) or isinstance(pts, bool) or pts < 0:
        raise Rejected("live frame.pts", f"{pts!r} is not a time in milliseconds")
    return pts


def _state(state: str, reason: str) -> LiveMessage:
    return LiveMessage("state", 0, key=False, framed=pack({"t": "state", "state": state, "reason": reason}))
