"""The light detector's process: decodes what it is shown, looks at the newest pictures; it ends with its parent."""

import contextlib
import ctypes
import os
import resource
import signal
import time
from dataclasses import dataclass, field
from fractions import Fraction
from multiprocessing.connection import Connection

import av
import numpy as np
import structlog

from edge_agent.adapters.detector_wire import (
    Alive,
    DetectorOrder,
    Forget,
    Leave,
    Looked,
    Ready,
    Refused,
    Show,
    ToDetector,
)
from edge_agent.adapters.message_fields import pack_message
from edge_agent.core.media import StreamInfo
from edge_agent.core.pace import Pace
from edge_agent.core.sightings import Look
from edge_agent.ports import LightDetector
from shared.confine import keep_to_files, refuse_calls
from shared.errors import Broken, CctvError
from shared.ids import CameraId
from shared.logs import configure_logs

log = structlog.get_logger("detector")

_ALIVE_S = 0.5
_NICE = 10  # looking may wait, recording may not
_AT_ONCE = 200
_MS = Fraction(1, 1000)
_PR_SET_PDEATHSIG = 1


def run_detector(order: DetectorOrder, connection: Connection) -> None:
    """Entry of the process."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group: the agent decides
    os.nice(_NICE)
    configure_logs()
    _confine(order)
    with contextlib.suppress(EOFError, OSError):
        try:
            detector = open_detector(order)
            detector.detect(np.full((*detector.fit(640, 360)[::-1], 3), 114, np.uint8))
        except CctvError as fault:
            connection.send_bytes(pack_message(Refused(str(fault))))
        except Exception as fault:  # the outermost edge of the process: its supervisor hears why it ends
            log.exception("detector failed to start")
            connection.send_bytes(pack_message(Refused(f"{type(fault).__name__}: {fault}")))
        else:
            connection.send_bytes(pack_message(Ready(detector.name)))
            watch(detector, connection, order.per_s)
    connection.close()
    os._exit(0)  # a thread stuck in a driver must not keep the process


def _confine(order: DetectorOrder) -> None:
    """Streams of cameras are decoded here. Hailo's runtime opens its device and starts what it needs: it cannot be."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if order.kind != "litert":
        return
    try:
        if not keep_to_files(reads=[order.model] if order.labels is None else [order.model, order.labels]):
            log.info("detector may open any file: this kernel has no Landlock")
        refuse_calls()
    except Broken as fault:  # as for what records: `cctv-edge check` tells of it
        log.warning("detector not confined", reason=str(fault))


def open_detector(order: DetectorOrder) -> LightDetector:
    """The detector that the order names; raises `Rejected` for one that cannot be."""
    match order.kind:
        case "litert":
            from edge_agent.adapters.litert import LiteRtDetector

            return LiteRtDetector(order.model, order.labels, order.min_confidence)
        case "hailo":
            from edge_agent.adapters.hailo import HailoDetector

            return HailoDetector(order.model, order.labels, order.min_confidence)


def watch(detector: LightDetector, connection: Connection, per_s: float) -> None:
    """Decode and look until told to leave; `EOFError` or `OSError` when the agent is gone."""
    views: dict[CameraId, _View] = {}
    told_s = time.monotonic()
    while True:
        waits = connection.poll(0 if any(view.fresh for view in views.values()) else _ALIVE_S)
        for _ in range(_AT_ONCE if waits else 0):
            message: ToDetector = connection.recv()
            match message:
                case Show(camera, stream):
                    views.setdefault(camera, _View(Pace(per_s))).take(stream, message)
                case Forget(camera):
                    views.pop(camera, None)
                case Leave():
                    return
            if not connection.poll(0):
                break
        # The one that waits longest comes first: looking takes time, and meanwhile newer pictures arrive.
        fresh = [(view.looked_s, camera) for camera, view in views.items() if view.fresh]
        if fresh:
            _, camera = min(fresh)
            look = views[camera].look(detector)
            if look is not None:
                connection.send_bytes(pack_message(Looked(camera, look)))
        if time.monotonic() - told_s >= _ALIVE_S:
            told_s = time.monotonic()
            connection.send_bytes(pack_message(Alive()))


@dataclass
class _View:
    """One camera's decoder and its newest picture that is due."""

    pace: Pace
    fresh: av.VideoFrame | None = None
    looked_s: float = 0.0
    _stream: StreamInfo | None = None
    _context: "av.VideoCodecContext | None" = field(default=None, repr=False)

    def take(self, stream: StreamInfo, shown: Show) -> None:
        if stream != self._stream:
            self._stream, self._context = stream, None
        if self._context is None:
            if not shown.packet.key:
                return
            self._context = av.VideoCodecContext.create(stream.codec, "r")
            self._context.thread_count = 1
        packet = av.Packet(shown.packet.data)
        packet.pts, packet.time_base = shown.packet.pts_ms, _MS
        try:
            frames = self._context.decode(packet)
        except av.error.FFmpegError:
            self._context = None  # from the next keyframe on
            return
        for frame in frames:
            if frame.pts is not None and self.pace.take(frame.pts):
                self.fresh = frame

    def look(self, detector: LightDetector) -> Look | None:
        """Look at the newest picture; None when that failed."""
        frame, self.fresh = self.fresh, None
        self.looked_s = time.monotonic()
        if frame is None or frame.pts is None:
            return None
        width, height = detector.fit(frame.width, frame.height)
        picture = frame.reformat(width, height, "rgb24").to_ndarray()
        try:
            return Look(frame.pts, detector.detect(np.ascontiguousarray(picture)))
        except Broken as fault:
            log.warning("look failed", error=str(fault))
            return None
