"""The camera module's adapter against the real picamera2 where it is installed, and without it."""

import importlib
import inspect
import itertools
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_agent.adapters.camera_sink import MediaClock
from edge_agent.adapters.picamera import PiCamera
from edge_agent.core.media import Quality, StreamInfo
from edge_agent.core.overlay import OverlayRules
from edge_agent.core.picture_rules import PictureRules
from edge_agent.core.timeline import EncodedPacket
from shared.errors import Rejected, Transient
from shared.module_streams import parse_module
from tests.fakes.footage import decoded
from tests.fakes.module import camera_module

ADDRESS = "picamera://0?size=320x192&fps=15&sub_size=160x96&sub_fps=8"
LEFT_HALF = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))


class Sink:
    """Keeps what it is given, and stops when there is enough."""

    def __init__(self, enough: int = 20) -> None:
        self.stop = threading.Event()
        self.streams: dict[Quality, StreamInfo] = {}
        self.packets: dict[Quality, list[EncodedPacket]] = {"main": [], "sub": []}
        self.lumas: list[tuple[int, NDArray[np.uint8]]] = []
        self._enough = enough

    def stream(self, quality: Quality, info: StreamInfo) -> None:
        self.streams[quality] = info

    def packet(self, quality: Quality, packet: EncodedPacket) -> None:
        self.packets[quality].append(packet)
        if len(self.packets["main"]) >= self._enough:
            self.stop.set()

    def luma(self, pts_ms: int, luma: NDArray[np.uint8]) -> None:
        self.lumas.append((pts_ms, luma))

    def sub_lost(self, reason: str, *, refused: bool) -> None:
        raise AssertionError((reason, refused))


def camera(model: Path, address: str = ADDRESS, rules: PictureRules | None = None) -> PiCamera:
    return PiCamera((parse_module(address),), MediaClock(), 8, rules or PictureRules(), model)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model"
    path.write_text("Raspberry Pi 5 Model B Rev 1.0\x00", encoding="utf-8")
    return path


@pytest.fixture
def control(tmp_path: Path) -> Iterator[Path]:
    with camera_module(tmp_path) as folder:
        yield folder


def test_without_the_package_the_source_is_refused(monkeypatch: pytest.MonkeyPatch, model: Path) -> None:
    monkeypatch.setitem(sys.modules, "picamera2", None)
    with pytest.raises(Rejected, match="not installed"):
        camera(model).run(Sink(), threading.Event())


@pytest.mark.usefixtures("control")
def test_another_board_and_a_missing_module_are_refused(model: Path) -> None:
    with pytest.raises(Rejected, match="picamera://5 is not there: 2 camera modules"):
        camera(model, "picamera://5").run(Sink(), threading.Event())
    model.write_text("Orange Pi 5", encoding="utf-8")
    with pytest.raises(Rejected, match="Orange Pi 5"):
        camera(model).run(Sink(), threading.Event())


@pytest.mark.usefixtures("control")
def test_the_calls_fit_the_package() -> None:
    source = inspect.getsource(importlib.import_module("picamera2.request").CompletedRequest)
    assert "def get_metadata" in source
    whole = Path(str(importlib.import_module("picamera2").__path__[0])) / "picamera2.py"
    text = whole.read_text(encoding="utf-8")
    for part in ("self.pre_callback(req)", "self.post_callback(req)", "def global_camera_info", "def stop_encoder"):
        assert part in text
    # Hidden before anything sees it, written on before it is encoded.
    places = [text.index(part) for part in ("self.pre_callback(req)", "self.post_callback(req)", "encoder.encode(enc")]
    assert places == sorted(places)


@pytest.mark.usefixtures("control")
def test_both_streams_and_motion_come_with_the_sensors_time(model: Path) -> None:
    sink = Sink(45)
    camera(model).run(sink, sink.stop)
    main, sub = sink.packets["main"], sink.packets["sub"]
    assert {name: (one.width_px, one.height_px, one.fps) for name, one in sink.streams.items()} == {
        "main": (320, 192, 15.0),
        "sub": (160, 96, 8.0),
    }
    assert [number for number, packet in enumerate(main) if packet.key] == [0, 30]
    times = [packet.pts_ms for packet in main]
    assert {round((at - times[0]) * 15 / 1000, 1) for at in times} == {float(n) for n in range(len(times))}
    assert {packet.pts_ms for packet in sub} <= set(times)  # every second picture of the same sensor
    assert len(sub) >= 20
    assert {at for at, _luma in sink.lumas} <= set(times)
    assert {luma.shape for _at, luma in sink.lumas} == {(96, 160)}


@pytest.mark.usefixtures("control")
def test_at_half_their_bits_both_streams_show_every_second_of_their_pictures(model: Path) -> None:
    sink, module = Sink(12), camera(model)
    module.limit("main", 0.5)
    module.limit("sub", 0.5)
    module.run(sink, sink.stop)
    apart: dict[Quality, set[int]] = {}
    for quality, packets in sink.packets.items():
        times = [packet.pts_ms for packet in packets]
        apart[quality] = {round((later - earlier) * 15 / 1000) for earlier, later in itertools.pairwise(times)}
    assert apart == {"main": {2}, "sub": {4}}


@pytest.mark.usefixtures("control")
def test_both_streams_are_drawn_on_and_motion_sees_no_clock(model: Path) -> None:
    sink = Sink()
    rules = PictureRules((LEFT_HALF,), OverlayRules(clock=True, text="정문", corner="bottom-right"))
    camera(model, rules=rules).run(sink, sink.stop)
    assert len(sink.lumas) >= 5
    for _at, luma in sink.lumas:
        assert (luma[:, :80] == 16).all()
        assert (luma[:, 84:] == 100).all()
    for packets in sink.packets.values():
        for picture in decoded(packets):
            height, width = picture.shape[0] * 2 // 3, picture.shape[1]
            assert picture[: height // 2, : width // 2 - 4].max() <= 24
            assert picture[height * 2 // 3 : height, width // 2 + 8 :].max() > 150
            assert abs(int(picture[4, -4]) - 100) <= 4


def test_a_camera_that_falls_silent_is_told(model: Path, control: Path) -> None:
    (control / "hang-0").write_text("quiet", encoding="utf-8")
    with pytest.raises(Transient, match="no picture for 2 s"):
        camera(model).run(Sink(), threading.Event())
