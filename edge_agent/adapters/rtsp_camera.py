"""A network camera by RTSP over TCP: its packets as they come, timed by arrival at first and by itself from there."""

import threading
import time

import av

from edge_agent.adapters.camera_sink import CameraSink, MediaClock
from edge_agent.adapters.packet_stream import PacketStream
from edge_agent.core.source_url import Source
from shared.errors import Rejected, Transient

_OPEN_S = 8.0
_READ_S = 5.0
_DRIFT_MS = 2_000


class RtspCamera:
    """Raises `Transient` when the camera is away, `Rejected` when it refuses us; no password is ever shown."""

    def __init__(self, source: Source, clock: MediaClock, luma_per_s: float) -> None:
        self._source = source
        self._clock = clock
        self._luma_per_s = luma_per_s

    def run(self, sink: CameraSink, stop: threading.Event) -> None:
        options = {
            "rtsp_transport": "tcp",
            "allowed_media_types": "video",
            "protocol_whitelist": "rtsp,rtsps,rtp,tcp,tls,crypto",
            "max_delay": "500000",
        }
        try:
            with av.open(
                self._source.text, format="rtsp", options=options, timeout=(_OPEN_S, _READ_S), buffer_size=1 << 18
            ) as container:
                if not container.streams.video:
                    raise Rejected("source", f"{self._source.shown}: offers no video")
                self._follow(container, sink, stop)
        except (av.error.HTTPUnauthorizedError, av.error.HTTPForbiddenError):
            raise Rejected("source", f"{self._source.shown}: refuses these credentials") from None
        except (av.error.FFmpegError, OSError) as fault:
            raise Transient(
                f"{self._source.shown}: {getattr(fault, 'strerror', None) or type(fault).__name__}"
            ) from None

    def _follow(self, container: av.container.InputContainer, sink: CameraSink, stop: threading.Event) -> None:
        video = container.streams.video[0]
        packets = PacketStream(video, sink, self._luma_per_s)
        offset_ms: float | None = None
        begun_ns, last_ms = time.monotonic_ns(), 0.0
        for packet in container.demux(video):
            if stop.is_set():
                return
            if packet.size == 0:
                continue
            now_ms = self._clock.now_ms()
            if packet.dts is None and packet.pts is None:
                # Before the first sender report some cameras give no time: take the arrival's.
                last_ms = max(last_ms + 1, (time.monotonic_ns() - begun_ns) / 1e6)
                packet.dts = packet.pts = round(last_ms / 1000 / float(packet.time_base))
            ticks = packet.dts if packet.dts is not None else packet.pts
            at_ms = float((ticks or 0) * packet.time_base) * 1000
            if offset_ms is None or abs(at_ms + offset_ms - now_ms) > _DRIFT_MS:
                offset_ms = now_ms - at_ms
            packets.take(packet, offset_ms)
        raise Transient(f"{self._source.shown}: the stream ended")
