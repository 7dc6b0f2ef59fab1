"""Segments on disk: whole GOPs of two seconds, durable in pieces, bounded, and recovered after any kind of end."""

import errno
import hashlib
import io
import os
from dataclasses import replace
from pathlib import Path

import av
import pytest

from edge_agent.adapters.segment_folder import SegmentFolder
from edge_agent.adapters.segment_writer import SegmentWriter
from edge_agent.core.fragments import boxes
from edge_agent.core.ledger_minutes import MINUTE_MS, Sighting, entries
from edge_agent.core.media import Segment
from edge_agent.core.timeline import EncodedPacket
from shared.errors import Broken, Transient
from shared.ids import CameraId
from tests.fakes.footage import STREAM, packets

CAMERA = CameraId("n1.gate")
START_MS = packets(1)[0].pts_ms


class Desk:
    """A writer with what it told."""

    def __init__(self, place: Path, bytes_max: int = 10**9, folder: SegmentFolder | None = None) -> None:
        self.folder = folder or SegmentFolder(CAMERA, place)
        self.closed: list[Segment] = []
        self.dropped: list[str] = []
        self.writer = SegmentWriter(self.folder, bytes_max, self.closed.append, self.dropped.append)

    def write(self, given: tuple[EncodedPacket, ...]) -> None:
        for packet in given:
            self.writer.write(STREAM, packet)


class ReadOnlyFolder(SegmentFolder):
    """A folder of a file system that has become read-only."""

    def remove(self, name: str) -> None:
        raise OSError(errno.EROFS, "Read-only file system", name)


def faulty_keyframes(desk: Desk, device: str, count: int, start_ms: int) -> None:
    """Write `count` GOPs, each of which begins a file that lies on `device`."""
    for number in range(count):
        given = packets(20, start_ms=start_ms + number * 2000)
        part = desk.folder.place / f"{given[0].pts_ms}-{given[0].dts_ms:x}.part"
        part.symlink_to(device)
        with pytest.raises(Transient) as fault:
            desk.write(given)
        (entry,) = entries(0, 0, MINUTE_MS, [], [Sighting(0, "live", str(fault.value))], 0)
        cause = "disk full" if device == "/dev/full" else "disk error"
        assert [missing.cause for missing in entry.missing] == [cause]
        assert not part.is_symlink()


def recorded(place: Path, count: int) -> tuple[Segment, ...]:
    desk = Desk(place)
    desk.write(packets(count * 20))
    desk.writer.close()
    assert len(desk.closed) == count
    return tuple(desk.closed)


def frames_in_bytes(data: bytes) -> int:
    with io.BytesIO(data) as file, av.open(file, "r") as container:
        return len(list(container.decode(video=0)))


def frames_in(*files: Path) -> int:
    """Frames that decode when these files of one muxer follow the first one's init."""
    data = b""
    for file in files:
        body = file.read_bytes()
        with io.BytesIO(body) as whole, av.open(whole, "r") as container:
            assert container.streams.video[0].codec_context.width == STREAM.width_px
        data += body if not data else body[body.index(b"moof") - 4 :]
    with av.open(io.BytesIO(data), "r") as container:
        return len(list(container.decode(video=0)))


def test_segments_are_whole_gops_that_follow_each_other(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.write(packets(70, gop=10))
    desk.writer.close()
    spans = [(s.start_ms - START_MS, s.end_ms - START_MS) for s in desk.closed]
    assert spans == [(0, 2000), (2000, 4000), (4000, 6000), (6000, 7000)]
    assert len({s.muxer for s in desk.closed}) == 1
    for segment in desk.closed:
        data = desk.folder.path(segment.name).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (segment.length_bytes, segment.sha256)
    assert frames_in(*(desk.folder.path(s.name) for s in desk.closed)) == 70
    assert frames_in(desk.folder.path(desk.closed[2].name)) == 20
    assert list(desk.folder.load()) == desk.closed


def test_the_index_is_rebuilt_from_the_files_alone(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.write(packets(45))
    desk.writer.close()
    index = tmp_path / "index.jsonl"
    strange = index.read_text(encoding="utf-8").replace(f'"start_ms": {desk.closed[1].start_ms}', '"start_ms": "x"')
    index.write_bytes(b"\0" * 512 + b"\n[]\n3\n" + strange.encode() + b'{"half a li')
    assert desk.folder.load()[1] == replace(desk.closed[1], stream=desk.folder.load()[1].stream, recovered=False)
    index.write_text('{"half a li', encoding="utf-8")
    rebuilt = desk.folder.load()
    assert [replace(s, stream=STREAM) for s in rebuilt] == [replace(s, stream=STREAM) for s in desk.closed]
    assert {(s.stream.codec, s.stream.width_px, s.stream.height_px) for s in rebuilt} == {("h264", 192, 112)}


@pytest.mark.parametrize("count", [6, 13, 27, 38])
def test_what_a_dead_writer_left_is_closed_and_marked(tmp_path: Path, count: int) -> None:
    desk = Desk(tmp_path)
    desk.write(packets(count))  # and never closed
    recovered = desk.folder.recover()
    assert [s.recovered for s in recovered] == [True]
    durable_ms = desk.writer.durable_ms
    assert durable_ms is not None
    assert recovered[0].end_ms == pytest.approx(durable_ms, abs=1)
    assert (START_MS + (count - 1) * 100) - durable_ms < 600
    files = sorted(tmp_path.glob("*.mp4"))
    assert frames_in(*files) * 100 == durable_ms - START_MS
    assert not list(tmp_path.glob("*.part"))
    assert desk.folder.recover() == ()


@pytest.mark.parametrize("step", [13, pytest.param(1, marks=pytest.mark.long)])
@pytest.mark.parametrize("suffix", ["part", "mp4"])
def test_a_file_cut_at_any_byte_gives_its_whole_fragments(tmp_path: Path, suffix: str, step: int) -> None:
    """The long form cuts at every byte, the short one at every thirteenth."""
    desk = Desk(tmp_path)
    desk.write(packets(14, gop=5))
    desk.writer.close()
    whole = desk.folder.path(desk.closed[0].name).read_bytes()
    (tmp_path / desk.closed[0].name).unlink()
    target = tmp_path / f"{desk.closed[0].name.removesuffix('mp4')}{suffix}"
    ends = [offset + size for kind, offset, size in boxes(whole) if kind == b"mdat"]
    frames = {end: frames_in_bytes(whole[:end]) for end in ends}
    assert sorted(frames.values()) == [5, 10, 14]
    for length in range(0, len(whole) + 1, step):
        target.write_bytes(whole[:length])
        recovered = desk.folder.recover()
        found = desk.folder.load()
        usable = max((end for end in ends if end <= length), default=0)
        assert [s.length_bytes for s in found] == ([usable] if usable else [])
        assert [s.sha256 for s in found] == ([hashlib.sha256(whole[:usable]).hexdigest()] if usable else [])
        assert [s.end_ms - s.start_ms for s in found] == ([frames[usable] * 100] if usable else [])
        assert list(recovered) == (list(found) if suffix == "part" else [])
        for segment in found:
            desk.folder.remove(segment.name)
        assert not list(tmp_path.glob("*-*"))


def test_cut_tails_empty_files_and_strangers_are_survived(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.write(packets(45))
    desk.writer.close()
    first, second, third = (desk.folder.path(s.name) for s in desk.closed)
    whole = second.read_bytes()
    first.write_bytes(b"")
    second.write_bytes(whole[:-7])
    (tmp_path / "5-5.part").write_bytes(b"")
    (tmp_path / "6-6.part").write_bytes(os.urandom(500))
    (tmp_path / "note.txt").write_text("mine", encoding="utf-8")
    assert desk.folder.recover() == ()
    found = desk.folder.load()
    assert [s.name for s in found] == [second.name, third.name]
    assert [s.recovered for s in found] == [True, False]
    assert found[0].length_bytes == second.stat().st_size < len(whole) - 7
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [second.name, third.name, "index.jsonl", "note.txt"]
    )


def test_the_oldest_go_first_when_the_ring_is_full(tmp_path: Path) -> None:
    desk = Desk(tmp_path, bytes_max=12_000)
    desk.write(packets(200))
    desk.writer.close()
    kept = [s for s in desk.closed if s.name not in desk.dropped]
    assert 0 < len(kept) < len(desk.closed)
    assert [s.name for s in desk.closed[: len(desk.dropped)]] == desk.dropped
    assert sum(s.length_bytes for s in kept[:-1]) <= 12_000
    assert [s.name for s in desk.folder.load()] == [s.name for s in kept]


def test_a_gap_and_another_stream_begin_another_muxer(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.write(packets(20))
    desk.write(packets(20, start_ms=START_MS + 60_000))
    for packet in packets(20, start_ms=START_MS + 62_000):
        desk.writer.write(replace(STREAM, fps=15.0), packet)
    desk.writer.close()
    assert [(s.start_ms - START_MS, s.end_ms - START_MS) for s in desk.closed] == [
        (0, 2000),
        (60_000, 62_000),
        (62_000, 64_000),
    ]
    assert len({s.muxer for s in desk.closed}) == 3


def test_a_full_disk_is_a_gap_and_writing_goes_on(tmp_path: Path) -> None:
    """The kernel's refusal is played by a file size limit, which raises in `os.write` like a full disk does."""
    resource = pytest.importorskip("resource")
    signal = pytest.importorskip("signal")
    desk = Desk(tmp_path)
    given = packets(80)
    desk.write(given[:28])
    durable_ms = desk.writer.durable_ms
    assert durable_ms is not None
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        with pytest.raises(Transient, match="disk"):
            desk.write(given[28:40])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    desk.write(given[30:])
    desk.writer.close()
    spans = [(s.start_ms - START_MS, s.end_ms - START_MS) for s in desk.closed]
    assert spans == [(0, 2000), (2000, durable_ms - START_MS), (4000, 6000), (6000, 8000)]
    assert [s.recovered for s in desk.closed] == [False, True, False, False]
    assert frames_in(desk.folder.path(desk.closed[1].name)) * 100 == durable_ms - START_MS - 2000


def test_a_fault_that_no_room_would_mend_costs_no_segment(tmp_path: Path) -> None:
    """Writing to one's own memory at address 0 fails with EIO, as a card that dies does."""
    kept = recorded(tmp_path, 6)
    desk = Desk(tmp_path)
    before = len(list(Path("/proc/self/fd").iterdir()))
    faulty_keyframes(desk, "/proc/self/mem", 12, START_MS + 60_000)
    assert desk.dropped == []
    assert desk.folder.load() == kept
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_full_disk_costs_the_oldest_until_one_segment_fits(tmp_path: Path) -> None:
    kept = recorded(tmp_path, 6)
    desk = Desk(tmp_path)
    faulty_keyframes(desk, "/dev/full", 1, START_MS + 60_000)
    mean_bytes = sum(s.length_bytes for s in kept) // 6
    gone = kept[: len(desk.dropped)]
    assert desk.dropped == [s.name for s in gone]
    assert sum(s.length_bytes for s in gone[:-1]) < mean_bytes <= sum(s.length_bytes for s in gone)
    assert desk.folder.load() == kept[len(gone) :]


def test_on_a_full_disk_what_is_held_stays_because_it_would_free_nothing(tmp_path: Path) -> None:
    kept = recorded(tmp_path / "ring", 6)
    for segment in kept[:5]:
        os.link(tmp_path / "ring" / segment.name, tmp_path / segment.name)
    desk = Desk(tmp_path / "ring")
    faulty_keyframes(desk, "/dev/full", 3, START_MS + 60_000)
    assert desk.dropped == []
    (tmp_path / kept[2].name).unlink()
    faulty_keyframes(desk, "/dev/full", 1, START_MS + 90_000)
    assert desk.dropped == [kept[2].name]


def test_a_disk_that_cannot_even_forget_is_a_fault_like_another(tmp_path: Path) -> None:
    kept = recorded(tmp_path, 3)
    desk = Desk(tmp_path, folder=ReadOnlyFolder(CAMERA, tmp_path))
    faulty_keyframes(desk, "/dev/full", 1, START_MS + 60_000)
    assert desk.dropped == []
    desk.write(packets(25, start_ms=START_MS + 90_000))
    assert len(desk.closed) == 1
    assert desk.folder.load() == (*kept, *desk.closed)


def test_a_muxer_that_breaks_is_left_at_the_next_keyframe(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    given = packets(80)
    desk.write(given[:30])
    with pytest.raises(Broken):
        desk.write((replace(given[30], dts_ms=given[30].dts_ms - 400),))
    desk.write(given[31:])
    desk.writer.close()
    spans = [(s.start_ms - START_MS, s.end_ms - START_MS, s.recovered) for s in desk.closed]
    assert spans == [(0, 2000, False), (2000, 2500, True), (4000, 6000, False), (6000, 8000, False)]
    assert len({s.muxer for s in desk.closed}) == 2


def test_a_keyframe_that_no_muxer_takes_is_broken_and_the_next_one_is_written(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    given = packets(40)
    with pytest.raises(Broken):
        desk.writer.write(replace(STREAM, fps=float("nan")), given[0])
    desk.write(given[1:])
    desk.writer.close()
    assert [(s.start_ms - START_MS, s.end_ms - START_MS) for s in desk.closed] == [(2000, 4000)]


def test_the_oldest_goes_before_the_disk_is_full(tmp_path: Path) -> None:
    """Sparse files stand for segments of which no more fits on this disk."""
    kept = recorded(tmp_path, 3)
    disk = os.statvfs(tmp_path)
    length_bytes = disk.f_bavail * disk.f_frsize * 2 + 2**30
    folder = SegmentFolder(CAMERA, tmp_path)
    for segment in kept:
        os.truncate(folder.path(segment.name), length_bytes)
        folder.remember(replace(segment, length_bytes=length_bytes), kept)
    desk = Desk(tmp_path, bytes_max=2**62)
    desk.write(packets(25, start_ms=START_MS + 60_000))
    assert desk.dropped == [kept[0].name, kept[1].name]  # one for each of the two files begun


def test_an_index_that_cannot_be_written_costs_nothing_and_does_not_grow_without_end(tmp_path: Path) -> None:
    (tmp_path / "index.jsonl").mkdir()
    desk = Desk(tmp_path)
    desk.write(packets(60))
    desk.writer.close()
    assert [s.recovered for s in desk.closed] == [False] * 3
    (tmp_path / "index.jsonl").rmdir()
    for _ in range(2_500):
        desk.folder.remember(desk.closed[0], desk.closed)
    lines = (tmp_path / "index.jsonl").read_text().splitlines()
    assert len(lines) < 1_100
    assert desk.folder.load() == tuple(desk.closed)
    assert desk.folder.written_bytes > 2_000 * len(lines[0])


def test_what_a_failing_disk_kept_open_is_taken_up_when_it_works_again(tmp_path: Path) -> None:
    class Stubborn(SegmentFolder):
        """A disk on which nothing can be renamed for a while."""

        works = False

        def path(self, name: str) -> Path:
            return super().path(name) if self.works else self.place / "none" / name

    folder = Stubborn(CAMERA, tmp_path)
    desk = Desk(tmp_path, folder=folder)
    with pytest.raises(Transient, match="disk"):
        desk.write(packets(25))
    assert len(list(tmp_path.glob("*.part"))) == 1
    folder.works = True
    desk.write(packets(45, start_ms=START_MS + 6_000))
    desk.writer.close()
    spans = [(s.start_ms - START_MS, s.end_ms - START_MS, s.recovered) for s in desk.closed]
    assert spans[0] == (0, 2000, True)
    assert spans[1:] == [(6_000, 8_000, False), (8_000, 10_000, False), (10_000, 10_500, False)]
    assert not list(tmp_path.glob("*.part"))


def test_what_could_not_be_removed_stays_in_the_ring_until_it_can(tmp_path: Path) -> None:
    kept = recorded(tmp_path, 6)
    folder = ReadOnlyFolder(CAMERA, tmp_path)
    desk = Desk(tmp_path, bytes_max=12_000, folder=folder)
    with pytest.raises(Transient, match="Read-only"):
        desk.write(packets(20, start_ms=START_MS + 60_000))
    assert desk.dropped == []
    again = Desk(tmp_path, bytes_max=12_000)
    again.write(packets(20, start_ms=START_MS + 60_000))
    assert again.dropped == [s.name for s in kept[: len(again.dropped)]]
    assert again.dropped


def test_the_writer_counts_what_it_gives_to_the_disk(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.write(packets(60))
    desk.writer.close()
    assert desk.writer.written_bytes == sum(path.stat().st_size for path in tmp_path.iterdir())
