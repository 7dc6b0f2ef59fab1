"""A ZIP that is made while it is sent."""

import io
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from controller.adapters.verify_bundle.archive import Archive
from controller.adapters.zip_stream import zipped


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "1"
    folder.mkdir()
    for name, data in (("manifest.json", b"{}"), ("a.mp4", bytes(range(256)) * 20_000), ("empty", b"")):
        (folder / name).write_bytes(data)
    return folder


def test_it_holds_what_the_files_hold(folder: Path, tmp_path: Path) -> None:
    names = sorted(one.name for one in folder.iterdir())
    data = b"".join(zipped(folder, names, "export-1"))
    assert data == b"".join(zipped(folder, names, "export-1"))
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        assert opened.testzip() is None
        assert {name: opened.read(name) for name in opened.namelist()} == {
            f"export-1/{name}": (folder / name).read_bytes() for name in names
        }
    (tmp_path / "one.zip").write_bytes(data)
    archive = Archive(tmp_path / "one.zip")
    assert archive.names() == names, "the checker of bundles takes it"
    archive.close()


def test_it_is_never_in_memory_whole(folder: Path) -> None:
    with (folder / "long.mp4").open("wb") as file:
        file.truncate(64_000_000)
    tracemalloc.start()
    assert sum(len(piece) for piece in zipped(folder, ["long.mp4"], "x")) > 64_000_000
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 8_000_000


def test_a_file_beyond_what_old_zips_hold_is_told_in_the_new_way(folder: Path) -> None:
    with (folder / "long.mp4").open("wb") as file:
        file.truncate(zipfile.ZIP64_LIMIT + 1)
    head = next(iter(zipped(folder, ["long.mp4"], "x")))
    name, extra = (int.from_bytes(head[at : at + 2], "little") for at in (26, 28))
    assert extra >= 20
    assert head[30 + name : 32 + name] == b"\x01\x00", "lengths of 64 bits follow (APPNOTE 4.5.3)"
