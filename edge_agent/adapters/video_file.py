"""A recording on disk, decoded into small luma frames with the container's own time stamps."""

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import numpy as np
from numpy.typing import NDArray

from edge_agent.core.media import LumaFrame
from edge_agent.core.pace import Pace, luma_size
from shared.errors import Rejected

_WHOLE_SHARE = 0.9


class VideoFile:
    """Opens the file; raises `Rejected` (field `video`) when it is no video. Use it as a context manager."""

    def __init__(self, path: Path) -> None:
        self._path = path
        if not path.is_file():
            raise Rejected("video", f"{path.name}: no such file")
        try:
            # A playlist must not make this machine open other places.
            self._container = av.open(str(path), metadata_errors="replace", options={"protocol_whitelist": "file"})
        except (av.error.FFmpegError, OSError, ValueError) as fault:
            raise Rejected("video", f"{path.name}: cannot be opened: {_reason(fault)}") from None
        if not self._container.streams.video:
            self._container.close()
            raise Rejected("video", f"{path.name}: holds no video stream")
        self._stream = self._container.streams.video[0]
        self.frames = 0
        self.duration_ms = 0.0
        self.damage = ""  # what could not be read
        self.broken_off = False  # and whether the file ended there

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._container.close()

    def luma(self, per_s: float) -> Iterator[LumaFrame]:
        """At most `per_s` frames a second; `pts_ms` counts from the file's start.

        Counts `frames` and `duration_ms` on the way. A packet that cannot be decoded is skipped; a file that breaks off
        ends the frames; both leave a word in `damage`. A file without one whole frame raises `Rejected`.
        """
        pace = Pace(per_s)
        for at_ms, frame in self._decoded():
            if pace.take(at_ms):
                yield LumaFrame(round(at_ms), to_luma(frame))
        promised_ms = (self._container.duration or 0) / 1000
        if self.damage and self.duration_ms < _WHOLE_SHARE * promised_ms:
            self.broken_off = True
        if self.frames == 0:
            raise Rejected("video", f"{self._path.name}: not one frame can be decoded: {self.damage or 'it is empty'}")

    def _decoded(self) -> Iterator[tuple[float, av.VideoFrame]]:
        stream = self._stream
        start_s = (self._container.start_time or 0) / 1_000_000
        last_ms, step_ms = -1.0, 1000 / float(stream.average_rate or stream.guessed_rate or 25)
        for frame in self._readable():
            at_ms = last_ms + step_ms if frame.time is None else (frame.time - start_s) * 1000
            if frame.width <= 0 or frame.height <= 0 or at_ms <= last_ms:
                continue
            lasts_ms = float(frame.duration * frame.time_base) * 1000 if frame.duration and frame.time_base else 0
            step_ms = lasts_ms or (at_ms - last_ms if last_ms >= 0 else step_ms)
            last_ms = at_ms
            self.frames += 1
            self.duration_ms = at_ms + step_ms
            yield at_ms, frame

    def _readable(self) -> Iterator[av.VideoFrame]:
        try:
            for packet in self._container.demux(self._stream):
                try:
                    yield from packet.decode()
                except av.error.FFmpegError as fault:
                    self.damage = _reason(fault)
        except (av.error.FFmpegError, OSError, ValueError) as fault:
            self.damage, self.broken_off = _reason(fault), True


def to_luma(frame: av.VideoFrame) -> NDArray[np.uint8]:
    """The small grey picture of a decoded frame."""
    width, height = luma_size(frame.width, frame.height)
    grey = frame.reformat(width, height, "gray", interpolation="AREA").to_ndarray()
    return np.ascontiguousarray(grey[:height, :width])


def _reason(fault: Exception) -> str:
    return getattr(fault, "strerror", None) or str(fault)
