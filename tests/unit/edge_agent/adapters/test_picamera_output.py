"""What comes out of picamera2's outputs, in a sink."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_agent.adapters.camera_sink import MediaClock
from edge_agent.adapters.picamera_output import SensorTime, make_output
from edge_agent.core.media import Quality, StreamInfo
from edge_agent.core.timeline import EncodedPacket
from shared.module_streams import EncodedStream
from tests.fakes.footage import packets
from tests.fakes.module import camera_module

MAIN, SUB = EncodedStream(1280, 720, 15, 4_000_000), EncodedStream(640, 360, 15, 500_000)


class Sink:
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.streams: list[StreamInfo] = []
        self.packets: dict[Quality, list[EncodedPacket]] = {"main": [], "sub": []}

    def stream(self, _quality: Quality, info: StreamInfo) -> None:
        self.streams.append(info)

    def packet(self, quality: Quality, packet: EncodedPacket) -> None:
        self.packets[quality].append(packet)

    def luma(self, pts_ms: int, luma: NDArray[np.uint8]) -> None:
        raise AssertionError((pts_ms, luma.shape))

    def sub_lost(self, reason: str, *, refused: bool) -> None:
        raise AssertionError((reason, refused))


class Encoder:
    """As far as an output looks at it."""

    def __init__(self, later_us: int = 0) -> None:
        self.firsttimestamp = time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000 - 80_000 + later_us


@pytest.fixture(autouse=True)
def module(tmp_path: Path) -> Iterator[None]:
    with camera_module(tmp_path):
        yield


def test_packets_come_out_of_the_output_as_they_went_in() -> None:
    sink, clock = Sink(), MediaClock()
    output = make_output(Encoder(), sink, SensorTime(clock), "main", MAIN)
    given = packets(25)
    for number, packet in enumerate(given):
        output.outputframe(packet.data, packet.key, number * 66_667, None, False)
    output.outputframe(b"", True, None)
    found = sink.packets["main"]
    assert [p.data for p in found] == [p.data for p in given]
    assert [p.key for p in found] == [p.key for p in given]
    assert found[24].pts_ms - found[0].pts_ms == pytest.approx(1600, abs=2)
    assert 60 <= clock.now_ms() - found[0].pts_ms < 2000
    assert sink.streams[0].codec_string.startswith("avc1.")


def test_both_streams_carry_the_time_of_their_frame_in_the_sensor() -> None:
    sink, first = Sink(), Encoder()
    later = Encoder()
    later.firsttimestamp = first.firsttimestamp + 200_000
    anchor = SensorTime(MediaClock())
    main, sub = make_output(first, sink, anchor, "main", MAIN), make_output(later, sink, anchor, "sub", SUB)
    for number, packet in enumerate(packets(10)):
        main.outputframe(packet.data, packet.key, number * 100_000, None, False)
        if number >= 2:
            sub.outputframe(packet.data, number == 2, (number - 2) * 100_000, None, False)
    assert [p.pts_ms for p in sink.packets["sub"]] == [p.pts_ms for p in sink.packets["main"][2:]]
    assert [(s.width_px, s.height_px) for s in sink.streams] == [(1280, 720), (640, 360)]
