"""Push live: while told to, a camera's packets go to the relay, framed, over one socket per camera and quality."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from types import MappingProxyType

import structlog

from edge_agent.core.live_gate import LiveGate
from edge_agent.core.media import Packet, Quality, StreamInfo
from edge_agent.flows.push_piece import PiecePushing
from edge_agent.flows.push_sound import Ear, SoundPushing
from edge_agent.flows.share_uplink import UplinkSharing, View
from edge_agent.ports import CameraFeed, LivePush, Ring
from shared.errors import CctvError
from shared.ids import CameraId
from shared.live import pack

log = structlog.get_logger("live")

Key = tuple[CameraId, Quality]


@dataclass(slots=True, eq=False)
class _Dial:
    """A push that has not reached the relay yet."""

    path: str
    since_ms: int | None

    def begin_by(self, since_ms: int | None) -> None:
        """Begin no later than this; None: with the newest picture."""
        if since_ms is not None:
            self.since_ms = since_ms if self.since_ms is None else min(self.since_ms, since_ms)


class LivePushing:
    """The pushes that run now. Dialling again is the relay's business: it commands again."""

    def __init__(
        self, push: LivePush, sharing: UplinkSharing, ring: Ring, ears: Mapping[CameraId, Ear] = MappingProxyType({})
    ) -> None:
        self.pieces = PiecePushing(ring, push, sharing)
        self.sound = SoundPushing(ears, push, sharing)
        self._push = push
        self._sharing = sharing
        self._tasks: dict[Key, asyncio.Task[None]] = {}
        self._dials: dict[Key, _Dial] = {}

    def start(self, feed: CameraFeed, quality: Quality, path: str, since_ms: int | None) -> None:
        """Begin a push; one that runs for the same camera and quality is replaced, one that still dials goes on.

        The relay asks again every two seconds: a proxy that takes as long to turn from a frozen controller to the
        other one would else never get there.
        """
        key = (feed.camera, quality)
        dial = self._dials.get(key)
        if dial is not None and dial.path == path:
            dial.begin_by(since_ms)
            return
        self.stop(feed.camera, quality)
        dial = self._dials[key] = _Dial(path, since_ms)
        task = asyncio.create_task(self._run(feed, quality, dial), name=f"live {feed.camera} {quality}")
        self._tasks[key] = task
        task.add_done_callback(lambda done: self._ended(key, done))

    def stop(self, camera: CameraId, quality: Quality) -> None:
        """End a push; none is fine."""
        self._dials.pop((camera, quality), None)
        task = self._tasks.pop((camera, quality), None)
        if task is not None:
            task.cancel()

    async def close(self) -> None:
        """End all."""
        await self.pieces.close()
        await self.sound.close()
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ended(self, key: Key, task: asyncio.Task[None]) -> None:
        if self._tasks.get(key) is task:
            del self._tasks[key]
            self._dials.pop(key, None)
        if not task.cancelled() and (fault := task.exception()) is not None:
            log.error("push broke", camera=key[0], quality=key[1], error=repr(fault))

    async def _run(self, feed: CameraFeed, quality: Quality, dial: _Dial) -> None:
        log.info("push begins", camera=feed.camera, quality=quality)
        sharing = self._sharing
        wants = (lambda: feed.signs().bitrate_bps / 8) if quality == "main" else (lambda: 0.0)
        try:
            async with self._push.connect(dial.path) as socket:
                if self._dials.get((feed.camera, quality)) is dial:
                    del self._dials[(feed.camera, quality)]
                with sharing.view(wants) as view:
                    async with aclosing(self._fitting(feed, quality, dial.since_ms, view)) as packets:
                        async for frame in framed(feed.camera, quality, packets):
                            with sharing.sending(view, len(frame)):
                                await socket.send(frame)
        except CctvError as fault:
            log.info("push ended", camera=feed.camera, quality=quality, reason=str(fault))

    async def _fitting(
        self, feed: CameraFeed, quality: Quality, since_ms: int | None, view: View
    ) -> AsyncGenerator[tuple[StreamInfo, Packet], None]:
        """The stream that the line carries now, without what is too late to be live."""
        gate = LiveGate()
        while True:
            chosen = self._chosen(feed, quality)
            async with feed.live(chosen, since_ms) as packets:
                async for stream, packet in packets:
                    if self._chosen(feed, quality) != chosen:
                        break
                    keys_only = quality == "main" and self._sharing.live == "small" and chosen == "main"
                    now_ms = self._sharing.clock.monotonic_ms()
                    goes = gate.take(packet.pts_ms, now_ms, key=packet.key, keys_only=keys_only)
                    view.lag_ms = gate.lag_ms
                    if goes:
                        yield stream, packet
                else:
                    return
            log.info("push changes", camera=feed.camera, quality=quality, to=self._chosen(feed, quality))
            gate.switch()
            since_ms = None

    def _chosen(self, feed: CameraFeed, quality: Quality) -> Quality:
        """A camera without a small stream shows the keyframes of its only one."""
        thin = self._sharing.live == "small" and feed.signs().sub is not None
        return "sub" if thin else quality


async def framed(
    camera: CameraId, quality: Quality, packets: AsyncIterator[tuple[StreamInfo, Packet]]
) -> AsyncIterator[bytes]:
    """Packets as live frames: an init before the first and whenever the stream changes."""
    told: StreamInfo | None = None
    seq = 0
    async for stream, packet in packets:
        if stream != told:
            yield _init(camera, quality, stream)
            told = stream
        yield pack({"t": "au", "pts": packet.pts_ms, "key": packet.key, "seq": seq}, packet.data)
        seq += 1


def _init(camera: CameraId, quality: Quality, stream: StreamInfo) -> bytes:
    return pack(
        {
            "t": "init",
            "codec": stream.codec_string,
            "width": stream.width_px,
            "height": stream.height_px,
            "fps": stream.fps,
            "camera": camera,
            "quality": quality,
        }
    )
