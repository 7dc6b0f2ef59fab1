"""A camera module on a Raspberry Pi through picamera2: H.264 main stream, the ISP's second output as sub and luma."""

import contextlib
import importlib
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import structlog

from edge_agent.adapters.camera_sink import CameraSink, MediaClock
from edge_agent.adapters.picamera_encoder import make_encoder, set_bitrate
from edge_agent.adapters.picamera_output import SensorTime, make_output
from edge_agent.adapters.picture_marks import PictureMarks, array_planes
from edge_agent.adapters.sensor_looks import Sensing, SensorLooks, open_network
from edge_agent.core.media import Quality
from edge_agent.core.pace import Pace
from edge_agent.core.pi_board import EncoderKind, board_of, check_modules
from edge_agent.core.picture_rules import PictureRules
from edge_agent.core.sensor_modes import whole_sensor_mode
from edge_agent.core.shedding import pictures_every
from shared.errors import Rejected, Transient
from shared.module_streams import ModuleStreams

log = structlog.get_logger("camera")

_FRAME_WAIT_S = 2.0
_STEP_S = 0.5
_LOADING_WAIT_S = 290.0  # the agent waits a little longer
_CLOSE_S = 0.5


class PiCamera:
    """Raises `Rejected` without picamera2, camera or a board that can encode it, `Transient` when frames stop."""

    def __init__(
        self,
        modules: Sequence[ModuleStreams],
        clock: MediaClock,
        luma_per_s: float,
        rules: PictureRules,
        model: Path,
        sensing: Sensing | None = None,
    ) -> None:
        """The last of `modules` is this camera's; the others are the node's cameras before it, which go first."""
        self._modules = modules
        self._streams = modules[-1]
        self._clock = clock
        self._luma_per_s = luma_per_s
        self._rules = rules
        self._model = model
        self._sensing = sensing
        self._encoders: dict[Quality, Any] = {}
        self._shares: dict[Quality, float] = {}

    def run(self, sink: CameraSink, stop: threading.Event) -> None:
        try:
            library = importlib.import_module("picamera2")
        except ImportError as fault:
            raise Rejected("source", f"picamera2 is not installed (apt install python3-picamera2): {fault}") from None
        board = board_of(self._read_model())
        check_modules(board, self._modules)
        number = self._streams.number
        found = library.Picamera2.global_camera_info()
        if number >= len(found):
            raise Rejected("source", f"picamera://{number} is not there: {len(found)} camera modules are found")
        try:
            self._deliver(library, board.encoder, found[number], sink, stop)
        except (RuntimeError, OSError, TimeoutError) as fault:
            raise Transient(f"picamera://{number}: {fault}") from fault

    def limit(self, quality: Quality, share: float) -> None:
        """Encode with this share of the configured rate from now on, at half or less every second picture."""
        self._shares[quality] = share
        encoder = self._encoders.get(quality)
        if encoder is not None:
            stream = self._streams.main if quality == "main" else self._streams.sub
            try:
                every = pictures_every(share, stream.fps)
                encoder.frame_skip_count = every * (self._streams.sub_every if quality == "sub" else 1)
                set_bitrate(encoder, round(stream.bitrate_bps * share * every))  # it counts pictures, not time
            except OSError as fault:
                log.warning("the encoder keeps its bitrate", reason=str(fault))

    def _deliver(
        self, library: Any, kind: EncoderKind, found: Mapping[str, Any], sink: CameraSink, stop: threading.Event
    ) -> None:
        main, sub = self._streams.main, self._streams.sub
        sensor = str(found.get("Model", ""))
        mode = whole_sensor_mode(sensor, main.size_px, main.fps)
        if mode is None:
            log.info("the sensor chooses its own mode, which may crop the view", sensor=sensor)
        looks = None
        network = None if self._sensing is None else open_network(self._sensing, found, self._streams.number)
        camera = library.Picamera2(self._streams.number)
        try:
            if network is not None and self._sensing is not None:
                looks = SensorLooks(network, self._sensing, camera, main.size_px, self._rules.privacy)
            camera.configure(
                camera.create_video_configuration(
                    main={"size": main.size_px, "format": "YUV420"},
                    lores={"size": sub.size_px, "format": "YUV420"},
                    raw={} if mode is None else {"size": mode},
                    controls={"FrameRate": main.fps},
                    buffer_count=6,
                    display=None,
                    encode="main",
                )
            )
            anchor = SensorTime(self._clock)
            seen = _Seen(self._streams, self._rules, anchor, sink, Pace(self._luma_per_s), looks)
            seen.attach(camera)
            encoders: dict[Quality, Any] = {
                "main": make_encoder(kind, main),
                "sub": make_encoder(kind, sub, self._streams.sub_every),
            }
            outputs = {
                "main": make_output(encoders["main"], sink, anchor, "main", main),
                "sub": make_output(encoders["sub"], sink, anchor, "sub", sub),
            }
            camera.start_encoder(encoders["main"], outputs["main"], name="main")
            camera.start_encoder(encoders["sub"], outputs["sub"], name="lores")
            self._encoders = encoders
            for quality, share in list(self._shares.items()):
                self.limit(quality, share)
            camera.start()
            if looks is not None:
                looks.start()
            seen.watch(stop, _FRAME_WAIT_S if looks is None else _LOADING_WAIT_S)
        finally:
            self._encoders = {}
            if looks is not None:
                looks.end()
            _close(camera)

    def _read_model(self) -> str:
        try:
            return self._model.read_text(encoding="utf-8")
        except OSError:
            return ""


class _Seen:
    """Sees every picture in the camera's own thread: hides, shows motion, then writes, before it is encoded."""

    def __init__(
        self,
        streams: ModuleStreams,
        rules: PictureRules,
        anchor: SensorTime,
        sink: CameraSink,
        pace: Pace,
        looks: SensorLooks | None,
    ) -> None:
        self._sizes = {"main": streams.main.size_px, "lores": streams.sub.size_px}
        self._marks = PictureMarks(rules)
        self._anchor = anchor
        self._sink = sink
        self._pace = pace
        self._looks = looks
        self._came = threading.Event()
        self._fault = ""
        self._mapped = importlib.import_module("picamera2.request").MappedArray

    def attach(self, camera: Any) -> None:
        """Have it called for each picture."""
        camera.pre_callback = self._before
        if self._marks.writes:
            camera.post_callback = self._after

    def watch(self, stop: threading.Event, first_s: float) -> None:
        """Until `stop`; raises `TimeoutError` when no picture comes: a camera that stalls raises nothing itself.

        `first_s`: how long the first picture may take.
        """
        patience_s, waited_s = first_s, 0.0
        while not stop.is_set():
            if not self._came.wait(_STEP_S):
                waited_s += _STEP_S
                if waited_s >= patience_s:
                    raise TimeoutError(f"no picture for {waited_s:.0f} s")
                continue
            self._came.clear()
            patience_s, waited_s = _FRAME_WAIT_S, 0.0
            if self._fault:
                raise RuntimeError(self._fault)

    def _before(self, request: Any) -> None:
        try:
            if self._marks.hides:
                for name, size in self._sizes.items():
                    with self._mapped(request, name) as memory:
                        self._marks.hide(array_planes(memory.array, size))
            metadata = request.get_metadata()
            at_ms = self._time_of(metadata)
            if self._looks is not None:
                self._looks.offer(at_ms, metadata)
            if self._pace.take(at_ms):
                with self._mapped(request, "lores", write=False) as memory:
                    luma = array_planes(memory.array, self._sizes["lores"]).y
                    luma = luma[: luma.shape[0] // 8 * 8, : luma.shape[1] // 8 * 8].copy()  # whole blocks
                self._sink.luma(at_ms, luma)
        except Exception as fault:
            # Ends the camera's thread, and the camera with it: better no picture than one that shows too much.
            self._fault = f"{type(fault).__name__}: {fault}"
            raise
        finally:
            self._came.set()

    def _after(self, request: Any) -> None:
        try:
            at_ms = self._time_of(request.get_metadata())
            for name, size in self._sizes.items():
                with self._mapped(request, name) as memory:
                    self._marks.write(array_planes(memory.array, size), at_ms)
        except Exception:  # the camera's thread would end: recording goes on without a clock
            log.exception("overlay failed")

    def _time_of(self, metadata: Mapping[str, Any]) -> int:
        return round(self._anchor.media_ms(metadata["SensorTimestamp"] / 1000))


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
