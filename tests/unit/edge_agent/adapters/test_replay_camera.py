"""A file as a camera: films that cannot be wound back, lie about time, break off or lie on their side still play."""

import threading
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from edge_agent.adapters.camera_sink import MediaClock
from edge_agent.adapters.replay_camera import ReplayCamera
from edge_agent.core.media import Quality, StreamInfo
from edge_agent.core.timeline import EncodedPacket
from shared.errors import Rejected
from tests.fakes.footage import FPS, pictures, write_film

START_MS = 1_700_000_000_000


class LateClock(MediaClock):
    """Begins at `START_MS`; from then on everything is due."""

    def __init__(self) -> None:
        super().__init__()
        self._times = iter([START_MS])

    def now_ms(self) -> int:
        return next(self._times, START_MS + 10**12)


class Sink:
    """Stops after `most` packets."""

    def __init__(self, most: int) -> None:
        self.most, self.stop = most, threading.Event()
        self.packets: list[EncodedPacket] = []
        self.streams: list[StreamInfo] = []
        self.shapes: list[tuple[int, ...]] = []

    def stream(self, _quality: Quality, info: StreamInfo) -> None:
        self.streams.append(info)

    def packet(self, _quality: Quality, packet: EncodedPacket) -> None:
        self.packets.append(packet)
        if len(self.packets) >= self.most:
            self.stop.set()

    def sub_lost(self, reason: str, *, refused: bool) -> None:
        raise AssertionError((reason, refused))

    def luma(self, _pts_ms: int, luma: NDArray[np.uint8]) -> None:
        self.shapes.append(luma.shape)


def replay(film: Path, most: int) -> Sink:
    sink = Sink(most)
    ReplayCamera(film, LateClock(), 10.0).run(sink, sink.stop)
    assert all(before.dts_ms < after.dts_ms for before, after in pairwise(sink.packets))
    return sink


def joined(folder: Path, starts_s: Iterator[int]) -> Path:
    parts = []
    for number, start_s in enumerate(starts_s):
        part = folder / f"{number}.ts"
        with av.open(str(part), "w") as container:
            stream = container.add_stream("libx264", rate=FPS, options={"bf": "0"})
            stream.width, stream.height = 192, 112
            for index, picture in enumerate(pictures(10)):
                picture.pts = start_s * FPS + index
                container.mux(stream.encode(picture))
            container.mux(stream.encode(None))
        parts.append(part.read_bytes())
    film = folder / "joined.ts"
    film.write_bytes(b"".join(parts))
    return film


def test_a_stream_without_a_container_begins_again(tmp_path: Path) -> None:
    assert len(replay(write_film(tmp_path / "raw.h264", count=20), 50).packets) == 50


def test_a_matroska_film_with_b_frames_has_rising_decode_times(tmp_path: Path) -> None:
    sink = replay(write_film(tmp_path / "b.mkv", count=20, options={"bf": "3"}), 50)
    shown = sorted(packet.pts_ms for packet in sink.packets[:20])
    assert len(set(shown)) == 20, "no two pictures are shown at the same time"


@pytest.mark.parametrize("starts_s", [(100, 50), (100, 40_000)])
def test_a_clock_that_jumps_neither_stops_nor_turns_the_film_back(tmp_path: Path, starts_s: tuple[int, int]) -> None:
    sink = replay(joined(tmp_path, iter(starts_s)), 30)
    assert sink.packets[-1].dts_ms - START_MS < 4000


def test_a_film_that_breaks_off_is_played_to_there_again_and_again(tmp_path: Path) -> None:
    film = write_film(tmp_path / "cut.mp4", count=40, options={"g": "10", "bf": "0"})
    whole = write_film(tmp_path / "whole.mp4", count=40, options={"g": "10", "bf": "0"}).read_bytes()
    with av.open(str(film), "w", options={"movflags": "faststart"}) as copy, av.open(str(tmp_path / "whole.mp4")) as of:
        stream = copy.add_stream_from_template(of.streams.video[0])
        for packet in of.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                copy.mux(packet)
    film.write_bytes(film.read_bytes()[: len(whole) * 3 // 4])
    assert len(replay(film, 60).packets) == 60


def test_a_film_on_its_side_is_recorded_upright(tmp_path: Path) -> None:
    film = tmp_path / "side.mp4"
    with av.open(str(film), "w") as container:
        stream = container.add_stream("libx264", rate=FPS)
        stream.width, stream.height = 192, 112
        stream.set_display_rotation(90)
        for picture in pictures(10):
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    sink = replay(film, 5)
    assert {(info.width_px, info.height_px) for info in sink.streams} == {(112, 192)}
    assert sink.shapes[0] == (192, 112)


def test_a_list_of_films_is_not_followed(tmp_path: Path) -> None:
    write_film(tmp_path / "film.mp4", count=5)
    film = tmp_path / "list.mp4"
    film.write_text("ffconcat version 1.0\nfile film.mp4\n", encoding="utf-8")
    with pytest.raises(Rejected, match="playlist"):
        ReplayCamera(film, LateClock(), 10.0).run(Sink(1), threading.Event())
