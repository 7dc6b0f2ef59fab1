"""Push live: while told to, a camera's packets go to the relay, framed, over one socket per camera and quality."""

import asyncio
from collections.abc import AsyncIterator

import structlog

from edge_agent.core.media import Packet, Quality, StreamInfo
from edge_agent.ports import CameraFeed, LivePush
from shared.errors import CctvError
from shared.ids import CameraId
from shared.live import pack

log = structlog.get_logger("live")

Key = tuple[CameraId, Quality]


class LivePushing:
    """The pushes that run now. Dialling again is the relay's business: it commands again."""

    def __init__(self, push: LivePush) -> None:
        self._push = push
        self._tasks: dict[Key, asyncio.Task[None]] = {}

    def start(self, feed: CameraFeed, quality: Quality, path: str, since_ms: int | None) -> None:
        """Begin a push; one that runs for the same camera and quality is replaced."""
        self.stop(feed.camera, quality)
        key = (feed.camera, quality)
        task = asyncio.create_task(self._run(feed, quality, path, since_ms), name=f"live {feed.camera} {quality}")
        self._tasks[key] = task
        task.add_done_callback(lambda done: self._ended(key, done))

    def stop(self, camera: CameraId, quality: Quality) -> None:
        """End a push; none is fine."""
        task = self._tasks.pop((camera, quality), None)
        if task is not None:
            task.cancel()

    async def close(self) -> None:
        """End all."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ended(self, key: Key, task: asyncio.Task[None]) -> None:
        if self._tasks.get(key) is task:
            del self._tasks[key]
        if not task.cancelled() and (fault := task.exception()) is not None:
            log.error("push broke", camera=key[0], quality=key[1], error=repr(fault))

    async def _run(self, feed: CameraFeed, quality: Quality, path: str, since_ms: int | None) -> None:
        log.info("push begins", camera=feed.camera, quality=quality)
        try:
            async with self._push.connect(path) as socket, feed.live(quality, since_ms) as packets:
                async for frame in framed(feed.camera, quality, packets):
                    await socket.send(frame)
        except CctvError as fault:
            log.info("push ended", camera=feed.camera, quality=quality, reason=str(fault))


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
