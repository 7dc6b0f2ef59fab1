"""A stream of many pictures a second: all is recorded, few are decoded, and those are what they would have been."""

from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from edge_agent.adapters.packet_stream import PacketStream
from edge_agent.core.codec import Codec
from edge_agent.core.media import Quality, StreamInfo
from edge_agent.core.thinning import Thinning
from edge_agent.core.timeline import EncodedPacket
from tests.fakes.footage import pictures

FAST_FPS, COUNT = 50, 150


class Sink:
    """Counts."""

    def __init__(self) -> None:
        self.packets = 0
        self.luma_ms: list[int] = []

    def stream(self, _quality: Quality, _info: StreamInfo) -> None: ...

    def packet(self, _quality: Quality, _packet: EncodedPacket) -> None:
        self.packets += 1

    def sub_lost(self, reason: str, *, refused: bool) -> None:
        raise AssertionError((reason, refused))

    def luma(self, pts_ms: int, _luma: NDArray[np.uint8]) -> None:
        self.luma_ms.append(pts_ms)


def film(file: Path, codec: str, options: dict[str, str]) -> Path:
    with av.open(str(file), "w") as container:
        stream = cast("av.VideoStream", container.add_stream(codec, rate=FAST_FPS, options=options | {"g": "50"}))
        stream.width, stream.height, stream.pix_fmt = 192, 112, "yuv420p"
        for number, picture in enumerate(pictures(COUNT)):
            picture.pts = number
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return file


FILMS = [
    ("a.mp4", "libx264", {"bf": "3"}, True),
    ("a.ts", "libx264", {"bf": "3"}, True),
    ("a.mkv", "libx264", {"bf": "8", "x264-params": "b-pyramid=none:b-adapt=0"}, True),
    ("b.mp4", "libx264", {"bf": "0"}, False),
    ("a.mp4", "libx265", {"x265-params": "bframes=3:log-level=none"}, True),
    ("b.ts", "libx265", {"x265-params": "bframes=4:temporal-layers=3:log-level=none"}, True),
]


@pytest.mark.parametrize(("name", "codec", "options", "saves"), FILMS)
def test_what_is_decoded_is_what_it_would_have_been(
    tmp_path: Path, name: str, codec: str, options: dict[str, str], saves: bool
) -> None:
    file = film(tmp_path / name, codec, options)
    with av.open(str(file)) as container:
        whole = {frame.pts: frame.to_ndarray() for frame in container.decode(video=0)}
    assert len(whole) == COUNT
    kind: Codec = "h264" if codec == "libx264" else "hevc"
    with av.open(str(file)) as container:
        stream = container.streams.video[0]
        thinning = Thinning(kind, stream.codec_context.extradata or b"", per_s=10, fps=FAST_FPS)
        thinned: dict[int | None, NDArray[Any]] = {}
        for packet in container.demux(stream):
            at_ms = float((packet.pts or 0) * packet.time_base) * 1000
            if packet.size == 0 or thinning.needs(bytes(packet), at_ms):
                thinned |= {frame.pts: frame.to_ndarray() for frame in packet.decode()}
    assert all(np.array_equal(picture, whole[pts]) for pts, picture in thinned.items())
    assert (len(thinned) < 0.9 * COUNT) == saves, len(thinned)


@pytest.mark.parametrize(("name", "codec", "options", "saves"), FILMS)
def test_motion_sees_as_many_pictures_as_ever(
    tmp_path: Path, name: str, codec: str, options: dict[str, str], saves: bool
) -> None:
    sink = Sink()
    with av.open(str(film(tmp_path / name, codec, options))) as container:
        stream = container.streams.video[0]
        packets = PacketStream(stream, sink, luma_per_s=10)
        for packet in container.demux(stream):
            packets.take(packet, 0.0)
    assert sink.packets == COUNT
    assert (packets.spared > COUNT / 10) == saves
    assert len(sink.luma_ms) == pytest.approx(COUNT / FAST_FPS * 10, abs=2)
    assert all(99 <= after - before <= 101 for before, after in pairwise(sink.luma_ms))


def test_a_stream_that_is_hardly_faster_is_decoded_whole(tmp_path: Path) -> None:
    sink = Sink()
    with av.open(str(film(tmp_path / "a.mp4", "libx264", {"bf": "3"}))) as container:
        stream = container.streams.video[0]
        packets = PacketStream(stream, sink, luma_per_s=30)
        for packet in container.demux(stream):
            packets.take(packet, 0.0)
    assert packets.spared == 0
