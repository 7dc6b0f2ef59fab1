"""A rendered scene as a camera: drawn at a fixed rate and encoded like any other."""

import threading

import av
import structlog

from edge_agent.adapters.camera_sink import CameraSink, MediaClock
from edge_agent.adapters.encoder import X264Encoder
from edge_agent.core.codec import codec_string
from edge_agent.core.media import StreamInfo
from edge_agent.core.pace import Pace
from edge_agent.core.scene import Scene, parse_scene_url

log = structlog.get_logger("camera")

_WIDTH_PX, _HEIGHT_PX = 1280, 720
_FPS = 15
_BITRATE_BPS = 2_500_000


class SceneCamera:
    """Scene time counts from the start of this process; the log tells that instant, so truth can be compared."""

    def __init__(self, url: str, clock: MediaClock, luma_per_s: float) -> None:
        name, seed = parse_scene_url(url)
        self._scene = Scene(name, seed, _WIDTH_PX, _HEIGHT_PX)
        self._clock = clock
        self._pace = Pace(luma_per_s)

    def run(self, sink: CameraSink, stop: threading.Event) -> None:
        encoder = X264Encoder(_WIDTH_PX, _HEIGHT_PX, _FPS, _BITRATE_BPS)
        start_ms = self._clock.now_ms()
        log.info("scene begins", start_ms=start_ms)
        told = False
        number = 0
        while not stop.is_set():
            pts_ms = start_ms + number * 1000 // _FPS
            late_ms = self._clock.now_ms() - pts_ms
            if late_ms < 0:
                stop.wait(-late_ms / 1000)
                continue
            # A machine that cannot keep up drops frames; scene time stays real time.
            number = max(number + 1, number + late_ms * _FPS // 1000)
            picture = self._scene.luma_chroma(pts_ms - start_ms)
            for packet in encoder.encode(av.VideoFrame.from_ndarray(picture, format="yuv420p"), pts_ms):
                if not told:
                    name = codec_string("h264", packet.data) or "avc1.42c01f"
                    sink.stream("main", StreamInfo("h264", name, _WIDTH_PX, _HEIGHT_PX, float(_FPS)))
                    told = True
                sink.packet("main", packet)
            if self._pace.take(pts_ms):
                sink.luma(pts_ms, picture[:_HEIGHT_PX:2, ::2].copy())
