"""Encoded pictures for tests: short, small, from real encoders."""

from collections.abc import Iterable
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from edge_agent.core.media import StreamInfo
from edge_agent.core.timeline import EncodedPacket

WIDTH, HEIGHT, FPS = 192, 112, 10
STREAM = StreamInfo("h264", "avc1.42c00b", WIDTH, HEIGHT, float(FPS))


def pictures(count: int, width: int = WIDTH, height: int = HEIGHT) -> list[av.VideoFrame]:
    """A bright bar that wanders over a slope."""
    found = []
    for number in range(count):
        planar = np.full((height * 3 // 2, width), 128, np.uint8)
        planar[:height] = np.linspace(40, 160, width, dtype=np.uint8)
        left = number * 5 % (width - 16)
        planar[height // 4 : height // 2, left : left + 16] = 235
        found.append(av.VideoFrame.from_ndarray(planar, format="yuv420p"))
    return found


@cache
def packets(
    count: int, gop: int = 20, start_ms: int = 1_700_000_000_000, size: tuple[int, int] = (WIDTH, HEIGHT)
) -> tuple[EncodedPacket, ...]:
    """H.264 access units with delimiters and SEI, a keyframe every `gop`."""
    context = av.CodecContext.create("libx264", "w")
    context.width, context.height, context.pix_fmt = *size, "yuv420p"
    context.framerate, context.time_base = Fraction(FPS), Fraction(1, FPS)
    context.thread_count = 1
    context.options = {"preset": "ultrafast", "tune": "zerolatency", "x264-params": f"keyint={gop}:scenecut=0:aud=1"}
    found: list[EncodedPacket] = []
    for number, picture in enumerate(pictures(count, *size)):
        picture.pts = number
        for packet in context.encode(picture):
            at_ms = start_ms + number * 1000 // FPS
            found.append(EncodedPacket(bytes(packet), at_ms, at_ms, 1000 // FPS, bool(packet.is_keyframe)))
    return tuple(found)


def decoded(found: Iterable[EncodedPacket]) -> list[NDArray[np.uint8]]:
    """The pictures of H.264 packets, planar yuv420p."""
    context = av.CodecContext.create("h264", "r")
    frames = [frame for packet in found for frame in context.decode(av.Packet(packet.data))]
    return [frame.to_ndarray(format="yuv420p").astype(np.uint8) for frame in [*frames, *context.decode(None)]]


def write_film(
    path: Path,
    codec: str = "libx264",
    count: int = 40,
    options: dict[str, str] | None = None,
    size: tuple[int, int] = (WIDTH, HEIGHT),
) -> Path:
    """A film of `count` pictures at 10 a second, in the container that the name says."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=FPS, options=options or {})
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height = size
        stream.pix_fmt = {"mjpeg": "yuvj420p", "gif": "rgb8"}.get(codec, "yuv420p")
        for picture in pictures(count, *size):
            for packet in stream.encode(picture.reformat(format=stream.pix_fmt)):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    return path
