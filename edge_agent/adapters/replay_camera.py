"""A file as a camera: replayed in real time, over and over; the log tells when each replay begins."""

import threading
from pathlib import Path

import av
import structlog

from edge_agent.adapters.camera_sink import CameraSink, MediaClock
from edge_agent.adapters.packet_stream import PacketStream
from shared.errors import Rejected

log = structlog.get_logger("camera")

_EARLY_MS = 2


class ReplayCamera:
    """Raises `Rejected` (field `source`) for what is no readable video."""

    def __init__(self, path: Path, clock: MediaClock, luma_per_s: float) -> None:
        if not path.is_file():
            raise Rejected("source", f"{path.name}: no such file")
        self._path = path
        self._clock = clock
        self._luma_per_s = luma_per_s

    def run(self, sink: CameraSink, stop: threading.Event) -> None:
        try:
            # A playlist must not make this machine open other places.
            with av.open(str(self._path), options={"protocol_whitelist": "file"}) as container:
                if not container.streams.video:
                    raise Rejected("source", f"{self._path.name}: holds no video stream")
                self._replay(container, sink, stop)
        except (av.error.FFmpegError, OSError, ValueError) as fault:
            reason = getattr(fault, "strerror", None) or fault
            raise Rejected("source", f"{self._path.name}: {reason}") from None

    def _replay(self, container: av.container.InputContainer, sink: CameraSink, stop: threading.Event) -> None:
        video = container.streams.video[0]
        packets = PacketStream(video, sink, self._luma_per_s)
        period_ms = 1000 / packets.fps
        begin_ms = float(self._clock.now_ms())
        while not stop.is_set():
            log.info("replay begins", start_ms=round(begin_ms))
            first_ms: float | None = None
            end_ms, number = 0.0, 0
            for packet in container.demux(video):
                if packet.size == 0 and packet.dts is None and packet.pts is None:
                    continue
                if packet.dts is None:
                    # Raw streams carry no times at all: count frames.
                    ticks = round(number * period_ms / 1000 / float(packet.time_base))
                    packet.dts = packet.pts = ticks
                number += 1
                at_ms = float(packet.dts * packet.time_base) * 1000
                first_ms = at_ms if first_ms is None else first_ms
                lasts_ms = float(packet.duration * packet.time_base) * 1000 if packet.duration else period_ms
                end_ms = max(end_ms, at_ms - first_ms + lasts_ms)
                due_ms = begin_ms + at_ms - first_ms
                while not stop.is_set() and (wait_ms := due_ms - self._clock.now_ms()) > _EARLY_MS:
                    stop.wait(wait_ms / 1000)
                if stop.is_set():
                    return
                packets.take(packet, begin_ms - first_ms)
            if number == 0:
                raise Rejected("source", f"{self._path.name}: holds no picture")
            begin_ms += end_ms
            container.seek(0)
            packets.restart()
