"""Take a snapshot: a camera's newest keyframe as a JPEG, made at most once a second whoever asks."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from edge_agent.core.media import Packet, StreamInfo
from edge_agent.ports import CameraFeed, PictureMaker
from shared.clock import Clock
from shared.errors import Transient
from shared.ids import CameraId

_FRESH_MS = 1_000
_KEYFRAME_S = 5.0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A picture and the media time that it shows."""

    jpeg: bytes
    pts_ms: int


class Snapshots:
    """All cameras' pictures; asking for one of them twice at once makes it once."""

    def __init__(
        self,
        feeds: Mapping[CameraId, CameraFeed],
        maker: PictureMaker,
        clock: Clock,
        *,
        keyframe_s: float = _KEYFRAME_S,
    ) -> None:
        self._feeds = feeds
        self._maker = maker
        self._clock = clock
        self._keyframe_s = keyframe_s
        self._busy = {camera: asyncio.Lock() for camera in feeds}
        self._taken: dict[CameraId, tuple[int, Snapshot]] = {}

    async def take(self, camera: CameraId) -> Snapshot:
        """The newest; `Transient` while the camera gives none: an old picture is never shown as today's."""
        async with self._busy[camera]:
            now_ms = self._clock.monotonic_ms()
            taken = self._taken.get(camera)
            if taken is not None and now_ms - taken[0] < _FRESH_MS:
                return taken[1]
            self._taken.pop(camera, None)
            feed = self._feeds[camera]
            if (state := feed.signs().state) != "live":
                raise Transient(f"the camera is {state}")
            snapshot = await self._make(feed)
            self._taken[camera] = (self._clock.monotonic_ms(), snapshot)
            return snapshot

    async def _make(self, feed: CameraFeed) -> Snapshot:
        try:
            async with asyncio.timeout(self._keyframe_s), feed.live("main", None) as packets:
                stream, packet = await _keyframe(packets)
        except TimeoutError:
            raise Transient("the camera gave no keyframe in time") from None
        return Snapshot(await self._maker.jpeg(stream, packet), packet.pts_ms)


async def _keyframe(packets: AsyncIterator[tuple[StreamInfo, Packet]]) -> tuple[StreamInfo, Packet]:
    async for stream, packet in packets:
        if packet.key:
            return stream, packet
    raise Transient("the camera's stream ended")
