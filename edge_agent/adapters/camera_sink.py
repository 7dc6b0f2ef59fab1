"""What a source gives to its camera process, and the media clock that both count by."""

import threading
import time
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from edge_agent.core.media import Quality, StreamInfo
from edge_agent.core.sightings import Look
from edge_agent.core.timeline import EncodedPacket


class CameraSink(Protocol):
    """Takes what a source delivers, never waits, never raises."""

    def stream(self, quality: Quality, info: StreamInfo) -> None:
        """Before a stream's first packet, and when it changes."""
        ...

    def packet(self, quality: Quality, packet: EncodedPacket) -> None:
        """Packets in decode order."""
        ...

    def luma(self, pts_ms: int, luma: NDArray[np.uint8]) -> None:
        """A small grey picture for motion."""
        ...

    def sub_lost(self, reason: str, *, refused: bool) -> None:
        """The sub stream is away; `refused` when trying again can hardly help."""
        ...


class SensorSink(Protocol):
    """Takes what a camera module's sensor sees by itself, never waits, never raises."""

    def network(self, name: str, fault: str) -> None:
        """What runs on the sensor, or why nothing does."""
        ...

    def look(self, look: Look) -> None:
        """What one of the camera's pictures showed, at its time."""
        ...


class CameraSource(Protocol):
    """Something that sees."""

    def limit(self, quality: Quality, share: float) -> None:
        """Encode this stream with this share of its bitrate from now on, in any thread; what is copied stays."""
        ...

    def run(self, sink: CameraSink, stop: threading.Event) -> None:
        """Deliver until `stop`. Raises `Transient` when the source went away, `Rejected` when it can never work."""
        ...


class MediaClock:
    """Unix milliseconds that never go back: the wall clock at the start, the monotonic clock from there."""

    def __init__(self, floor_ms: int = 0) -> None:
        self._wall_ms = max(time.time_ns() // 1_000_000, floor_ms + 1)
        self._start_ns = time.monotonic_ns()

    def now_ms(self) -> int:
        """Media time now."""
        return self._wall_ms + (time.monotonic_ns() - self._start_ns) // 1_000_000
