"""The camera module's adapter against the real picamera2 where it is installed, and without it."""

import inspect
import sys
import threading
import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from edge_agent.adapters.camera_sink import MediaClock
from edge_agent.adapters.picamera import PiCamera, SensorTime, make_encoder, make_output
from edge_agent.core.codec import nal_type, nal_units
from edge_agent.core.media import Quality, StreamInfo
from edge_agent.core.timeline import EncodedPacket
from shared.errors import Rejected
from tests.fakes.footage import packets, pictures


class Sink:
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.streams: list[StreamInfo] = []
        self.packets: list[EncodedPacket] = []
        self.sub_streams: list[StreamInfo] = []
        self.sub_packets: list[EncodedPacket] = []

    def stream(self, quality: Quality, info: StreamInfo) -> None:
        (self.streams if quality == "main" else self.sub_streams).append(info)

    def packet(self, quality: Quality, packet: EncodedPacket) -> None:
        (self.packets if quality == "main" else self.sub_packets).append(packet)

    def luma(self, pts_ms: int, luma: NDArray[np.uint8]) -> None:
        raise AssertionError((pts_ms, luma.shape))

    def sub_lost(self, reason: str, *, refused: bool) -> None:
        raise AssertionError((reason, refused))


def test_without_the_package_the_source_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "picamera2", None)
    with pytest.raises(Rejected, match="not installed"):
        PiCamera(0, MediaClock(), 8).run(Sink(), threading.Event())


def test_another_board_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("picamera2", reason="picamera2 is not installed")
    model = tmp_path / "model"
    model.write_text("Orange Pi 5", encoding="utf-8")
    with pytest.raises(Rejected, match="Orange Pi 5"):
        PiCamera(0, MediaClock(), 8, model).run(Sink(), threading.Event())


def test_the_calls_fit_the_package() -> None:
    library = pytest.importorskip("picamera2", reason="picamera2 is not installed").Picamera2
    configuration = inspect.signature(library.create_video_configuration).parameters
    assert {"main", "lores", "raw", "controls", "buffer_count", "display", "encode"} <= set(configuration)
    assert {"encoder", "output", "name"} <= set(inspect.signature(library.start_encoder).parameters)
    assert {"name", "wait"} <= set(inspect.signature(library.capture_array).parameters)
    for name in ("configure", "start", "stop", "stop_encoder", "close", "global_camera_info"):
        assert callable(getattr(library, name))


def test_the_software_encoder_has_no_delay_and_a_fixed_gop() -> None:
    pytest.importorskip("picamera2", reason="picamera2 is not installed")
    encoder = make_encoder("software")
    encoder.width, encoder.height = 192, 112
    encoder._format = "YUV420"
    encoder._output = []
    encoder._start()
    context = encoder._stream.codec_context
    keys, units = [], []
    for number, picture in enumerate(pictures(70)):
        picture.pts, picture.time_base = number * 1_000_000 // 15, Fraction(1, 1_000_000)
        made = context.encode(picture)
        assert len(made) == 1  # the frame that went in, not one before it
        if made[0].is_keyframe:
            keys.append(number)
            units.append([nal_type("h264", unit) for unit in nal_units(bytes(made[0]))])
    assert keys == [0, 30, 60]
    assert all({7, 8, 5} <= set(found) for found in units)
    assert isinstance(context, av.VideoCodecContext)


def test_packets_come_out_of_the_output_as_they_went_in() -> None:
    pytest.importorskip("picamera2", reason="picamera2 is not installed")

    class Encoder:
        firsttimestamp = time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000 - 80_000

    sink, clock = Sink(), MediaClock()
    output = make_output(Encoder(), sink, SensorTime(clock))
    given = packets(25)
    for number, packet in enumerate(given):
        output.outputframe(packet.data, packet.key, number * 66_667, None, False)
    output.outputframe(b"", True, None)
    assert [p.data for p in sink.packets] == [p.data for p in given]
    assert [p.key for p in sink.packets] == [p.key for p in given]
    assert sink.packets[24].pts_ms - sink.packets[0].pts_ms == pytest.approx(1600, abs=2)
    assert 60 <= clock.now_ms() - sink.packets[0].pts_ms < 2000
    assert sink.streams[0].codec_string.startswith("avc1.")


def test_both_streams_carry_the_time_of_their_frame_in_the_sensor() -> None:
    pytest.importorskip("picamera2", reason="picamera2 is not installed")

    class Encoder:
        firsttimestamp = time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000 - 80_000

    class Later:
        firsttimestamp = Encoder.firsttimestamp + 200_000

    sink = Sink()
    anchor = SensorTime(MediaClock())
    main, sub = make_output(Encoder(), sink, anchor), make_output(Later(), sink, anchor, "sub", (640, 360))
    for number, packet in enumerate(packets(10)):
        main.outputframe(packet.data, packet.key, number * 100_000, None, False)
        if number >= 2:
            sub.outputframe(packet.data, number == 2, (number - 2) * 100_000, None, False)
    assert [p.pts_ms for p in sink.sub_packets] == [p.pts_ms for p in sink.packets[2:]]
    assert [(s.width_px, s.height_px) for s in sink.streams + sink.sub_streams] == [(1280, 720), (640, 360)]
