"""The recorder's thread: it writes what it is given, shows what keeps it from writing, and never ends unheard."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import av

from edge_agent.adapters.recorder_thread import RecorderThread
from edge_agent.adapters.segment_folder import SegmentFolder
from edge_agent.adapters.segment_writer import SegmentWriter
from edge_agent.core.media import Segment, StreamInfo
from edge_agent.core.timeline import EncodedPacket
from shared.ids import CameraId
from tests.fakes.footage import STREAM, packets

CAMERA = CameraId("n1.gate")


class Desk:
    """A recorder with what it told."""

    def __init__(self, place: Path, make: Callable[[], SegmentWriter] | None = None) -> None:
        self.place = place
        self.closed: list[Segment] = []
        self.failed: list[str] = []
        self.recorder = RecorderThread(make or self.writer, self.failed.append)

    def writer(self) -> SegmentWriter:
        return SegmentWriter(SegmentFolder(CAMERA, self.place), 10**9, self.closed.append, lambda _name: None)

    def until(self, true: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 20
        while not true():
            assert time.monotonic() < deadline
            time.sleep(0.01)


def test_what_is_queued_is_written_before_the_end(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    for packet in packets(45):
        desk.recorder.put(STREAM, packet)
    desk.recorder.start()
    assert desk.recorder.finish(20)
    assert [s.end_ms - s.start_ms for s in desk.closed] == [2000, 2000, 500]
    assert (desk.recorder.error, desk.recorder.dropped, desk.failed) == ("", 0, [])
    assert desk.recorder.turns == 45


def test_a_fault_of_the_disk_shows_until_something_is_written_again(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    first = packets(20)
    (tmp_path / f"{first[0].pts_ms}-{first[0].dts_ms:x}.part").symlink_to("/proc/self/mem")  # EIO at address 0
    desk.recorder.start()
    for packet in first:
        desk.recorder.put(STREAM, packet)
    desk.until(lambda: "Input/output error" in desk.recorder.error)
    for packet in packets(45, start_ms=first[0].pts_ms + 2000):
        desk.recorder.put(STREAM, packet)
    desk.until(lambda: desk.recorder.error == "")
    assert desk.recorder.finish(20)
    assert desk.failed == []
    assert len(desk.closed) == 3


def test_a_stream_that_cannot_be_muxed_shows_and_the_thread_goes_on(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.recorder.start()
    desk.recorder.put(replace(STREAM, fps=float("nan")), packets(1)[0])
    desk.until(lambda: "muxing" in desk.recorder.error)
    for packet in packets(25, start_ms=packets(1)[0].pts_ms + 2000):
        desk.recorder.put(STREAM, packet)
    assert desk.recorder.finish(20)
    assert (len(desk.closed), desk.recorder.error, desk.failed) == (2, "", [])


class Stalled(SegmentWriter):
    """A disk whose flush hangs until the test lets it go on."""

    stall: threading.Event

    def write(self, stream: StreamInfo, packet: EncodedPacket) -> None:
        self.stall.wait(20)
        super().write(stream, packet)


def test_a_disk_that_stalls_costs_whole_gops_which_are_a_gap(tmp_path: Path) -> None:
    go = threading.Event()
    desk = Desk(tmp_path)

    def stalled() -> SegmentWriter:
        writer = Stalled(SegmentFolder(CAMERA, tmp_path), 10**9, desk.closed.append, lambda _name: None)
        writer.stall = go
        return writer

    given = packets(200, gop=5)
    room_bytes = sum(len(packet.data) for packet in given[:33])
    desk.recorder = RecorderThread(stalled, desk.failed.append, room_bytes, together_ms=0)
    desk.recorder.start()
    for packet in given[:80]:
        desk.recorder.put(STREAM, packet)
    assert "disk error: too slow" in desk.recorder.error
    assert 40 < desk.recorder.dropped <= 50
    go.set()
    desk.until(lambda: desk.recorder.unsynced_ms() < 10_000 and desk.closed[-1:] != [])
    dropped = desk.recorder.dropped
    for packet in given[80:]:
        desk.recorder.put(STREAM, packet)
        time.sleep(0.002)
    assert desk.recorder.error == ""
    assert desk.recorder.finish(20)
    start_ms = given[0].pts_ms
    holes = [(a.end_ms - start_ms, b.start_ms - start_ms) for a, b in pairwise(desk.closed) if a.end_ms != b.start_ms]
    assert holes == [((80 - dropped) * 100, 8_000)]
    frames = 0
    for segment in desk.closed:
        with av.open(str(tmp_path / segment.name)) as container:
            frames += len(list(container.decode(video=0)))
    assert frames == 200 - dropped == sum(s.end_ms - s.start_ms for s in desk.closed) // 100


def test_a_short_drop_is_never_inside_a_segment(tmp_path: Path) -> None:
    go = threading.Event()
    desk = Desk(tmp_path)

    def stalled() -> SegmentWriter:
        writer = Stalled(SegmentFolder(CAMERA, tmp_path), 10**9, desk.closed.append, lambda _name: None)
        writer.stall = go
        return writer

    given = packets(40, gop=5)
    desk.recorder = RecorderThread(stalled, desk.failed.append, sum(len(p.data) for p in given[:7]), together_ms=0)
    desk.recorder.start()
    for packet in given[:10]:
        desk.recorder.put(STREAM, packet)
    go.set()
    desk.until(lambda: not desk.recorder._bytes)
    for packet in given[10:]:
        desk.recorder.put(STREAM, packet)
        desk.until(lambda: not desk.recorder._bytes)
    assert desk.recorder.finish(20)
    start_ms = given[0].pts_ms
    assert (desk.closed[0].end_ms - start_ms, desk.closed[1].start_ms - start_ms) == (
        (10 - desk.recorder.dropped) * 100,
        1_000,
    )


def test_a_folder_that_cannot_be_read_is_told_and_not_swallowed(tmp_path: Path) -> None:
    def make() -> SegmentWriter:
        raise OSError(5, "Input/output error")

    desk = Desk(tmp_path, make)
    desk.recorder.start()
    desk.until(lambda: desk.failed != [])
    assert desk.failed == [desk.recorder.error]
    assert "Input/output error" in desk.recorder.error
    assert desk.recorder.finish(20)


def test_an_unforeseen_fault_while_writing_is_told_and_not_swallowed(tmp_path: Path) -> None:
    class Surprising(SegmentWriter):
        def write(self, stream: StreamInfo, packet: EncodedPacket) -> None:
            raise RuntimeError(f"no place for {packet.pts_ms} of {stream.codec}")

    folder = SegmentFolder(CAMERA, tmp_path)
    desk = Desk(tmp_path, lambda: Surprising(folder, 10**9, lambda _closed: None, lambda _name: None))
    desk.recorder.start()
    desk.recorder.put(STREAM, packets(1)[0])
    desk.until(lambda: desk.failed != [])
    assert desk.recorder.error.startswith("recording failed: no place")


def test_the_thread_sleeps_until_a_fragment_is_whole(tmp_path: Path) -> None:
    woken: list[int] = []

    class Watched(SegmentWriter):
        def write(self, stream: StreamInfo, packet: EncodedPacket) -> None:
            super().write(stream, packet)
            woken.append(packet.dts_ms)

    folder = SegmentFolder(CAMERA, tmp_path)
    desk = Desk(tmp_path, lambda: Watched(folder, 10**9, lambda _closed: None, lambda _name: None))
    given = packets(11, gop=20)
    desk.recorder.start()
    desk.recorder.put(STREAM, given[0])
    desk.until(lambda: woken == [given[0].dts_ms])
    for packet in given[1:5]:
        desk.recorder.put(STREAM, packet)
    time.sleep(0.05)
    assert len(woken) == 1
    desk.recorder.put(STREAM, given[5])
    desk.until(lambda: len(woken) == 6 and desk.recorder.unsynced_ms() == 0)  # up to the fragment that now begins
    assert desk.recorder.finish(20)
