"""The ring on a real file system that loses its power, fills up, turns read-only or fails altogether."""

import asyncio
import hashlib
import io
import itertools
import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import av
import pytest

from edge_agent.adapters.recorder_thread import RecorderThread
from edge_agent.adapters.ring import DiskRing
from edge_agent.adapters.segment_writer import SegmentWriter
from edge_agent.core.media import Segment
from edge_agent.core.timeline import EncodedPacket
from edge_agent.core.upload_policy import Upload
from shared.errors import Transient
from shared.ids import CameraId, FactId, RunId
from shared.kinds import MediaClass
from shared.mint import uuid7
from tests.fakes.edge import FakeRing
from tests.fakes.footage import STREAM, packets
from tests.fakes.node import FakeNode
from tests.servers.loop_disk import LoopDisk, loop_disk

pytestmark = pytest.mark.integration

CAMERAS = (CameraId("n1.gate"), CameraId("n1.yard"))
GATE = CAMERAS[0]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[LoopDisk]:
    with loop_disk(tmp_path, 24_000_000) as disk:
        yield disk


def film(start_ms: int) -> Iterator[EncodedPacket]:
    """Packets without end, ten a second, a keyframe every second."""
    given = packets(200, gop=10)
    shift_ms = start_ms - given[0].pts_ms
    for round_ in itertools.count():
        for packet in given:
            offset_ms = shift_ms + round_ * 20_000
            yield replace(packet, pts_ms=packet.pts_ms + offset_ms, dts_ms=packet.dts_ms + offset_ms)


def decoded(path: Path) -> int:
    with io.BytesIO(path.read_bytes()) as data, av.open(data, "r") as container:
        return len(list(container.decode(video=0)))


class Recording:
    """One camera that is recorded until the disk refuses; what the writer said and what it was given."""

    def __init__(self, ring: DiskRing, camera: CameraId, start_ms: int) -> None:
        self.given_end_ms = start_ms
        self.start_ms = start_ms
        self.closed: list[Segment] = []
        self.dropped: set[str] = set()
        self.writer = SegmentWriter(ring.folder(camera), 400_000, self.closed.append, self.dropped.add)
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        for packet in film(self.start_ms):
            try:
                self.writer.write(STREAM, packet)
            except Transient:
                return
            self.given_end_ms = packet.pts_ms + packet.duration_ms
            time.sleep(0.002)


def survived(ring: DiskRing, camera: CameraId, recording: Recording, known: dict[str, Segment]) -> int:
    """Check a camera's ring after a power cut against what is `known` of it; returns where its footage ends."""
    ring.open(camera)
    folder = ring.folder(camera)
    found = {s.name: s for s in ring.between(camera, 0, 2**60)}
    known.update({segment.name: segment for segment in recording.closed})
    for name in recording.dropped:
        known.pop(name, None)
    assert known.keys() <= found.keys()
    for name, segment in found.items():
        assert hashlib.sha256(folder.path(name).read_bytes()).hexdigest() == segment.sha256
        assert name not in known or known[name].sha256 == segment.sha256
    for segment in ring.take_recovered(camera):
        assert decoded(folder.path(segment.name)) == round((segment.end_ms - segment.start_ms) / 100)
    known.update(found)
    return ring.newest_end_ms(camera) or 0


@pytest.mark.parametrize("cuts", [8, pytest.param(100, marks=[pytest.mark.long, pytest.mark.timeout(600)])])
def test_a_power_cut_at_any_moment_costs_at_most_a_second(disk: LoopDisk, cuts: int) -> None:
    chance = random.Random(cuts)
    known: dict[CameraId, dict[str, Segment]] = {camera: {} for camera in CAMERAS}
    lost_ms: list[int] = []
    start_ms = 1_700_000_000_000
    for _cut in range(cuts):
        ring = DiskRing(disk.place)
        for camera in CAMERAS:
            ring.open(camera)
        recordings = {camera: Recording(ring, camera, start_ms) for camera in CAMERAS}
        time.sleep(chance.uniform(0.05, 0.5))
        disk.cut_power()
        for recording in recordings.values():
            recording.thread.join(20)
        disk.restart()
        again = DiskRing(disk.place)
        for camera, recording in recordings.items():
            end_ms = survived(again, camera, recording, known[camera])
            lost_ms.append(recording.given_end_ms - max(end_ms, start_ms))
        start_ms = max(recording.given_end_ms for recording in recordings.values()) + 5_000
    assert max(lost_ms) <= 1_000


class Desk:
    """A recorder over a ring on this disk, and time that the test makes go by."""

    def __init__(self, disk: LoopDisk, bytes_max: int = 10**9, wanted_bytes: int = 0) -> None:
        self.ring = DiskRing(disk.place, wanted_bytes=wanted_bytes)
        self.ring.open(GATE)
        self.closed: list[Segment] = []
        self.dropped: list[str] = []
        self.failed: list[str] = []
        self._source = film(1_700_000_000_000)
        self.recorder = RecorderThread(
            lambda: SegmentWriter(self.ring.folder(GATE), bytes_max, self._close, self._drop), self.failed.append
        )
        self.recorder.start()

    def _close(self, segment: Segment) -> None:
        self.closed.append(segment)
        self.ring.add(segment)

    def _drop(self, name: str) -> None:
        self.dropped.append(name)
        self.ring.drop(GATE, name)

    def play(self, seconds: float) -> None:
        for packet in itertools.islice(self._source, round(seconds * 10)):
            self.recorder.put(STREAM, packet)

    def until(self, true: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 30
        while not true():
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def finish(self) -> tuple[Segment, ...]:
        assert self.recorder.finish(30)
        assert self.failed == []
        return self.ring.between(GATE, 0, 2**60)


def test_a_disk_that_turns_read_only_is_told_and_recorded_to_again(disk: LoopDisk) -> None:
    desk = Desk(disk)
    desk.play(7.3)
    desk.until(lambda: len(desk.closed) == 3)
    desk.until(lambda: desk.recorder.unsynced_ms() < 1_000)
    # Files that are open for writing keep a file system from turning read-only in any other way than its own.
    disk.cut_power()
    desk.play(3)
    desk.until(lambda: "Input/output error" in desk.recorder.error)
    disk.restart()
    disk.remount("ro")
    desk.play(3)
    desk.until(lambda: "Read-only file system" in desk.recorder.error)
    DiskRing(disk.place).open(GATE)
    disk.remount("rw")
    desk.play(70)
    desk.until(lambda: desk.recorder.error == "")
    whole = desk.finish()
    assert whole[-1].end_ms - whole[0].start_ms == 83_300
    assert [s.recovered for s in whole].count(True) == 1
    for segment in whole:
        assert decoded(disk.place / "ring" / GATE / segment.name) * 100 == segment.end_ms - segment.start_ms
    assert not list((disk.place / "ring" / GATE).glob("*.part"))


def test_a_full_disk_costs_the_oldest_and_never_the_newest(disk: LoopDisk) -> None:
    with (disk.place / "filler").open("wb") as filler:
        while True:
            try:
                filler.write(bytes(4096))
                filler.flush()
            except OSError:
                break
    size = (disk.place / "filler").stat().st_size
    with (disk.place / "filler").open("r+b") as filler:
        filler.truncate(size - 300_000)
    desk = Desk(disk)
    for _ in range(30):
        desk.play(10)
        desk.until(lambda: desk.recorder.unsynced_ms() < 1_000 or desk.recorder.error != "")
    desk.until(lambda: desk.recorder.error == "")
    whole = desk.finish()
    assert desk.dropped
    assert [s.name for s in desk.closed[: len(desk.dropped)]] == desk.dropped
    assert whole[-1].name == desk.closed[-1].name
    assert sum(s.end_ms - s.start_ms for s in whole) > 10_000
    for segment in whole:
        assert decoded(disk.place / "ring" / GATE / segment.name) > 0


def fill(place: Path, left_bytes: int) -> None:
    """Other things take the disk but for `left_bytes`, while a recorder may be writing to it and freeing again."""
    with (place / "filler").open("ab", buffering=0) as filler:
        while (room_bytes := _free_bytes(place) - left_bytes) > 0:
            filler.write(bytes(min(room_bytes, 1_000_000)))
            os.fsync(filler.fileno())


def _free_bytes(place: Path) -> int:
    disk = os.statvfs(place)
    return disk.f_bavail * disk.f_frsize


async def test_on_a_disk_full_of_other_things_recording_goes_before_what_waits_and_promoted_footage_goes_last(
    disk: LoopDisk,
) -> None:
    desk, node = Desk(disk, wanted_bytes=100_000), FakeNode()
    ring = desk.ring
    desk.play(60)
    desk.until(lambda: len(desk.closed) >= 25)
    desk.until(lambda: desk.recorder.unsynced_ms() < 1_000)
    node.ring = cast("FakeRing", ring)
    node.begin()
    waiting = tuple(desk.closed)
    for n, part in enumerate(waiting):
        ring.hold(part)
        kind: MediaClass = "promoted" if n < 3 else "motion"
        run = ring.describe([part])
        upload = Upload(RunId(uuid7()), run, kind, kind, None, "announced", 1, FactId(uuid7()))
        await node.delivery.announce(upload)
    fill(disk.place, 0)
    desk.play(60)
    desk.until(lambda: desk.recorder.error != "")
    delivering = asyncio.create_task(node.delivery.run())
    before = len(desk.closed)
    async with asyncio.timeout(30):
        while len(desk.closed) < before + 15 or desk.recorder.error:
            desk.play(2)
            await asyncio.sleep(0.2)
    delivering.cancel()
    await asyncio.gather(delivering, return_exceptions=True)
    desk.finish()
    given_up = {run.start_ms for run in node.runs() if run.state in {"released", "lost"}}
    assert given_up
    assert given_up == {part.start_ms for part in waiting[3 : 3 + len(given_up)]}, "the oldest of the lower class"
    held = {file.name for file in (disk.place / "held" / GATE).glob("*.mp4")}
    assert held == {part.name for part in waiting if part.start_ms not in given_up}
