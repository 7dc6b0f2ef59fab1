"""A bundle in a ZIP: checked where it lies, and what could harm who unpacks it is refused by name."""

import io
import json
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from controller.adapters.verify_bundle.bundle import code_of, verify
from controller.adapters.verify_bundle.command import report
from controller.adapters.verify_bundle.reading import sha256
from controller.adapters.verify_bundle.terms import INDEX_MOST
from controller.core.export_manifest import MANIFEST
from tests.unit.controller.adapters.test_verify_bundle import described, shell

INSIDE = json.dumps(shell(papers=[{**described("a"), "sha256": sha256(b"")}])).encode()


def packed(folder: Path, *names: tuple[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> Path:
    """A ZIP of files in this order."""
    path = folder / "bundle.zip"
    with zipfile.ZipFile(path, "w", how) as made:
        for name, data in names:
            made.writestr(name, data)
    return path


@pytest.mark.parametrize("inside", ["", "export-1/"])
@pytest.mark.parametrize("how", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_what_is_in_a_zip_is_found_as_in_a_folder(tmp_path: Path, inside: str, how: int) -> None:
    (tmp_path / "folder").mkdir()
    for name, data in ((MANIFEST, INSIDE), ("a", b"")):
        (tmp_path / "folder" / name).write_bytes(data)
    path = packed(tmp_path, (f"{inside}{MANIFEST}", INSIDE), (f"{inside}a", b""), how=how)
    assert verify(path) == verify(tmp_path / "folder")
    assert code_of(verify(path)) == 1, "it is signed by nobody"


def test_a_file_beside_the_bundles_folder_is_named(tmp_path: Path) -> None:
    path = packed(tmp_path, (MANIFEST, INSIDE), ("a", b""), ("other/b", b"x"))
    assert [one["file"] for one in verify(path)["faults"] if one["what"] == "added"] == ["other/b"]


@pytest.mark.parametrize(
    "name",
    ["../out", "/etc/passwd", "a/../../b", "a/b/c", "C:evil", "..\\out", "a//b", "x/..", "./a", "a\nb"],
)
def test_no_name_leads_out_of_it(tmp_path: Path, name: str) -> None:
    found = verify(packed(tmp_path, (MANIFEST, INSIDE), (name, b"x")))
    assert (found["sound"], code_of(found)) == (None, 2)
    assert repr(name) in found["why"]
    assert all(line.isprintable() for line in report(found, "en"))


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("names", [("a", "a"), ("a", "A"), (MANIFEST, MANIFEST)])
def test_nothing_stands_twice(tmp_path: Path, names: tuple[str, str]) -> None:
    found = verify(packed(tmp_path, (names[0], b"one"), (names[1], b"two")))
    assert "stands twice" in found["why"]


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFDIR])
def test_links_and_devices_are_refused(tmp_path: Path, kind: int) -> None:
    path = tmp_path / "bundle.zip"
    with zipfile.ZipFile(path, "w") as made:
        info = zipfile.ZipInfo("a")
        info.external_attr = (kind | 0o644) << 16
        made.writestr(info, "/etc/passwd")
    assert "'a' is a link or a device" in verify(path)["why"]


def _patched(path: Path, change: Callable[[bytearray, int], None]) -> Path:
    """`change` the bytes, by where the first entry of the list is."""
    data = bytearray(path.read_bytes())
    change(data, data.index(b"PK\1\2"))
    path.write_bytes(data)
    return path


def test_encrypted_ones_are_refused(tmp_path: Path) -> None:
    def change(data: bytearray, listed: int) -> None:
        data[6] |= 1
        data[listed + 8] |= 1

    found = verify(_patched(packed(tmp_path, ("a", b"x")), change))
    assert "'a' is encrypted" in found["why"]


def test_one_that_is_packed_beyond_belief_is_not_unpacked(tmp_path: Path) -> None:
    path = packed(tmp_path, (MANIFEST, b" " * 30_000_000))
    assert path.stat().st_size < 100_000
    assert "packed beyond belief" in verify(path)["why"]


def test_a_length_that_is_no_true_one_gives_no_more_than_it_says(tmp_path: Path) -> None:
    def change(data: bytearray, listed: int) -> None:
        data[listed + 24 : listed + 28] = (5).to_bytes(4, "little")

    found = verify(_patched(packed(tmp_path, (MANIFEST, INSIDE)), change))
    assert "no JSON" in found["why"]


def test_what_lies_between_or_over_another_is_refused(tmp_path: Path) -> None:
    one, two = packed(tmp_path, ("a", b"x" * 50)).read_bytes(), (tmp_path / "bundle.zip")

    def over(data: bytearray, listed: int) -> None:
        second = data.index(b"PK\1\2", listed + 1)
        data[second + 42 : second + 46] = (0).to_bytes(4, "little")

    found = verify(_patched(packed(tmp_path, ("b", b"y" * 50), ("c", b"y" * 50), how=zipfile.ZIP_STORED), over))
    assert "does not lie beside" in found["why"]
    two.write_bytes(one[: one.index(b"PK\1\2")] + b"hidden" * 20 + one[one.index(b"PK\1\2") :])
    assert verify(two)["sound"] is None
    two.write_bytes(b"#!/bin/sh\n" + b"x" * 50 + one)
    assert "does not lie beside" in verify(two)["why"]


def test_a_list_that_would_fill_the_memory_is_not_read(tmp_path: Path) -> None:
    path = packed(tmp_path, ("a", b"x"))
    data = bytearray(path.read_bytes())
    end = data.rindex(b"PK\5\6")
    data[end + 12 : end + 16] = (INDEX_MOST + 1).to_bytes(4, "little")
    path.write_bytes(data)
    assert "too large" in verify(path)["why"]
    record = b"PK\6\6" + bytes(36) + (2**40).to_bytes(8, "little") + bytes(8)
    locator = b"PK\6\7" + bytes(4) + end.to_bytes(8, "little") + bytes(4)
    path.write_bytes(packed(tmp_path, ("a", b"x")).read_bytes()[:end] + record + locator + b"PK\5\6" + bytes(18))
    assert "too large" in verify(path)["why"]


@pytest.mark.parametrize("data", [b"", b"PK", b"PK\5\6" + bytes(17), b"x" * 70_000, b"PK\5\6" + bytes(18)])
def test_what_is_no_zip_cannot_be_checked(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "bundle.zip").write_bytes(data)
    found = verify(tmp_path / "bundle.zip")
    assert code_of(found) == 2
    assert found["why"]


def test_a_packing_that_is_broken_is_told_of_its_file(tmp_path: Path) -> None:
    path = packed(tmp_path, (MANIFEST, INSIDE), ("a", bytes(range(256)) * 8))
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as opened:
        at = opened.getinfo("a").header_offset + 31
    data[at : at + 4] = b"\xff\xff\xff\xff"
    path.write_bytes(data)
    assert "a" in {one["file"] for one in verify(path)["faults"]}
