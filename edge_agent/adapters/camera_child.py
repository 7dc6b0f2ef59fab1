"""One camera's process: it alone touches the camera, records, and tells the agent; it ends with its parent."""

import contextlib
import ctypes
import os
import signal
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import structlog
from numpy.typing import NDArray

from edge_agent.adapters.camera_cage import CameraCage
from edge_agent.adapters.camera_outgoing import CameraOutgoing
from edge_agent.adapters.camera_sink import CameraSource, MediaClock, SensorSink
from edge_agent.adapters.camera_wire import (
    CameraOrder,
    Failed,
    Limit,
    Listen,
    LivePacket,
    NetworkTold,
    Record,
    SegmentClosed,
    SegmentDropped,
    Sighted,
    Signs,
    SoundHeard,
    SoundTold,
    Stop,
    StreamChanged,
    SubLost,
    Subscribe,
    Unsubscribe,
)
from edge_agent.adapters.luma_slot import LumaSlot
from edge_agent.adapters.recorder_thread import RecorderThread
from edge_agent.adapters.segment_folder import SegmentFolder
from edge_agent.adapters.segment_writer import SegmentWriter
from edge_agent.adapters.sound_stream import SoundSink
from edge_agent.core.gop_memory import GopMemory
from edge_agent.core.media import Packet, Quality, StreamInfo
from edge_agent.core.record_gate import Passed, RecordGate
from edge_agent.core.sightings import Look
from edge_agent.core.sound import SoundInfo, SoundPacket
from edge_agent.core.timeline import CameraTimes, EncodedPacket
from shared.errors import CctvError, Rejected
from shared.logs import configure_logs
from shared.source_url import parse_source

log = structlog.get_logger("camera")

_SIGNS_S = 0.5
_FINISH_S = 1.2
_PR_SET_PDEATHSIG = 1


def run_camera(order: CameraOrder, connection: Connection, luma: int) -> None:
    """Entry of the process; `luma` is the descriptor of the shared memory."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    stop = threading.Event()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group: the agent decides
    signal.signal(signal.SIGTERM, lambda _number, _frame: stop.set())
    configure_logs()
    structlog.contextvars.bind_contextvars(camera=order.camera)
    cage = CameraCage.of(order)
    if cage is not None:
        cage.enter()
    outgoing = CameraOutgoing(connection)

    def fail(reason: str) -> None:
        outgoing.say(Failed(reason, refused=False))
        stop.set()

    body = _Body(order, outgoing, LumaSlot(luma), fail)
    os.close(luma)
    threading.Thread(target=_obey, args=(connection, body, stop), name="commands", daemon=True).start()
    threading.Thread(target=_tell_signs, args=(body, outgoing, stop), name="signs", daemon=True).start()
    outgoing.start()
    body.recorder.start()
    try:
        source = open_source(
            order, body.clock, body.main_is_watched, body, body, connected=(lambda: None) if cage is None else cage.shut
        )
        body.follow(source)
        source.run(body, stop)
        if not stop.is_set():
            outgoing.say(Failed("the source ended", refused=False))
    except CctvError as fault:
        outgoing.say(Failed(str(fault), refused=isinstance(fault, Rejected)))
    except Exception as fault:  # the outermost edge of the process: its supervisor hears why it ends
        log.exception("camera failed")
        outgoing.say(Failed(f"{type(fault).__name__}: {fault}", refused=False))
    stop.set()
    if not body.recorder.finish(_FINISH_S):
        log.warning("disk too slow to close the segment")
    outgoing.finish(_FINISH_S / 2)
    os._exit(0)  # a thread stuck in a driver or a disk must not keep the process


def open_source(
    order: CameraOrder,
    clock: MediaClock,
    main_is_watched: Callable[[], bool] = lambda: True,
    sensor: SensorSink | None = None,
    ear: SoundSink | None = None,
    connected: Callable[[], None] = lambda: None,
) -> CameraSource:
    """The source that the order names; raises `Rejected` for one that cannot be."""
    source = parse_source(order.source)
    ear = ear if order.audio else None
    if source.module is not None:
        from edge_agent.adapters.picamera import PiCamera
        from edge_agent.adapters.sensor_looks import Sensing

        sensing = None if order.network is None or sensor is None else Sensing(order.network, sensor)
        modules = (*order.before, source.module)
        return PiCamera(modules, clock, order.luma_per_s, order.rules, order.board, sensing)
    if source.device is not None:
        from edge_agent.adapters.v4l2_camera import V4l2Camera

        return V4l2Camera(source.device, clock, order.luma_per_s, order.rules)
    match source.kind:
        case "scene":
            from edge_agent.adapters.scene_camera import SceneCamera

            return SceneCamera(source.text, clock, order.luma_per_s, order.rules)
        case "file":
            from edge_agent.adapters.replay_camera import ReplayCamera

            return ReplayCamera(Path(source.text), clock, order.luma_per_s, order.rules, ear)
        case "rtsp":
            from edge_agent.adapters.rtsp_camera import RtspCamera

            sub = None if order.sub_source is None else parse_source(order.sub_source, "sub_source")
            return RtspCamera(
                source, clock, order.luma_per_s, sub, order.rules, main_is_watched, ear, order.hosts, connected
            )
        case kind:
            raise Rejected("source", f"{kind} is no camera of this node")


class _Body:
    """The sink of this process: times repaired, then recorded, remembered for live views, counted."""

    def __init__(
        self, order: CameraOrder, outgoing: CameraOutgoing, luma: LumaSlot, fail: Callable[[str], None]
    ) -> None:
        self.clock = MediaClock(order.floor_ms)
        self._outgoing = outgoing
        self._luma = luma
        self._times = CameraTimes(order.floor_ms)
        self._streams: dict[Quality, StreamInfo] = {}
        self._memories: dict[Quality, GopMemory[EncodedPacket]] = {"main": GopMemory(), "sub": GopMemory()}
        self._subscribers: dict[int, tuple[Quality, bool]] = {}  # what, and whether it waits for a keyframe
        self._lock = threading.Lock()
        self._luma_lock = threading.Lock()
        self._gate = RecordGate(is_open=order.recording)
        self._gate_lock = threading.Lock()
        self._limits: dict[Quality, float] = {}
        self._limits_lock = threading.Lock()
        self._source: CameraSource | None = None
        self._listened = threading.Event()
        self._frames = self._bytes = 0
        self._frame_ns: int | None = None
        folder = SegmentFolder(order.camera, order.folder)
        self.recorder = RecorderThread(
            lambda: SegmentWriter(
                folder,
                order.bytes_max,
                lambda segment: outgoing.say(SegmentClosed(segment)),
                lambda name: outgoing.say(SegmentDropped(name)),
            ),
            fail,
        )

    def stream(self, quality: Quality, info: StreamInfo) -> None:
        with self._lock:
            self._streams[quality] = info
            self._memories[quality].clear()
            self._subscribers = {
                number: (wanted, waits or wanted == quality) for number, (wanted, waits) in self._subscribers.items()
            }
        self._outgoing.say(StreamChanged(quality, info))

    def packet(self, quality: Quality, packet: EncodedPacket) -> None:
        packet = self._times.place(quality, packet, self.clock.now_ms())
        with self._lock:
            stream = self._streams[quality]
            self._memories[quality].add(packet)
            for number in self._subscribers:
                self._push(number, quality, stream, packet)
        if quality == "main":
            self._frames += 1
            self._bytes += len(packet.data)
            self._frame_ns = time.monotonic_ns()
            with self._gate_lock:
                self._pass(self._gate.add(stream, packet))

    def follow(self, source: CameraSource) -> None:
        """Have what was told of the encoders told to this source, which now begins."""
        with self._limits_lock:
            self._source = source
            for quality, share in self._limits.items():
                source.limit(quality, share)

    def limit(self, quality: Quality, share: float) -> None:
        """Encode a stream with a share of its bitrate."""
        with self._limits_lock:
            self._limits[quality] = share
            if self._source is not None:
                self._source.limit(quality, share)

    def record(self, since_ms: int | None) -> None:
        """Begin or end to record."""
        with self._gate_lock:
            if since_ms is None:
                self._gate.shut()
            else:
                self._pass(self._gate.open(since_ms))

    def _pass(self, passed: list[Passed]) -> None:
        for item in passed:
            if item is None:
                self.recorder.pause()
            else:
                self.recorder.put(*item)

    def luma(self, pts_ms: int, luma: NDArray[np.uint8]) -> None:
        with self._luma_lock:  # both streams may give pictures while one takes over from the other
            self._luma.write(self._times.at(pts_ms), luma)
        self._outgoing.luma()

    def network(self, name: str, fault: str) -> None:
        self._outgoing.say(NetworkTold(name, fault))

    def look(self, look: Look) -> None:
        self._outgoing.sighted(Sighted(Look(self._times.at(look.pts_ms), look.things)))

    def sound(self, info: SoundInfo | None, fault: str) -> None:
        self._outgoing.say(SoundTold(info, fault))

    def heard(self, packet: SoundPacket) -> None:
        self._outgoing.heard(SoundHeard(SoundPacket(packet.data, self._times.at(packet.pts_ms))))

    def is_listened_to(self) -> bool:
        return self._listened.is_set()

    def listen(self, *, wanted: bool) -> None:
        """Whether anybody listens from now on."""
        if wanted:
            self._listened.set()
        else:
            self._listened.clear()

    def sub_lost(self, reason: str, *, refused: bool) -> None:
        with self._lock:
            self._streams.pop("sub", None)
            self._memories["sub"].clear()
            for number, (wanted, _waits) in self._subscribers.items():
                if wanted == "sub":
                    self._subscribers[number] = (wanted, True)
        self._outgoing.say(SubLost(reason, refused))

    def subscribe(self, number: int, quality: Quality, since_ms: int | None) -> None:
        """Send what is remembered, then what comes. While there is no sub stream the main one stands in for it."""
        with self._lock:
            self._subscribers[number] = (quality, True)
            served = self._served(quality)
            stream = self._streams.get(served)
            if stream is not None:
                for packet in self._memories[served].since(since_ms):
                    self._push(number, served, stream, packet)

    def unsubscribe(self, number: int) -> None:
        with self._lock:
            self._subscribers.pop(number, None)

    def main_is_watched(self) -> bool:
        """Whether a live view waits for the main stream's packets, or for the sound that comes with them."""
        if self._listened.is_set():
            return True
        with self._lock:
            return any(self._served(wanted) == "main" for wanted, _waits in self._subscribers.values())

    def signs(self) -> Signs:
        age = None if self._frame_ns is None else (time.monotonic_ns() - self._frame_ns) // 1_000_000
        recorder = self.recorder
        return Signs(
            frame_age_ms=age,
            frames=self._frames,
            bytes=self._bytes,
            dropped_frames=recorder.dropped,
            unsynced_ms=recorder.unsynced_ms(),
            recording_error=recorder.error,
            written_bytes=recorder.written_bytes,
            recorder_turns=recorder.turns,
            media_ms=self.clock.now_ms(),
        )

    def _served(self, wanted: Quality) -> Quality:
        return wanted if wanted in self._streams else "main"

    def _push(self, number: int, quality: Quality, stream: StreamInfo, packet: EncodedPacket) -> None:
        wanted, waits = self._subscribers[number]
        if self._served(wanted) != quality or (waits and not packet.key):
            return
        self._subscribers[number] = (wanted, False)
        if not self._outgoing.live(LivePacket(number, stream, Packet(packet.data, packet.pts_ms, packet.key))):
            for other, (what, _waits) in self._subscribers.items():
                self._subscribers[other] = (what, True)


def _obey(connection: Connection, body: _Body, stop: threading.Event) -> None:
    """Take commands until the agent is gone."""
    with contextlib.suppress(EOFError, OSError):
        while not stop.is_set():
            match connection.recv():
                case Subscribe(number, quality, since_ms):
                    body.subscribe(number, quality, since_ms)
                case Unsubscribe(number):
                    body.unsubscribe(number)
                case Record(since_ms):
                    body.record(since_ms)
                case Limit(quality, share):
                    body.limit(quality, share)
                case Listen(wanted):
                    body.listen(wanted=wanted)
                case Stop():
                    break
    stop.set()


def _tell_signs(body: _Body, outgoing: CameraOutgoing, stop: threading.Event) -> None:
    while not stop.wait(_SIGNS_S):
        outgoing.signs(body.signs())
