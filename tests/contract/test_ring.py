"""One suite for the ring on disk and its fake."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from edge_agent.adapters.ring import DiskRing
from edge_agent.adapters.segment_writer import SegmentWriter
from edge_agent.core.media import Segment
from edge_agent.ports import Ring
from shared.errors import Rejected
from shared.ids import CameraId
from tests.fakes.edge import FakeRing
from tests.fakes.footage import STREAM, packets

CAMERA = CameraId("n1.gate")
Filled = tuple[Ring, Sequence[Segment]]


def disk_ring(place: Path) -> Filled:
    ring, closed = DiskRing(place), []
    ring.open(CAMERA)

    def tell(segment: Segment) -> None:
        closed.append(segment)
        ring.add(segment)

    writer = SegmentWriter(ring.folder(CAMERA), 10**9, tell, lambda name: ring.drop(CAMERA, name))
    for packet in packets(60):
        writer.write(STREAM, packet)
    writer.close()
    return ring, closed


def fake_ring(_place: Path) -> Filled:
    ring = FakeRing()
    start_ms = packets(1)[0].pts_ms
    segments = [
        Segment(CAMERA, f"{at}-m.mp4", "m", at, at + 2000, len(f"{at}-m.mp4"), 0, "", STREAM)
        for at in (start_ms, start_ms + 2000, start_ms + 4000)
    ]
    for segment in segments:
        ring.add(segment)
    return ring, segments


@pytest.fixture(params=[disk_ring, fake_ring], ids=["disk", "fake"])
def filled(request: pytest.FixtureRequest, tmp_path: Path) -> Filled:
    make: Callable[[Path], Filled] = request.param
    return make(tmp_path)


def test_between_gives_what_overlaps(filled: Filled) -> None:
    ring, segments = filled
    first = segments[0].start_ms
    assert list(ring.between(CAMERA, first, first + 6000)) == list(segments)
    assert list(ring.between(CAMERA, first + 2000, first + 2001)) == [segments[1]]
    assert ring.between(CAMERA, first - 100, first) == ()
    assert ring.between(CameraId("n1.other"), first, first + 6000) == ()


async def test_a_run_is_what_was_described(filled: Filled) -> None:
    ring, segments = filled
    run = ring.describe(segments)
    data = b"".join([chunk async for chunk in ring.read(run)])
    assert len(data) == run.length_bytes
    assert hashlib.sha256(data).hexdigest() == run.sha256
    assert hashlib.md5(data, usedforsecurity=False).hexdigest() == run.md5
    assert run.segments == tuple(segments)


def test_a_run_never_spans_two_muxers(filled: Filled) -> None:
    ring, segments = filled
    with pytest.raises(Rejected):
        ring.describe([segments[0], replace(segments[1], muxer="other")])


def test_holding_and_releasing_are_idempotent(filled: Filled) -> None:
    ring, segments = filled
    for _ in range(2):
        ring.hold(segments[0])
    assert ring.held_bytes(CAMERA) == 0
    for _ in range(2):
        ring.release(segments[0])
    assert ring.held_bytes(CAMERA) == 0


async def test_what_is_held_costs_nothing_until_the_ring_lets_it_go(filled: Filled) -> None:
    ring, segments = filled
    ring.hold(segments[0])
    ring.hold(segments[1])
    run = ring.describe(segments[:2])
    assert (ring.held_bytes(CAMERA), ring.beyond_bytes(segments[:2]), ring.beyond_bytes([])) == (0, 0, 0)
    for gone in (segments[0], segments[2]):
        if isinstance(ring, FakeRing):
            ring.evicted.add(gone.name)
        else:
            assert isinstance(ring, DiskRing)
            ring.folder(CAMERA).remove(gone.name)
            ring.drop(CAMERA, gone.name)
    assert ring.held_bytes(CAMERA) == ring.beyond_bytes(segments) == segments[0].length_bytes
    assert list(ring.between(CAMERA, 0, 2**60)) == list(segments[:2])
    assert b"".join([chunk async for chunk in ring.read(run)])
    with pytest.raises(Rejected, match=r"gone|no longer"):
        ring.hold(segments[2])
    ring.release(segments[0])
    assert ring.held_bytes(CAMERA) == 0
    assert list(ring.between(CAMERA, 0, 2**60)) == [segments[1]]


def test_what_is_held_is_no_room_for_its_recorder(filled: Filled) -> None:
    ring, segments = filled
    everything = sum(s.length_bytes for s in segments)
    assert ring.ring_bytes(segments) == ring.room().loose_bytes[CAMERA] == everything
    ring.hold(segments[0])
    assert ring.ring_bytes(segments) == everything
    assert ring.room().loose_bytes[CAMERA] == everything - segments[0].length_bytes
    if isinstance(ring, FakeRing):
        ring.evicted.add(segments[0].name)
    else:
        assert isinstance(ring, DiskRing)
        assert ring.room().free_bytes > 0
        assert ring.room().wanted_bytes[CAMERA] >= 15 * everything // len(segments)
        ring.folder(CAMERA).remove(segments[0].name)
        ring.drop(CAMERA, segments[0].name)
    left = everything - segments[0].length_bytes
    assert (ring.ring_bytes(segments), ring.room().loose_bytes[CAMERA]) == (left, left)
    assert ring.ring_bytes(()) == 0


async def test_held_bytes_outlive_the_ring_and_a_restart(tmp_path: Path) -> None:
    filled_ring, segments = disk_ring(tmp_path)
    filled_ring.hold(segments[1])
    run = filled_ring.describe([segments[1]])
    for segment in segments:
        filled_ring_folder = DiskRing(tmp_path).folder(CAMERA)
        filled_ring_folder.remove(segment.name)
    again = DiskRing(tmp_path)
    again.open(CAMERA)
    assert again.held_bytes(CAMERA) == segments[1].length_bytes
    assert again.extent(CAMERA) == (0.0, 0)
    assert list(again.between(CAMERA, 0, 2**60)) == [segments[1]]
    assert b"".join([chunk async for chunk in again.read(run)])
    again.release(segments[1])
    assert again.between(CAMERA, 0, 2**60) == ()
    with pytest.raises(Rejected, match="no longer"):
        again.hold(segments[1])
    with pytest.raises(Rejected, match="no longer"):
        [chunk async for chunk in again.read(run)]


def test_describing_needs_consecutive_segments(filled: Filled) -> None:
    ring, segments = filled
    late = replace(segments[1], start_ms=segments[1].start_ms + 1)
    for wrong in ([], [segments[0], segments[2]], [segments[1], segments[0]], [segments[0], late]):
        with pytest.raises(Rejected, match="segments"):
            ring.describe(wrong)


def test_a_segment_that_the_disk_does_not_give_costs_no_other_and_stays(tmp_path: Path) -> None:
    _, closed = disk_ring(tmp_path)
    folder = tmp_path / "ring" / CAMERA
    unreadable = folder / closed[0].name
    unreadable.unlink()
    unreadable.mkdir()  # reading it is an OSError for every user
    (folder / f"{closed[-1].end_ms}-1.part").mkdir()
    again = DiskRing(tmp_path)
    again.open(CAMERA)
    assert list(again.between(CAMERA, closed[0].start_ms, closed[-1].end_ms)) == list(closed[1:])
    assert unreadable.exists()
