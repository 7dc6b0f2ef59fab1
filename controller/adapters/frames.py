"""Video files: decoded pictures at a sampling rate, their times from the container."""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

import av
import numpy as np
import structlog
from av.error import FFmpegError

from controller.adapters.film_options import OPTIONS
from controller.core.picture import Picture, TimedPicture
from controller.core.sampling import at_most
from shared.errors import Broken, Rejected
from shared.film_files import NOT_A_FILM, film_name

log = structlog.get_logger("frames")

MOST_WIDTH_PX = 1280
"""What is judged is not wider: models look at less, and pictures wait in memory."""
_MOST_SIDE_PX = 8192
_MOST_FAULTS = 500
_BACKWARD_MS = 1000
_WHOLE_SHARE = 0.9
_SQUARE = 0.01
_NARROWEST, _WIDEST = 0.25, 4.0
_ATTACHED_PICTURE = 0x400


class PacketDecoder(Protocol):
    """Decodes one stream's packets."""

    def decode(self, packet: Any) -> Sequence[Any]:
        """PyAV's frames, with their times, in the order in which they are shown; an empty packet gives what is left.

        Raises `FFmpegError` for a damaged packet, `Broken` when it cannot go on.
        """
        ...

    def close(self) -> None: ...


class Hardware(Protocol):
    """What decodes beside the processor."""

    def decoder(self, stream: Any, first: Any) -> PacketDecoder | None:
        """For PyAV's `stream`, whose first frame is `first`; None: this one is for the processor.

        Raises `Broken` when it fails.
        """
        ...


class _Processor:
    """FFmpeg's own decoder."""

    def decode(self, packet: Any) -> Sequence[Any]:
        found: Sequence[Any] = packet.decode()
        return found

    def close(self) -> None:
        """It is the container's."""


class VideoFile:
    """A file that FFmpeg reads. Times count from the first picture; `duration_ms` is known once it was read.

    What `hardware` does not decode, or begins and fails at, the processor does.
    """

    def __init__(self, path: Path, *, threads: int = 1, hardware: Hardware | None = None) -> None:
        if not path.is_file():
            raise Rejected("video", f"{path} is not a file")
        if path.stat().st_size == 0:
            raise Rejected("video", f"{path.name} is empty")
        self._path = path
        self._name = path.name
        self._threads = threads
        self._hardware = hardware
        self._open()
        self.duration_ms = 0
        self.faults = 0

    def _open(self) -> None:
        path = self._path
        try:
            self._container = av.open(film_name(path), metadata_errors="replace", options=OPTIONS)
        except av.error.ArgumentError:
            raise Rejected("video", f"{path.name} cannot be opened: {NOT_A_FILM}") from None
        except (FFmpegError, OSError, ValueError) as fault:
            raise Rejected("video", f"{path.name} cannot be opened: {_reason(fault)}") from None
        stream = moving_pictures(self._container)
        if stream is None or stream.codec_context is None:
            self._container.close()
            lack = "has no video stream" if stream is None else "has a video stream of an unknown codec"
            raise Rejected("video", f"{path.name} {lack}")
        self._stream = stream
        self._stream.codec_context.thread_count = self._threads

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
        yield from self.pictures(at_most(fps))

    def pictures(self, wanted: Callable[[int], bool], most_width_px: int = _MOST_SIDE_PX) -> Iterator[TimedPicture]:
        """The pictures for whose time `wanted` says yes, scaled down to `most_width_px`; faults as in `sample`."""
        for t_ms, decoded in self._timed():
            if wanted(t_ms):
                yield TimedPicture(t_ms, *to_small_picture(decoded, self._stream.sample_aspect_ratio, most_width_px))
        promised_ms = self.promised_ms
        if self.duration_ms < _WHOLE_SHARE * promised_ms:
            log.warning("video ends early", video=self._name, read_s=self.duration_ms / 1000, of_s=promised_ms / 1000)

    @property
    def promised_ms(self) -> float:
        """How long the pictures are to last; 0: not told. A container's own length may be that of its sound."""
        if self._stream.duration is not None and self._stream.time_base is not None:
            # of fragments from the middle of a film FFmpeg tells where they end, counted from the film's begin
            begin = self._stream.start_time or 0 if "mov" in self._container.format.name.split(",") else 0
            return float((self._stream.duration - max(0, begin)) * self._stream.time_base) * 1000
        return (self._container.duration or 0) / 1000 if len(self._container.streams) == 1 else 0.0

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
        given = 0
        hardware = self._on_hardware()
        if hardware is not None:
            try:
                for frame in self._frames(hardware):
                    given += 1
                    yield frame
            except Broken as fault:
                log.warning("hardware stopped decoding, the processor goes on", video=self._name, reason=str(fault))
                self._again()
            else:
                return
            finally:
                hardware.close()
        yield from islice(self._frames(_Processor()), given, None)

    def _on_hardware(self) -> PacketDecoder | None:
        """The processor decodes the first picture in any case: it tells what the hardware would not."""
        if self._hardware is None:
            return None
        try:
            first = next(self._container.decode(self._stream), None)
        except FFmpegError:
            first = None
        self._again()
        try:
            return None if first is None else self._hardware.decoder(self._stream, first)
        except Broken as fault:
            log.warning("hardware does not decode, the processor does", video=self._name, reason=str(fault))
            return None

    def _again(self) -> None:
        """From the beginning."""
        self._container.close()
        self.faults = 0
        self._open()

    def _frames(self, decoder: PacketDecoder) -> Iterator[Any]:
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
                frames = decoder.decode(packet)
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


def moving_pictures(container: Any) -> Any:
    """The video stream that a player would show, never a cover picture; None when there is none."""
    moving = [s for s in container.streams.video if not int(s.disposition) & _ATTACHED_PICTURE]
    best = container.streams.best("video")
    return best if best in moving else next(iter(moving), None)


def to_picture(decoded: Any, pixel_aspect: Fraction | None = None) -> Picture:
    """A decoded frame as upright BGR with square pixels; `pixel_aspect` is a pixel's width / height."""
    return to_small_picture(decoded, pixel_aspect, _MOST_SIDE_PX)[0]


def to_small_picture(decoded: Any, pixel_aspect: Fraction | None, most_width_px: int) -> tuple[Picture, int]:
    """The same, decoded no wider than `most_width_px`; and how high it is in the source."""
    width, height = _square(decoded.width, decoded.height, float(pixel_aspect or 1))
    if not (0 < width <= _MOST_SIDE_PX and 0 < height <= _MOST_SIDE_PX):
        raise Rejected("video", f"picture of {decoded.width}x{decoded.height} pixels")
    share = min(1.0, most_width_px / width)
    size = {"width": round(width * share), "height": max(2, round(height * share))}
    picture: Picture = decoded.to_ndarray(format="bgr24", **(size if share < 1 else {"width": width, "height": height}))
    quarters = round(getattr(decoded, "rotation", 0) / 90) % 4
    if quarters:
        picture = np.ascontiguousarray(np.rot90(picture, quarters))
    return picture, round(picture.shape[0] / share)


def _square(width_px: int, height_px: int, pixel_aspect: float) -> tuple[int, int]:
    """The size with square pixels: the shorter side grows. A nonsensical aspect is not believed."""
    if abs(pixel_aspect - 1) <= _SQUARE or not _NARROWEST <= pixel_aspect <= _WIDEST:
        return width_px, height_px
    if pixel_aspect > 1:
        return round(width_px * pixel_aspect), height_px
    return width_px, round(height_px / pixel_aspect)


class FileFootage:
    """`Footage` by FFmpeg, decoded by `hardware` where it can."""

    def __init__(self, hardware: Hardware | None = None) -> None:
        self._hardware = hardware

    def pictures(self, file: Path, wanted: Callable[[int], bool]) -> Iterator[TimedPicture]:
        """The wanted pictures, none wider than a model needs; blocking."""
        with VideoFile(file, hardware=self._hardware) as video:
            yield from video.pictures(wanted, MOST_WIDTH_PX)


def _step_ms(decoded: Any, stream: Any) -> int:
    duration: int | None = getattr(decoded, "duration", None)
    base: Fraction | None = decoded.time_base or stream.time_base
    if duration and base:
        return max(1, round(duration * base * 1000))
    rate = stream.average_rate or stream.base_rate
    return max(1, round(1000 / rate)) if rate else 40


def _reason(fault: Exception) -> str:
    return getattr(fault, "strerror", None) or str(fault)
