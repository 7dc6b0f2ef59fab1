"""What a stranger wrote costs no more than a configuration, and is refused with its line and its reason."""

import io
import os
import tarfile
import tracemalloc
from pathlib import Path

import pytest

from controller.adapters.foreign_file import read_frigate_file, read_motioneye_files
from shared.errors import Rejected

ENOUGH_BYTES = 100_000_000


def fault_of(path: Path, text: str) -> str:
    path.write_text(text)
    with pytest.raises(Rejected) as fault:
        read_frigate_file(path)
    return fault.value.fault


def test_merging_that_grows_without_end_is_refused(tmp_path: Path) -> None:
    levels = ["a0: &a0 {" + ", ".join(f"k{n}: 1" for n in range(9)) + "}"]
    levels += [f"a{n}: &a{n}\n  <<: [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    tracemalloc.start()
    try:
        assert "keys are merged" in fault_of(tmp_path / "c.yml", "\n".join(levels))
        assert tracemalloc.get_traced_memory()[1] < ENOUGH_BYTES
    finally:
        tracemalloc.stop()


def test_what_merges_a_little_is_read(tmp_path: Path) -> None:
    (tmp_path / "c.yml").write_text("a: &a {x: 1, y: 2}\nb:\n  <<: *a\n  y: 3\n")
    assert read_frigate_file(tmp_path / "c.yml") == {"a": {"x": 1, "y": 2}, "b": {"x": 1, "y": 3}}


@pytest.mark.parametrize("text", ["a: 1\nb: {c: 1,\n  c: 2}\n", "a: 1\na: 2\n"])
def test_a_key_that_stands_twice_is_told_by_its_line(text: str, tmp_path: Path) -> None:
    fault = fault_of(tmp_path / "c.yml", text)
    assert "line 2" in fault or "line 3" in fault
    assert "stands twice" in fault


def test_brackets_in_comments_and_texts_are_not_counted(tmp_path: Path) -> None:
    (tmp_path / "c.yml").write_text(f"# {'[' * 50}\na: '{'{' * 50}'\n")
    assert read_frigate_file(tmp_path / "c.yml") == {"a": "{" * 50}
    assert "deep" in fault_of(tmp_path / "c.yml", f"# {']' * 50}\na: {'[' * 50}{']' * 50}\n")
    assert "deep" in fault_of(tmp_path / "c.yml", "".join(f"{' ' * n}k:\n" for n in range(50)))


def test_more_than_a_recorder_has_is_refused_before_it_is_made(tmp_path: Path) -> None:
    cameras = "".join(f"  c{n}: {{ffmpeg: {{inputs: [{{path: x, roles: [detect]}}]}}}}\n" for n in range(6000))
    assert "more than the configuration of a recorder" in fault_of(tmp_path / "c.yml", f"cameras:\n{cameras}")


def test_a_pipe_is_refused_and_what_is_not_there_has_words(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yml")
    os.mkfifo(tmp_path / "camera-1.conf")
    os.mkfifo(tmp_path / "b.tar.gz")
    with pytest.raises(Rejected, match="no ordinary file"):
        read_frigate_file(tmp_path / "pipe.yml")
    for name in ("camera-1.conf", "b.tar.gz"):
        with pytest.raises(Rejected, match="no ordinary file"):
            read_motioneye_files(tmp_path / name)
    with pytest.raises(Rejected, match="No such file"):
        read_frigate_file(tmp_path / "none.yml")


def test_a_header_as_large_as_it_likes_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "b.tar.gz"
    with tarfile.open(file, "w:gz", format=tarfile.PAX_FORMAT) as archive:
        member = tarfile.TarInfo("camera-1.conf")
        member.pax_headers = {"comment": "x" * 60_000_000}
        archive.addfile(member, io.BytesIO())
    tracemalloc.start()
    try:
        with pytest.raises(Rejected, match="more than a configuration"):
            read_motioneye_files(file)
        assert tracemalloc.get_traced_memory()[1] < ENOUGH_BYTES / 2
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("cut", [40, 200, 1000])
def test_an_archive_that_is_cut_is_told_as_such(cut: int, tmp_path: Path) -> None:
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w:gz") as archive:
        member = tarfile.TarInfo("camera-1.conf")
        member.size = 3000
        archive.addfile(member, io.BytesIO(os.urandom(3000)))
    (tmp_path / "b.tar.gz").write_bytes(whole.getvalue()[:cut])
    with pytest.raises(Rejected, match=r"damaged|not what is read"):
        read_motioneye_files(tmp_path / "b.tar.gz")
