"""What picamera2's encoders make, given to a sink with the time at which the sensor saw it."""

import importlib
import time
from collections.abc import Callable
from typing import Any

import structlog

from edge_agent.adapters.camera_sink import CameraSink, MediaClock
from edge_agent.core.codec import codec_string, is_key
from edge_agent.core.media import Quality, StreamInfo
from edge_agent.core.timeline import EncodedPacket
from shared.module_streams import EncodedStream

log = structlog.get_logger("camera")

_OLDEST_MS = 2_000


class SensorTime:
    """Where the sensor's time since boot lies in media time: set once, by whichever stream is first, for both."""

    def __init__(self, clock: MediaClock) -> None:
        self._clock = clock
        self._offset_ms: float | None = None

    def media_ms(self, taken_us: float) -> float:
        """Media time of a frame that the sensor took then."""
        if self._offset_ms is None:
            age_ms = time.clock_gettime_ns(time.CLOCK_BOOTTIME) / 1e6 - taken_us / 1000
            late_ms = age_ms if 0 <= age_ms < _OLDEST_MS else 0.0
            self._offset_ms = self._clock.now_ms() - late_ms - taken_us / 1000
        return self._offset_ms + taken_us / 1000


def make_output(encoder: Any, sink: CameraSink, anchor: SensorTime, quality: Quality, stream: EncodedStream) -> Any:
    """An output of picamera2 that gives what `encoder` makes to the sink."""
    parent: Any = importlib.import_module("picamera2.outputs").Output
    packets = _Packets(sink, anchor, lambda: encoder.firsttimestamp, quality, stream)

    class SinkOutput(parent):  # type: ignore[misc]  # from a package without types
        """Called by the camera's own thread, which ends silently when anything is raised here."""

        def outputframe(
            self,
            frame: Any,
            keyframe: bool = True,
            timestamp: int | None = None,
            packet: Any = None,  # noqa: ARG002 - given by position
            audio: bool = False,
        ) -> None:
            if audio or timestamp is None:
                return
            try:
                packets.take(bytes(frame), timestamp, key=keyframe)
            except Exception:
                log.exception("packet lost")

    return SinkOutput()


class _Packets:
    """`timestamp` counts microseconds from the encoder's first frame, which it stamps with the time since boot."""

    def __init__(
        self,
        sink: CameraSink,
        anchor: SensorTime,
        first_us: Callable[[], int | None],
        quality: Quality,
        stream: EncodedStream,
    ) -> None:
        self._sink = sink
        self._anchor = anchor
        self._first_us = first_us
        self._quality: Quality = quality
        self._stream = stream
        self._begun_us: int | None = None
        self._told = False

    def take(self, data: bytes, timestamp_us: int, *, key: bool) -> None:
        key = key or is_key("h264", data)
        if self._begun_us is None:
            self._begun_us = self._first_us() or 0
        if not self._told and key:
            self._told = True
            name = codec_string("h264", data) or "avc1.42c01f"
            self._sink.stream(self._quality, StreamInfo("h264", name, *self._stream.size_px, float(self._stream.fps)))
        if self._told:
            at_ms = round(self._anchor.media_ms(self._begun_us + timestamp_us))
            self._sink.packet(self._quality, EncodedPacket(data, at_ms, at_ms, round(1000 / self._stream.fps), key))
