"""Decodes one live stream: access units in, pictures out where they are wanted; FFmpeg through PyAV."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import av
from av.error import FFmpegError
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext

from controller.adapters.frames import MOST_WIDTH_PX, to_small_picture
from controller.core.picture import TimedPicture
from shared.errors import Broken, Rejected

_CODECS = {"avc1": "h264", "avc3": "h264", "hvc1": "hevc", "hev1": "hevc"}
_MOST_FAULTS = 200


class StreamDecoder:
    """A decoder kept open over packets; damaged ones are skipped."""

    def __init__(self, codec: str) -> None:
        name = codec_name(codec)
        context = av.CodecContext.create(name, "r")
        if not isinstance(context, VideoCodecContext):
            raise Broken(f"{name} is no video codec")
        context.thread_count = 1
        context.options = {"flags": "low_delay"}
        self._context = context
        self._faults = 0

    def decode(self, units: Sequence[tuple[int, bytes]], due: Callable[[int], bool]) -> list[TimedPicture]:
        """Decode every unit; pictures only where `due`. Too much damage in a row raises `Rejected`."""
        pictures: list[TimedPicture] = []
        for pts_ms, data in units:
            packet = Packet(data)
            packet.pts = packet.dts = pts_ms
            packet.time_base = Fraction(1, 1000)
            try:
                frames: list[Any] = list(self._context.decode(packet))
            except FFmpegError as fault:
                self._faults += 1
                if self._faults > _MOST_FAULTS:
                    raise Rejected("stream", f"cannot be decoded: {fault.strerror}") from None
                continue
            for frame in frames:
                self._faults = 0
                if frame.pts is not None and due(frame.pts):
                    small = to_small_picture(frame, self._context.sample_aspect_ratio, MOST_WIDTH_PX)
                    pictures.append(TimedPicture(frame.pts, *small))
        return pictures


def codec_name(codec: str) -> str:
    """FFmpeg's name of a codec as browsers call it; `Rejected` where it is none of those that cameras send."""
    name = _CODECS.get(codec.partition(".")[0])
    if name is None:
        raise Rejected("codec", f"{codec[:40]!r} is not one of {', '.join(_CODECS)}")
    return name
