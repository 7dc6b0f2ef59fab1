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
from shared.film_files import NOT_A_FILM, film_name, film_options

_WHOLE_SHARE = 0.9
_BACKWARD_MS = 1000
_ATTACHED_PICTURE = 0x400
_OPTIONS = dict(film_options(av.formats_available))


def open_film(path: Path) -> av.container.InputContainer:
    """Open a film by its own bytes: no list in it makes this machine open other places. Raises FFmpeg's errors."""
    return av.open(film_name(path), metadata_errors="replace", options=_OPTIONS)


def moving_pictures(container: av.container.InputContainer) -> av.VideoStream | None:
    """The video stream that a player would show, never a cover picture; None when there is none that is known."""
    known = [s for s in container.streams.video if s.codec_context is not None]
    moving = [s for s in known if not int(s.disposition) & _ATTACHED_PICTURE]
    best = container.streams.best("video")
    return next((s for s in moving if s is best), next(iter(moving), None))


def why_not(fault: Exception) -> str:
    """FFmpeg's reason in words."""
    if isinstance(fault, av.error.ArgumentError):
        return NOT_A_FILM
    return getattr(fault, "strerror", None) or str(fault)


class VideoFile:
    """Opens the file; raises `Rejected` (field `video`) when it is no video. Use it as a context manager."""

    def __init__(self, path: Path) -> None:
        self._path = path
        if not path.is_file():
            raise Rejected("video", f"{path}: {'is no file' if path.exists() else 'no such file'}")
        if path.stat().st_size == 0:
            raise Rejected("video", f"{path}: is empty")
        try:
            self._container = open_film(path)
        except (av.error.FFmpegError, OSError, ValueError) as fault:
            raise Rejected("video", f"{path}: cannot be opened: {why_not(fault)}") from None
        stream = moving_pictures(self._container)
        if stream is None:
            self._container.close()
            raise Rejected("video", f"{path}: holds no video stream of a known codec")
        self._stream = stream
        self.frames = 0
        self.duration_ms = 0.0
        self.damage = ""  # what could not be read

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._container.close()

    def luma(self, per_s: float) -> Iterator[LumaFrame]:
        """At most `per_s` frames a second; `pts_ms` counts from the first one.

        Counts `frames` and `duration_ms` on the way. A packet that cannot be decoded is skipped; a file that breaks off
        ends the frames; both leave a word in `damage`. A file without one whole frame raises `Rejected`.
        """
        pace = Pace(per_s)
        for at_ms, frame in self._decoded():
            if pace.take(at_ms):
                yield LumaFrame(round(at_ms), to_luma(frame))
        promised_ms = self.promised_ms
        if self.frames and self.duration_ms < _WHOLE_SHARE * promised_ms:
            self.damage = self.damage or f"it ends early, {promised_ms / 1000:.2f} s are promised"
        if self.frames == 0:
            raise Rejected("video", f"{self._path}: not one frame can be decoded: {self.damage or 'it is empty'}")

    @property
    def promised_ms(self) -> float:
        """How long the pictures are to last; 0: not told. A container's own length may be that of its sound."""
        if self._stream.duration is not None and self._stream.time_base is not None:
            return float(self._stream.duration * self._stream.time_base) * 1000
        return (self._container.duration or 0) / 1000 if len(self._container.streams) == 1 else 0.0

    def _decoded(self) -> Iterator[tuple[float, av.VideoFrame]]:
        stream = self._stream
        first_ms: float | None = None
        offset_ms = 0.0
        last_ms, step_ms = -1.0, 1000 / float(stream.average_rate or stream.guessed_rate or 25)
        for frame in self._readable():
            if frame.pts is None or frame.time_base is None:
                at_ms = max(0.0, last_ms + step_ms) if self.frames else 0.0
                first_ms = 0.0 if first_ms is None else first_ms
            else:
                time_ms = float(frame.pts * frame.time_base) * 1000
                first_ms = time_ms if first_ms is None else first_ms
                at_ms = time_ms - first_ms + offset_ms
                if at_ms < last_ms - _BACKWARD_MS:  # the clock was set back, or films were joined
                    offset_ms += last_ms + step_ms - at_ms
                    at_ms = last_ms + step_ms
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
                    self.damage = why_not(fault)
        except (av.error.FFmpegError, OSError, ValueError) as fault:
            self.damage = why_not(fault)


def to_luma(frame: av.VideoFrame) -> NDArray[np.uint8]:
    """The small grey picture of a decoded frame, upright."""
    width, height = luma_size(frame.width, frame.height)
    grey = frame.reformat(width, height, "gray", interpolation="AREA").to_ndarray()
    return np.ascontiguousarray(np.rot90(grey[:height, :width], quarters_left(frame)))


def quarters_left(frame: av.VideoFrame) -> int:
    """How many quarter turns to the left show a frame upright, by its display matrix."""
    return round(getattr(frame, "rotation", 0) / 90) % 4
