"""Video files: decoded pictures at a sampling rate, their times from the container."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import av
import numpy as np
import structlog
from av.error import FFmpegError

from controller.ports import Picture, TimedPicture
from shared.errors import Rejected

log = structlog.get_logger("frames")

_MOST_SIDE_PX = 8192
_MOST_FAULTS = 500
_BACKWARD_MS = 1000
_LOCAL_ONLY = {"protocol_whitelist": "file,crypto,data"}


class VideoFile:
    """A file that FFmpeg reads. Times count from the first picture; `duration_ms` is known once it was read."""

    def __init__(self, path: Path, *, threads: int = 1) -> None:
        if not path.is_file():
            raise Rejected("video", f"{path} is not a file")
        try:
            self._container = av.open(str(path), options=_LOCAL_ONLY)
        except (FFmpegError, OSError, ValueError) as fault:
            raise Rejected("video", f"{path.name} cannot be opened: {_reason(fault)}") from None
        if not self._container.streams.video:
            self._container.close()
            raise Rejected("video", f"{path.name} has no video stream")
        self._name = path.name
        self._stream = self._container.streams.video[0]
        self._stream.codec_context.thread_count = threads
        self.duration_ms = 0
        self.faults = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _value: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._container.close()

    def sample(self, fps: float) -> Iterator[TimedPicture]:
        """Pictures at most `fps` times per second, each the first one at or after its due time.

        Damaged packets are skipped and counted in `faults`; a file without any picture raises `Rejected`.
        """
        step_ms = 1000.0 / fps
        due = 0
        for t_ms, decoded in self._timed():
            # Half a millisecond of grace: container times are rounded to its time base.
            if t_ms + 0.5 >= due * step_ms:
                due = int((t_ms + 0.5) // step_ms) + 1
                picture = to_picture(decoded)
                yield TimedPicture(t_ms, picture, picture.shape[0])

    def _timed(self) -> Iterator[tuple[int, Any]]:
        first: int | None = None
        last = -1
        offset = 0
        for decoded in self._decoded():
            base = decoded.time_base or self._stream.time_base
            step = _step_ms(decoded, self._stream)
            if decoded.pts is None or base is None:
                at = (last if first is not None else -step) + step
                at_ms = at
                first = 0 if first is None else first
            else:
                at_ms = round(decoded.pts * base * 1000)
                first = at_ms if first is None else first
                at_ms += offset - first
                if at_ms < last - _BACKWARD_MS:  # the clock was set back or files were joined
                    offset += last + step - at_ms
                    at_ms = last + step
            if at_ms <= last:
                continue
            last = at_ms
            self.duration_ms = at_ms + step
            yield at_ms, decoded
        if first is None:
            raise Rejected("video", f"{self._name} has no picture that can be decoded")

    def _decoded(self) -> Iterator[Any]:
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except FFmpegError as fault:
                self._count(fault)
                return
            try:
                frames = packet.decode()
            except FFmpegError as fault:
                self._count(fault)
                continue
            yield from frames

    def _count(self, fault: FFmpegError) -> None:
        self.faults += 1
        if self.faults == 1:
            log.warning("video is damaged", video=self._name, reason=_reason(fault))
        if self.faults > _MOST_FAULTS:
            raise Rejected("video", f"{self._name} is damaged in {self.faults} places")


def to_picture(decoded: Any) -> Picture:
    """A decoded frame as upright BGR."""
    if not (0 < decoded.width <= _MOST_SIDE_PX and 0 < decoded.height <= _MOST_SIDE_PX):
        raise Rejected("video", f"picture of {decoded.width}x{decoded.height} pixels")
    picture: Picture = decoded.to_ndarray(format="bgr24")
    quarters = round(getattr(decoded, "rotation", 0) / 90) % 4
    return np.ascontiguousarray(np.rot90(picture, quarters)) if quarters else picture


class FileFootage:
    """`Footage` by FFmpeg."""

    def pictures(self, file: Path, fps: float) -> Iterator[TimedPicture]:
        """Pictures at most `fps` times per second; blocking."""
        with VideoFile(file) as video:
            yield from video.sample(fps)


def _step_ms(decoded: Any, stream: Any) -> int:
    duration: int | None = getattr(decoded, "duration", None)
    base: Fraction | None = decoded.time_base or stream.time_base
    if duration and base:
        return max(1, round(duration * base * 1000))
    rate = stream.average_rate or stream.base_rate
    return max(1, round(1000 / rate)) if rate else 40


def _reason(fault: Exception) -> str:
    return getattr(fault, "strerror", None) or str(fault)
