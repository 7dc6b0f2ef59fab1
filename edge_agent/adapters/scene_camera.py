"""A rendered scene as a camera: drawn at a fixed rate and encoded like any other, large and small."""

import threading

import av
import structlog

from edge_agent.adapters.camera_sink import CameraSink, MediaClock
from edge_agent.adapters.encoder import X264Encoder
from edge_agent.adapters.picture_marks import PictureMarks, frame_planes
from edge_agent.core.codec import codec_string
from edge_agent.core.media import Quality, StreamInfo
from edge_agent.core.pace import Pace
from edge_agent.core.picture_rules import PictureRules
from edge_agent.core.scene import Scene, parse_scene_url

log = structlog.get_logger("camera")

_WIDTH_PX, _HEIGHT_PX = 1280, 720
_BITRATE_BPS = 2_500_000
_SUB_WIDTH_PX, _SUB_HEIGHT_PX = 640, 360
# About half the rate and the cheapest preset: an eighth of what the camera costs without it.
_SUB_FPS = 8
_SUB_BITRATE_BPS = 300_000


class SceneCamera:
    """Scene time counts from the start of this process; the log tells that instant, so truth can be compared."""

    def __init__(self, url: str, clock: MediaClock, luma_per_s: float, rules: PictureRules | None = None) -> None:
        wanted = parse_scene_url(url)
        self._fps, sub_fps = wanted.fps, min(wanted.fps, _SUB_FPS)
        self._scene = Scene(wanted.name, wanted.seed, _WIDTH_PX, _HEIGHT_PX)
        self._clock = clock
        self._pace = Pace(luma_per_s)
        self._marks = PictureMarks(rules or PictureRules())
        self._main = _Encoded("main", (_WIDTH_PX, _HEIGHT_PX), float(self._fps), _BITRATE_BPS, "superfast")
        self._sub = _Encoded("sub", (_SUB_WIDTH_PX, _SUB_HEIGHT_PX), float(sub_fps), _SUB_BITRATE_BPS, "ultrafast")
        self._sub_pace = Pace(sub_fps)

    def limit(self, quality: Quality, share: float) -> None:
        """Encode with this share of the bitrate from now on."""
        (self._main if quality == "main" else self._sub).encoder.limit(share)

    def run(self, sink: CameraSink, stop: threading.Event) -> None:
        main, sub, fps = self._main, self._sub, self._fps
        start_ms = self._clock.now_ms()
        log.info("scene begins", start_ms=start_ms)
        number = 0
        while not stop.is_set():
            pts_ms = start_ms + number * 1000 // fps
            late_ms = self._clock.now_ms() - pts_ms
            if late_ms < 0:
                stop.wait(-late_ms / 1000)
                continue
            # A machine that cannot keep up drops frames; scene time stays real time.
            number = max(number + 1, number + late_ms * fps // 1000)
            picture = self._scene.luma_chroma(pts_ms - start_ms)
            frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
            planes = frame_planes(frame)
            self._marks.hide(planes)
            if self._pace.take(pts_ms):  # before there is a clock in it, which would move
                sink.luma(pts_ms, planes.y[::2, ::2].copy())
            if self._sub_pace.take(pts_ms):
                small = frame.reformat(_SUB_WIDTH_PX, _SUB_HEIGHT_PX, interpolation="AREA")
                self._marks.write(frame_planes(small), pts_ms)
                sub.deliver(small, pts_ms, sink)
            self._marks.write(planes, pts_ms)
            main.deliver(frame, pts_ms, sink)


class _Encoded:
    """One of the two streams."""

    def __init__(self, quality: Quality, size_px: tuple[int, int], fps: float, bitrate_bps: int, preset: str) -> None:
        self._quality: Quality = quality
        self._size_px = size_px
        self._fps = fps
        self.encoder = X264Encoder(*size_px, fps, bitrate_bps, preset)
        self._told = False

    def deliver(self, frame: av.VideoFrame, pts_ms: int, sink: CameraSink) -> None:
        for packet in self.encoder.encode(frame, pts_ms):
            if not self._told:
                name = codec_string("h264", packet.data) or "avc1.42c01f"
                sink.stream(self._quality, StreamInfo("h264", name, *self._size_px, self._fps))
                self._told = True
            sink.packet(self._quality, packet)
