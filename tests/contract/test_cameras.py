"""What every camera owes its sink: one time for its streams and its sound, and no word that is not true."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from edge_agent.adapters.camera_sink import CameraSource, MediaClock
from edge_agent.adapters.replay_camera import ReplayCamera
from edge_agent.adapters.rtsp_camera import RtspCamera
from edge_agent.adapters.scene_camera import SceneCamera
from edge_agent.core.media import Quality, StreamInfo
from edge_agent.core.sound import SoundInfo, SoundPacket
from edge_agent.core.timeline import EncodedPacket
from shared.errors import Transient
from shared.source_url import parse_source
from tests.fakes.footage import packets
from tests.fakes.sounding import share_of_tone, tone, write_sounding_film
from tests.servers.rtsp import RtspServer

pytestmark = pytest.mark.integration

MAIN, SUB = packets(40), packets(40, size=(96, 64))


class Sink:
    """Keeps what it is given, and checks the order of it."""

    def __init__(self) -> None:
        self.streams: dict[Quality, StreamInfo] = {}
        self.packets: dict[Quality, list[EncodedPacket]] = {"main": [], "sub": []}
        self.ages_ms: dict[Quality, list[int]] = {"main": [], "sub": []}
        self.lumas: list[tuple[int, tuple[int, ...]]] = []
        self.lost: list[tuple[str, bool]] = []
        self.faults: list[str] = []
        self.clock = MediaClock()

    def stream(self, quality: Quality, info: StreamInfo) -> None:
        self.streams[quality] = info

    def packet(self, quality: Quality, packet: EncodedPacket) -> None:
        if quality not in self.streams:
            self.faults.append(f"{quality}: a packet before its stream")
        if not self.packets[quality] and not packet.key:
            self.faults.append(f"{quality}: begins without a keyframe")
        self.packets[quality].append(packet)
        self.ages_ms[quality].append(self.clock.now_ms() - packet.pts_ms)

    def luma(self, pts_ms: int, luma: NDArray[np.uint8]) -> None:
        self.lumas.append((pts_ms, luma.shape))

    def sub_lost(self, reason: str, *, refused: bool) -> None:
        self.streams.pop("sub", None)
        self.lost.append((reason, refused))


class Cameras:
    """Builds a camera of one kind; `cut` and `mend` its sub stream where there is a wire."""

    def __init__(self) -> None:
        self.main, self.sub = RtspServer(MAIN), RtspServer(SUB)

    def close(self) -> None:
        self.main.close()
        self.sub.close()

    def rtsp(self, clock: MediaClock) -> CameraSource:
        urls = [f"rtsp://admin:s3cret@127.0.0.1:{server.port}/live" for server in (self.main, self.sub)]
        return RtspCamera(parse_source(urls[0]), clock, 10, parse_source(urls[1]))

    def cut(self) -> int:
        self.sub.close()
        return self.sub.port

    def mend(self, port: int) -> None:
        self.sub = RtspServer(SUB, port=port)


@pytest.fixture
def cameras() -> Iterator[Cameras]:
    made = Cameras()
    yield made
    made.close()


@contextmanager
def seen(camera: CameraSource, sink: Sink) -> Iterator[None]:
    """Run a camera beside the test; nothing but the end may end it."""
    stop = threading.Event()
    faults: list[Exception] = []

    def run() -> None:
        try:
            camera.run(sink, stop)
        except Transient as fault:
            faults.append(fault)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
        assert faults == []
    finally:
        stop.set()
        thread.join(20)


def until(found: Callable[[], bool], timeout_s: float = 30) -> None:
    deadline = time.monotonic() + timeout_s
    while not found():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("kind", "sizes", "luma"),
    [
        ("scene", {"main": (1280, 720), "sub": (640, 360)}, (360, 640)),
        ("rtsp", {"main": (192, 112), "sub": (96, 64)}, (64, 96)),
    ],
)
def test_two_streams_share_one_time(
    cameras: Cameras, kind: str, sizes: dict[str, tuple[int, int]], luma: tuple[int, int]
) -> None:
    sink = Sink()
    camera = cameras.rtsp(sink.clock) if kind == "rtsp" else SceneCamera("scene://yard?seed=7", sink.clock, 10)
    with seen(camera, sink):
        until(lambda: all(len(found) >= 25 for found in sink.packets.values()))
        until(lambda: [shape for _at, shape in sink.lumas[-5:]] == [luma] * 5)
    assert sink.faults == []
    assert sink.lost == []
    assert {quality: (info.width_px, info.height_px) for quality, info in sink.streams.items()} == sizes
    # Arrival and media time belong together for both streams alike, however slow this machine is.
    best = {quality: min(ages) for quality, ages in sink.ages_ms.items()}
    assert abs(best["main"] - best["sub"]) < 250
    assert min(abs(sink.lumas[-1][0] - one.pts_ms) for one in sink.packets["main"]) < 250


def test_a_sub_stream_that_is_cut_leaves_recording_and_motion_alone_and_comes_back(cameras: Cameras) -> None:
    sink = Sink()
    with seen(cameras.rtsp(sink.clock), sink):
        until(lambda: bool(sink.lumas) and sink.lumas[-1][1] == (64, 96))
        port, cut_ms = cameras.cut(), sink.clock.now_ms()
        until(lambda: len(sink.lost) >= 1)
        assert "sub" not in sink.streams
        until(lambda: sink.lumas[-1][1] == (112, 192) and sink.lumas[-1][0] > cut_ms + 4_000)
        cameras.mend(port)
        until(lambda: "sub" in sink.streams and sink.lumas[-1][1] == (64, 96), timeout_s=60)
    gaps = {b.dts_ms - a.dts_ms for a, b in itertools.pairwise(sink.packets["main"])}
    assert gaps == {100}  # the main stream never felt it
    times = [at for at, _shape in sink.lumas]
    assert times == sorted(times)
    # Not even the seconds until the main stream is decoded are missing: its newest groups of pictures were kept.
    assert max(b - a for a, b in itertools.pairwise(times)) < 500
    for reason, refused in sink.lost:
        assert not refused
        assert "s3cret" not in reason


def test_a_wrong_password_for_the_sub_stream_alone_is_told_and_stops_nothing(cameras: Cameras) -> None:
    cameras.sub.close()
    cameras.sub = RtspServer(SUB, password="another")
    sink = Sink()
    with seen(cameras.rtsp(sink.clock), sink):
        until(lambda: bool(sink.lost))
        known = len(sink.packets["main"])
        until(lambda: len(sink.packets["main"]) >= known + 10 and bool(sink.lumas))
    assert sink.lost == [(f"sub_source: rtsp://127.0.0.1:{cameras.sub.port}/live: refuses these credentials", True)]
    assert {shape for _at, shape in sink.lumas} == {(112, 192)}


class Ear:
    """Listens from the beginning, or from when it is told to."""

    def __init__(self, clock: MediaClock, *, listens: bool = True) -> None:
        self.clock, self.listens = clock, listens
        self.told: list[tuple[SoundInfo | None, str]] = []
        self.packets: list[SoundPacket] = []
        self.ages_ms: list[int] = []

    def sound(self, info: SoundInfo | None, fault: str) -> None:
        self.told.append((info, fault))

    def heard(self, packet: SoundPacket) -> None:
        self.packets.append(packet)
        self.ages_ms.append(self.clock.now_ms() - packet.pts_ms)

    def is_listened_to(self) -> bool:
        return self.listens


def a_law(seconds: float) -> bytes:
    """The tone as G.711."""
    context = av.CodecContext.create("pcm_alaw", "w")
    assert isinstance(context, av.AudioCodecContext)
    context.sample_rate, context.layout, context.format = 8_000, "mono", av.AudioFormat("s16")
    frame = av.AudioFrame.from_ndarray(tone(8_000, seconds)[None], format="s16", layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = 8_000, 0, Fraction(1, 8_000)
    return b"".join(bytes(packet) for packet in context.encode(frame))


@pytest.mark.parametrize(("kind", "codec"), [("rtsp", "opus"), ("film", "mp4a.40.2")])
def test_sound_has_the_pictures_time_and_is_taken_only_while_somebody_listens(
    tmp_path: Path, kind: str, codec: str
) -> None:
    server = RtspServer(MAIN, sound=a_law(4))
    sink = Sink()
    ear = Ear(sink.clock, listens=False)
    camera: CameraSource
    if kind == "rtsp":
        source = parse_source(f"rtsp://127.0.0.1:{server.port}/live")
        camera = RtspCamera(source, sink.clock, 10, ear=ear)
    else:
        camera = ReplayCamera(write_sounding_film(tmp_path / "film.mp4"), sink.clock, 10, ear=ear)
    with seen(camera, sink):
        until(lambda: len(sink.packets["main"]) >= 15)
        assert ear.packets == []
        ear.listens = True
        until(lambda: len(ear.packets) >= 120)
    server.close()
    ((info, fault), *_again) = ear.told
    assert info is not None
    assert (info.codec_string, fault) == (codec, "")
    assert share_of_tone(info, [packet.data for packet in ear.packets]) > 0.9
    assert abs(min(ear.ages_ms) - min(sink.ages_ms["main"])) < 250
    gaps = {b.dts_ms - a.dts_ms for a, b in itertools.pairwise(sink.packets["main"])}
    assert max(gaps) <= 101  # the pictures never felt it


@pytest.mark.parametrize(("sound", "told"), [(4.0, "the camera refuses it"), (0.0, "the camera offers no sound")])
def test_a_camera_that_refuses_or_lacks_its_sound_still_gives_its_pictures(sound: float, told: str) -> None:
    server = RtspServer(MAIN, sound=a_law(sound) if sound else b"", refuses_sound=True)
    sink = Sink()
    ear = Ear(sink.clock)
    with seen(RtspCamera(parse_source(f"rtsp://127.0.0.1:{server.port}/live"), sink.clock, 10, ear=ear), sink):
        until(lambda: len(sink.packets["main"]) >= 15)
    server.close()
    assert ear.packets == []
    assert ear.told[0][0] is None
    assert ear.told[0][1].startswith(told)


def test_a_camera_is_not_asked_for_sound_that_is_not_switched_on() -> None:
    server, sink = RtspServer(MAIN, sound=a_law(4)), Sink()
    with seen(RtspCamera(parse_source(f"rtsp://127.0.0.1:{server.port}/live"), sink.clock, 10), sink):
        until(lambda: len(sink.packets["main"]) >= 15)
    server.close()
    assert server.sound_asked == 0
