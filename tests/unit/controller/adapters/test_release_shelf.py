"""What is offered to nodes was signed by a key that somebody put here, and is looked at wholly first."""

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

import pytest

from controller.adapters import release_shelf
from controller.adapters.release_shelf import ReleaseShelf
from shared.errors import Rejected
from tests.fakes.releases import ReleaseMaker

MAKER = ReleaseMaker()


def signed(folder: Path, version: str = "2.0", maker: ReleaseMaker = MAKER, platform: str = "any") -> Path:
    (folder / "x.release").write_bytes(maker.make(folder, {"pip.whl": b"x" * 9}, version=version, platform=platform))
    return folder / "x.release"


@pytest.fixture
def shelf(tmp_path: Path) -> ReleaseShelf:
    made = ReleaseShelf(tmp_path / "releases")
    (key := tmp_path / "key.pub").write_text(MAKER.public_pem)
    made.trust(key)
    return made


def test_releases_are_offered_by_version_and_platform(shelf: ReleaseShelf, tmp_path: Path) -> None:
    for version, platform in (("2.0", "any"), ("10.0", "trixie-arm64"), ("2.0", "any")):
        made, manifest = shelf.add(signed(tmp_path, version, platform=platform))
        assert made.name == f"{version}-{platform}" == f"{manifest.version}-{manifest.platform}"
    assert [one.name for one in shelf.offered()] == ["10.0-trixie-arm64", "2.0-any"]
    file = shelf.file("2.0-any")
    assert file is not None
    assert len(shelf.sha256("2.0-any")) == 64
    shelf.remove("2.0-any")
    assert shelf.file("2.0-any") is None
    with pytest.raises(Rejected, match="there is no release"):
        shelf.remove("2.0-any")


@pytest.mark.parametrize("name", ["../release", "release.pem", "2.0", "2.0-any/..", ""])
def test_nothing_else_of_the_disk_is_offered(shelf: ReleaseShelf, name: str) -> None:
    assert shelf.file(name) is None


def test_a_strangers_and_a_changed_release_leave_nothing_behind(shelf: ReleaseShelf, tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="not signed by a key"):
        shelf.add(signed(tmp_path, maker=ReleaseMaker()))
    file = signed(tmp_path)
    file.write_bytes(file.read_bytes()[:-1] + b"y")
    with pytest.raises(Rejected, match="differs"):
        shelf.add(file)
    assert [one.name for one in (tmp_path / "releases").iterdir()] == ["release.pem"]


def test_a_file_that_cannot_be_read_is_the_askers_fault(shelf: ReleaseShelf, tmp_path: Path) -> None:
    for file in (tmp_path / "none.release", tmp_path):
        with pytest.raises(Rejected, match=r"FILE: .*cannot be read"):
            shelf.add(file)


def test_versions_that_come_at_once_are_each_offered_with_their_own_bytes(shelf: ReleaseShelf, tmp_path: Path) -> None:
    files = {}
    for version in ("1.0", "2.0", "3.0", "4.0"):
        (folder := tmp_path / version).mkdir()
        (file := folder / "x.release").write_bytes(
            MAKER.make(folder, {"pip.whl": version.encode() * 500_000}, version=version)
        )
        files[version] = file
    for _again in range(5):
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(shelf.add, files.values()))
        for version, file in files.items():
            assert shelf.sha256(f"{version}-any") == hashlib.sha256(file.read_bytes()).hexdigest()
    assert not list((tmp_path / "releases").glob(".*"))


def test_a_file_that_changes_meanwhile_is_offered_as_what_it_became(
    shelf: ReleaseShelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = signed(tmp_path, "2.0").read_bytes()
    file = signed(tmp_path, "1.0")

    def changed(_given: BinaryIO, out: BinaryIO, _length: int, _far: object) -> None:
        out.write(second)

    monkeypatch.setattr(release_shelf, "_copy", changed)
    made, manifest = shelf.add(file)
    assert (made.name, manifest.version) == ("2.0-any", "2.0")
    place = shelf.file("2.0-any")
    assert place is not None
    assert place.read_bytes() == second
    assert shelf.file("1.0-any") is None


def test_only_what_a_trusted_key_signed_is_offered(shelf: ReleaseShelf, tmp_path: Path) -> None:
    shelf.add(signed(tmp_path))
    other = ReleaseMaker()
    (key := tmp_path / "other.pub").write_text(other.public_pem)
    assert shelf.trust(key) == ["2.0-any"]
    assert shelf.offered() == []
    assert shelf.file("2.0-any") is None
    shelf.add(signed(tmp_path, "3.0", other))
    key.write_text(other.public_pem + MAKER.public_pem)
    assert shelf.trust(key) == []
    assert [one.name for one in shelf.offered()] == ["3.0-any", "2.0-any"]
    key.write_text(other.public_pem)
    shelf.trust(key)
    shelf.remove("2.0-any")
    assert [one.name for one in (tmp_path / "releases").glob("*.release")] == ["3.0-any.release"]


def test_a_release_under_anothers_name_is_not_offered(shelf: ReleaseShelf, tmp_path: Path) -> None:
    shelf.add(signed(tmp_path, "1.0"))
    (tmp_path / "releases" / "1.0-any.release").rename(tmp_path / "releases" / "2.0-any.release")
    assert shelf.file("2.0-any") is None


def test_what_a_killed_one_left_goes_after_a_day(shelf: ReleaseShelf, tmp_path: Path) -> None:
    for name, age_s in (("old", 90_000), ("running", 10)):
        (left := tmp_path / "releases" / f".coming-{name}").write_bytes(b"x")
        at_s = left.stat().st_mtime - age_s
        os.utime(left, (at_s, at_s))
    shelf.add(signed(tmp_path))
    assert [one.name for one in (tmp_path / "releases").glob(".coming*")] == [".coming-running"]


def test_a_key_is_a_small_ordinary_file(shelf: ReleaseShelf, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for place in (Path("/dev/zero"), tmp_path / "pipe"):
        with pytest.raises(Rejected, match="is no ordinary file"):
            shelf.trust(place)
        with pytest.raises(Rejected, match="is no ordinary file"):
            shelf.add(place)
    (large := tmp_path / "large").write_bytes(b"x" * 16_385)
    with pytest.raises(Rejected, match="larger than 16384"):
        shelf.trust(large)


def test_without_a_key_nothing_is_offered_and_a_key_that_is_none_is_refused(tmp_path: Path) -> None:
    shelf = ReleaseShelf(tmp_path / "releases")
    assert shelf.offered() == []
    with pytest.raises(Rejected, match="cctv release trust"):
        shelf.add(signed(tmp_path))
    with pytest.raises(Rejected, match="no public key"):
        shelf.trust(signed(tmp_path).with_name("pip.whl"))
