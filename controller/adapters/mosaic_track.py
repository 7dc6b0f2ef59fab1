"""Pictures in blocks as the H.264 track of a film: each is shown until the next, and no more than one waits."""

from fractions import Fraction
from typing import Any

import av

from controller.adapters.mosaic import mosaic
from controller.core.derived import MARK, MOST_FPS
from controller.ports import Picture
from shared.errors import Rejected

_OPTIONS = {"preset": "veryfast", "tune": "zerolatency", "crf": "30"}
_KEY_EVERY = 5
_NAL = b"\x00\x00\x01"
_SPS = 7


class MosaicTrack:
    """The one track of `target`, which says in its metadata what it is."""

    def __init__(self, target: Any) -> None:
        self._target = target
        self._stream: Any = None
        self._waiting: Any = None
        self._last_ms = -1

    def add(self, picture: Picture, pts_ms: int) -> None:
        """A picture as it is; one that is not later than the last is left out."""
        made = mosaic(picture)
        if self._stream is None:
            self._open(made)
        elif made.shape[:2] != (self._stream.height, self._stream.width):
            raise Rejected("video", "its pictures change their shape")
        if pts_ms <= self._last_ms:
            return
        self._last_ms = pts_ms
        frame = av.VideoFrame.from_ndarray(made, format="bgr24").reformat(format="yuv420p")
        frame.pts, frame.time_base = pts_ms, self._stream.codec_context.time_base
        self._put(self._stream.encode(frame))

    def finish(self, end_ms: int) -> str:
        """The last picture is shown until then; the codec as browsers name it."""
        if self._stream is None:
            raise Rejected("video", "has no picture")
        self._put(self._stream.encode())
        if self._waiting is not None:
            self._show_until(max(end_ms, self._waiting.pts + 1))
        return _codec_of(bytes(self._stream.codec_context.extradata or b""))

    def _open(self, first: Picture) -> None:
        self._target.metadata["comment"] = MARK
        self._stream = stream = self._target.add_stream("libx264", rate=MOST_FPS, options=_OPTIONS)
        stream.height, stream.width = first.shape[:2]
        stream.pix_fmt, stream.gop_size = "yuv420p", _KEY_EVERY
        stream.codec_context.time_base = Fraction(1, 1000)
        stream.codec_context.thread_count = 1

    def _put(self, packets: list[Any]) -> None:
        for packet in packets:
            if self._waiting is not None:
                self._show_until(packet.pts)
            self._waiting = packet

    def _show_until(self, end_ms: int) -> None:
        packet, self._waiting = self._waiting, None
        packet.duration = end_ms - packet.pts
        self._target.mux(packet)


def _codec_of(extradata: bytes) -> str:
    """`avc1.` with profile, constraints and level from the first parameter set."""
    for unit in extradata.split(_NAL):
        if unit and unit[0] & 0x1F == _SPS:
            return "avc1." + unit[1:4].hex()
    return "avc1.42c01e"


class Pace:
    """Says yes to the first picture at or after each step of `MOST_FPS`."""

    def __init__(self) -> None:
        self._step_ms = 1000 // MOST_FPS
        self._due_ms = 0

    def __call__(self, t_ms: int) -> bool:
        if t_ms < self._due_ms:
            return False
        self._due_ms = t_ms - t_ms % self._step_ms + self._step_ms
        return True
