"""A camera module on a Raspberry Pi through picamera2: H.264 main stream, the ISP's second output as sub and luma."""

import contextlib
import importlib
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import structlog

from edge_agent.adapters.camera_sink import CameraSink, MediaClock
from edge_agent.core.codec import codec_string, is_key
from edge_agent.core.media import Quality, StreamInfo
from edge_agent.core.pace import Pace
from edge_agent.core.pi_board import EncoderKind, encoder_of
from edge_agent.core.timeline import EncodedPacket
from shared.errors import Rejected, Transient

log = structlog.get_logger("camera")

_MAIN_PX = (1280, 720)
_LORES_PX = (640, 360)
_FPS = 15
_BITRATE_BPS = 4_000_000
_SUB_BITRATE_BPS = 500_000
_GOP_FRAMES = 2 * _FPS
_FRAME_WAIT_S = 2.0
_CLOSE_S = 0.5
_MODEL = Path("/proc/device-tree/model")
# picamera2 would choose a mode that crops a quarter of the width: ask for the whole sensor, binned.
_WHOLE_SENSOR_PX = {"ov5647": (1296, 972)}


class PiCamera:
    """Raises `Rejected` without picamera2, camera or a known board, `Transient` when frames stop."""

    def __init__(self, number: int, clock: MediaClock, luma_per_s: float, model: Path = _MODEL) -> None:
        self._number = number
        self._clock = clock
        self._pace = Pace(luma_per_s)
        self._model = model

    def run(self, sink: CameraSink, stop: threading.Event) -> None:
        try:
            library = importlib.import_module("picamera2")
        except ImportError as fault:
            raise Rejected("source", f"picamera2 is not installed (apt install python3-picamera2): {fault}") from None
        kind = encoder_of(self._read_model())
        found = library.Picamera2.global_camera_info()
        if self._number >= len(found):
            raise Rejected("source", f"picamera://{self._number} is not there: {len(found)} camera modules are found")
        try:
            self._deliver(library, kind, str(found[self._number].get("Model", "")), sink, stop)
        except (RuntimeError, OSError, TimeoutError) as fault:
            raise Transient(f"picamera://{self._number}: {fault}") from fault

    def _deliver(self, library: Any, kind: EncoderKind, sensor: str, sink: CameraSink, stop: threading.Event) -> None:
        camera = library.Picamera2(self._number)
        try:
            camera.configure(
                camera.create_video_configuration(
                    main={"size": _MAIN_PX, "format": "YUV420"},
                    lores={"size": _LORES_PX, "format": "YUV420"},
                    raw={"size": _WHOLE_SENSOR_PX[sensor]} if sensor in _WHOLE_SENSOR_PX else {},
                    controls={"FrameRate": _FPS},
                    buffer_count=6,
                    display=None,
                    encode="main",
                )
            )
            anchor = SensorTime(self._clock)
            # Both within what one VC4 encodes in all (245760 macroblocks a second): 54000 and 13800.
            main, sub = make_encoder(kind), make_encoder(kind, _SUB_BITRATE_BPS)
            camera.start_encoder(main, make_output(main, sink, anchor), name="main")
            camera.start_encoder(sub, make_output(sub, sink, anchor, "sub", _LORES_PX), name="lores")
            camera.start()
            width, height = _LORES_PX
            while not stop.is_set():
                # A camera that stalls raises nothing and delivers nothing: only this timeout tells.
                picture = camera.capture_array("lores", wait=_FRAME_WAIT_S)
                now_ms = self._clock.now_ms()
                if self._pace.take(now_ms):
                    sink.luma(now_ms, picture[:height, :width].copy())
        finally:
            _close(camera)

    def _read_model(self) -> str:
        try:
            return self._model.read_text(encoding="utf-8")
        except OSError:
            return ""


def make_encoder(kind: EncoderKind, bitrate_bps: int = _BITRATE_BPS) -> Any:
    """The encoder of this board; raises `Rejected` where picamera2 took the board for another one."""
    encoders = importlib.import_module("picamera2.encoders")
    platform = importlib.import_module("picamera2.platform")
    seen = "hardware" if platform.get_platform() == platform.Platform.VC4 else "software"
    if kind == "software":
        # picamera2 takes any board for an old one when it may not open /dev/video*: name the encoder ourselves.
        encoder = _software_encoder(encoders.LibavH264Encoder)(
            bitrate=bitrate_bps, repeat=True, iperiod=_GOP_FRAMES, framerate=_FPS
        )
        encoder.threads = 2
        return encoder
    if seen != kind:
        raise Rejected("source", "the video devices do not belong to this board: look at /dev/video* and group 'video'")
    return encoders.H264Encoder(bitrate=bitrate_bps, repeat=True, iperiod=_GOP_FRAMES)


def _software_encoder(parent: Any) -> Any:
    class CctvH264(parent):  # type: ignore[misc]  # from a package without types
        """x264 without delay, with a bounded rate and a fixed distance of keyframes."""

        def _start(self) -> None:
            super()._start()
            context = self._stream.codec_context
            # Frame threads would hold back a frame each.
            context.thread_type = av.codec.context.ThreadType.SLICE
            context.options.update({"maxrate": str(self.bitrate), "bufsize": str(self.bitrate), "sc_threshold": "0"})

    return CctvH264


class SensorTime:
    """Where the sensor's time since boot lies in media time: set once, by whichever stream is first, for both."""

    def __init__(self, clock: MediaClock) -> None:
        self._clock = clock
        self._offset_ms: float | None = None

    def media_ms(self, taken_us: float) -> float:
        """Media time of a frame that the sensor took then."""
        if self._offset_ms is None:
            age_ms = time.clock_gettime_ns(time.CLOCK_BOOTTIME) / 1e6 - taken_us / 1000
            late_ms = age_ms if 0 <= age_ms < _FRAME_WAIT_S * 1000 else 0.0
            self._offset_ms = self._clock.now_ms() - late_ms - taken_us / 1000
        return self._offset_ms + taken_us / 1000


def make_output(
    encoder: Any, sink: CameraSink, anchor: SensorTime, quality: Quality = "main", size_px: tuple[int, int] = _MAIN_PX
) -> Any:
    """An output of picamera2 that gives what `encoder` makes to the sink."""
    parent: Any = importlib.import_module("picamera2.outputs").Output
    packets = _Packets(sink, anchor, lambda: encoder.firsttimestamp, quality, size_px)

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
        size_px: tuple[int, int],
    ) -> None:
        self._sink = sink
        self._anchor = anchor
        self._first_us = first_us
        self._quality: Quality = quality
        self._size_px = size_px
        self._begun_us: int | None = None
        self._told = False

    def take(self, data: bytes, timestamp_us: int, *, key: bool) -> None:
        key = key or is_key("h264", data)
        if self._begun_us is None:
            self._begun_us = self._first_us() or 0
        if not self._told and key:
            self._told = True
            name = codec_string("h264", data) or "avc1.42c01f"
            self._sink.stream(self._quality, StreamInfo("h264", name, *self._size_px, float(_FPS)))
        if self._told:
            at_ms = round(self._anchor.media_ms(self._begun_us + timestamp_us))
            self._sink.packet(self._quality, EncodedPacket(data, at_ms, at_ms, round(1000 / _FPS), key))


def _close(camera: Any) -> None:
    """Closing may hang for ever after a stall: the process does not wait for it."""

    def close() -> None:
        with contextlib.suppress(Exception):
            camera.stop_encoder()
            camera.stop()
            camera.close()

    thread = threading.Thread(target=close, name="closing", daemon=True)
    thread.start()
    thread.join(_CLOSE_S)
