"""`cctv-edge export` with a real ring: verified copies, clear refusals, never half a file under a final name."""

import hashlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import av
import pytest
from typer.testing import CliRunner, Result

from edge_agent.adapters.export_folder import ExportFolder
from edge_agent.adapters.ring import DiskRing
from edge_agent.adapters.segment_writer import SegmentWriter
from edge_agent.cli import app
from edge_agent.core.media import Segment
from shared.errors import Rejected
from shared.ids import CameraId
from tests.fakes.footage import STREAM, packets

pytestmark = pytest.mark.integration

CAMERA = CameraId("n1.gate")
CONFIG = """
node = "n1"
site = "yard"
data_dir = "data"
controller_url = "http://127.0.0.1:1"
key_pem = "key"
[broker]
password = "word"
[[cameras]]
name = "gate"
source = "scene://yard"
"""


class Node:
    """A node's folder with a camera that recorded twice 4 s, 2 s apart, and a disk to export to."""

    def __init__(self, folder: Path) -> None:
        self.config = folder / "n1.toml"
        self.config.write_text(CONFIG)
        self.config.chmod(0o600)
        self.out = folder / "usb"
        self.out.mkdir()
        self.data = folder / "data"
        ring = DiskRing(self.data)
        ring.open(CAMERA)
        self.closed: list[Segment] = []
        for start_ms in (1_700_000_000_000, 1_700_000_006_000):
            writer = SegmentWriter(ring.folder(CAMERA), 10**9, self.closed.append, lambda _name: None)
            for packet in packets(40, start_ms=start_ms):
                writer.write(STREAM, packet)
            writer.close()

    def path(self, segment: Segment) -> Path:
        return self.data / "ring" / CAMERA / segment.name

    def export(self, *options: str, begin: str = "1700000000000", end: str = "1700000010000", **given: str) -> Result:
        camera, out = given.get("camera", "gate"), given.get("out", str(self.out))
        words = ["export", "--config", str(self.config), "--camera", camera, "--from", begin, "--to", end, "--out", out]
        return CliRunner().invoke(app, [*words, "--same-disk", *options])

    def exported(self) -> Path:
        (found,) = list(self.out.iterdir())
        return found


@pytest.fixture
def node(tmp_path: Path) -> Node:
    return Node(tmp_path)


def test_times_without_an_offset_are_the_sites(node: Node) -> None:
    node.config.write_text(CONFIG.replace("[broker]", 'time_zone = "Asia/Seoul"\n[broker]'))
    done = node.export(begin="2023-11-15T07:13:20", end="2023-11-15T07:13:30")
    assert done.exit_code == 0, done.output
    told = json.loads((node.exported() / "manifest.json").read_text())
    assert told["from"]["utc"] == "2023-11-14T22:13:20.000+00:00"
    assert told["from"]["local"] == "2023-11-15T07:13:20.000+09:00"
    assert "+09:00" in done.stderr  # the gap's times


def test_the_files_are_the_rings_and_the_manifest_says_so(node: Node) -> None:
    done = node.export()
    assert done.exit_code == 0, done.output
    assert "verified" in done.stdout
    assert "no recording from" in done.stderr
    folder = node.exported()
    assert folder.name == "n1.gate-20231114T221320Z-20231114T221330Z"
    told = json.loads((folder / "manifest.json").read_text())
    assert [file["name"] for file in told["files"]] == [segment.name for segment in node.closed]
    for file, segment in zip(told["files"], node.closed, strict=True):
        data = (folder / segment.name).read_bytes()
        assert data == node.path(segment).read_bytes()
        assert file["sha256"] == segment.sha256 == hashlib.sha256(data).hexdigest()
        assert file["segments"][0]["intact"] is True
    assert (told["site"], told["camera"], told["from"]["utc"]) == ("yard", CAMERA, "2023-11-14T22:13:20.000+00:00")
    assert told["from"]["local"]
    assert [(gap["from"]["unix_ms"], gap["to"]["unix_ms"]) for gap in told["gaps"]] == [
        (node.closed[1].end_ms, node.closed[2].start_ms)
    ]
    assert (
        subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=folder, check=False, capture_output=True).returncode == 0
    )


def test_joined_gives_a_film_for_each_stretch(node: Node) -> None:
    assert node.export("--joined").exit_code == 0
    films = sorted(node.exported().glob("*.mp4"))
    assert len(films) == 2
    for film in films:
        with av.open(io.BytesIO(film.read_bytes()), "r") as container:
            assert len(list(container.decode(video=0))) == 40


def test_a_part_of_the_span_takes_the_segments_that_overlap_it(node: Node) -> None:
    second = node.closed[1]
    assert node.export(begin=str(second.start_ms + 100), end=str(second.start_ms + 200)).exit_code == 0
    assert [path.name for path in node.exported().glob("*.mp4")] == [second.name]


def test_held_footage_that_the_ring_has_overwritten_is_exported_too(node: Node) -> None:
    ring = DiskRing(node.data)
    ring.open(CAMERA)
    ring.hold(node.closed[0])
    node.path(node.closed[0]).unlink()
    assert node.export().exit_code == 0
    assert (node.exported() / node.closed[0].name).exists()


def test_nothing_in_the_ring_is_changed(node: Node) -> None:
    damaged = node.path(node.closed[0])
    damaged.write_bytes(damaged.read_bytes()[:-7])
    writing = node.data / "ring" / CAMERA / "1700000020000-18bcfe60000.part"
    writing.write_bytes(b"half a segment")
    before = {path: path.read_bytes() for path in node.data.rglob("*") if path.is_file()}
    done = node.export()
    assert done.exit_code == 0
    assert "not what was recorded" in done.stderr
    assert {path: path.read_bytes() for path in node.data.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"camera": "hall"}, "--camera"),
        ({"begin": "noon"}, "--from"),
        ({"end": "1600000000000"}, "--to"),
        ({"begin": "1600000000000", "end": "1600000001000"}, "--from"),
        ({"out": "nowhere"}, "--out"),
    ],
)
def test_a_refusal_names_its_option_and_leaves_nothing(node: Node, given: dict[str, str], field: str) -> None:
    done = node.export(**given)
    assert done.exit_code == 2
    assert field in done.stderr
    assert list(node.out.iterdir()) == []


def test_the_recordings_own_disk_is_refused_unless_told(node: Node) -> None:
    words = ["export", "--config", str(node.config), "--camera", "gate", "--from", "1700000000000"]
    done = CliRunner().invoke(app, [*words, "--to", "1700000010000", "--out", str(node.out)])
    assert (done.exit_code, "mounted" in done.stderr) == (2, True)


def test_an_export_that_is_there_is_not_written_over(node: Node) -> None:
    assert node.export().exit_code == 0
    again = node.export()
    assert (again.exit_code, "there already" in again.stderr) == (2, True)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A mounted disk of 20 MB."""
    place = tmp_path / "small"
    place.mkdir()
    mounted = shutil.which("mount") and os.geteuid() == 0
    if (
        not mounted
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", str(place)], check=False, capture_output=True
        ).returncode
    ):
        pytest.skip("may not mount a disk here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_is_told_before_and_while_it_is_written(node: Node, small_disk: Path) -> None:
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * 10_000_000)
    early = node.export(out=str(small_disk))
    assert (early.exit_code, "are free" in early.stderr) == (2, True)
    filler.unlink()
    target = ExportFolder(small_disk, "late")
    with pytest.raises(Rejected, match="disk is full"), target, target.file("film.mp4") as film:
        film.add(bytes(25_000_000))
    assert list(small_disk.iterdir()) == []


def test_cancelling_leaves_nothing(node: Node) -> None:
    segment = node.closed[0]
    os.mkfifo(node.data / "ring" / CAMERA / "1700000010000-18bcfe57800.mp4")  # reading it waits for ever
    command = [sys.executable, "-m", "edge_agent.cli", "export", "--config", str(node.config), "--camera", "gate"]
    command += ["--from", str(segment.start_ms), "--to", "1700000012000", "--out", str(node.out), "--same-disk"]
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[3])}

    def heed_ctrl_c() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a shell's background jobs, and what they start, ignore it

    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=env, preexec_fn=heed_ctrl_c) as running:  # noqa: PLW1509  no threads here
        try:
            deadline = time.monotonic() + 20
            while len(list(node.out.rglob("*.mp4"))) < 4:
                assert time.monotonic() < deadline
                assert running.poll() is None
                time.sleep(0.05)
            running.send_signal(signal.SIGINT)
            _out, told = running.communicate(timeout=20)
        finally:
            running.kill()
    assert (running.returncode, "cancelled" in told) == (130, True)
    assert list(node.out.iterdir()) == []
