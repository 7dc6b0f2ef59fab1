"""A USB camera as far as it goes without one: what is no device, and pictures in its formats out of films."""

import threading
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from edge_agent.adapters.camera_sink import MediaClock
from edge_agent.adapters.v4l2_camera import V4l2Camera, check_device
from edge_agent.core.media import Quality, StreamInfo
from edge_agent.core.picture_rules import PictureRules
from edge_agent.core.timeline import EncodedPacket
from shared.errors import Rejected, Transient
from shared.video_device import VideoDevice
from tests.fakes.footage import decoded, write_film

LEFT_HALF = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))


class Sink:
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.info: StreamInfo | None = None
        self.packets: list[EncodedPacket] = []
        self.lumas: list[NDArray[np.uint8]] = []

    def stream(self, quality: Quality, info: StreamInfo) -> None:
        assert quality == "main"
        self.info = info

    def packet(self, _quality: Quality, packet: EncodedPacket) -> None:
        self.packets.append(packet)

    def luma(self, _pts_ms: int, luma: NDArray[np.uint8]) -> None:
        self.lumas.append(luma)

    def sub_lost(self, reason: str, *, refused: bool) -> None:
        raise AssertionError((reason, refused))


def camera(format_: str = "mjpeg", rules: PictureRules | None = None, path: str = "/dev/video9") -> V4l2Camera:
    device = VideoDevice(path, (192, 112), 10, format_)
    return V4l2Camera(device, MediaClock(), 10, rules or PictureRules())


@pytest.mark.parametrize(("codec", "name"), [("mjpeg", "mjpeg"), ("libx264", "h264")])
def test_pictures_arrive_as_h264_whatever_the_device_gives(tmp_path: Path, codec: str, name: str) -> None:
    film, sink = write_film(tmp_path / "film.mkv", codec, options={"g": "10"} if name == "h264" else {}), Sink()
    with av.open(str(film)) as container, pytest.raises(Transient, match="gives no more pictures"):
        camera(name).follow(container, sink, threading.Event())
    assert sink.info is not None
    assert (sink.info.codec, sink.info.width_px, sink.info.height_px) == ("h264", 192, 112)
    assert len(sink.packets) == len(decoded(sink.packets)) == 40
    assert {luma.shape for luma in sink.lumas} == {(112, 192)}
    if name == "h264":
        with av.open(str(film)) as container:
            assert len(sink.packets) == sum(packet.size > 0 for packet in container.demux(video=0))


def test_what_is_encoded_here_can_be_drawn_on(tmp_path: Path) -> None:
    film, sink = write_film(tmp_path / "film.avi", "mjpeg"), Sink()
    with av.open(str(film)) as container, pytest.raises(Transient):
        camera(rules=PictureRules(privacy=(LEFT_HALF,))).follow(container, sink, threading.Event())
    assert all(picture[:112, :90].max() <= 24 for picture in decoded(sink.packets))
    assert all(luma[:, :94].max() <= 16 for luma in sink.lumas)


def test_a_device_that_gives_another_size_is_told(tmp_path: Path) -> None:
    film = write_film(tmp_path / "film.avi", "mjpeg", size=(96, 64))
    with av.open(str(film)) as container, pytest.raises(Rejected, match="size: it gives 96x64"):
        camera().follow(container, Sink(), threading.Event())


def test_what_is_no_device_is_never_opened(tmp_path: Path) -> None:
    film = tmp_path / "video0"
    film.write_bytes(b"no device")
    for path, fault in ((str(film), "is no video device"), (str(tmp_path / "none"), "No such file")):
        with pytest.raises(Rejected, match=fault):
            camera(path=path).run(Sink(), threading.Event())
    (tmp_path / "link").symlink_to(film)
    with pytest.raises(Rejected, match="is no video device"):
        check_device(str(tmp_path / "link"))
    with pytest.raises(Transient, match="/dev/null: "):  # a device, but no camera
        camera(path="/dev/null").run(Sink(), threading.Event())
