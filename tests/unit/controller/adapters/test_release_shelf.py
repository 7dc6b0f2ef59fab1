"""What is offered to nodes was signed by a key that somebody put here, and is looked at wholly first."""

from pathlib import Path

import pytest

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


def test_without_a_key_nothing_is_offered_and_a_key_that_is_none_is_refused(tmp_path: Path) -> None:
    shelf = ReleaseShelf(tmp_path / "releases")
    assert shelf.offered() == []
    with pytest.raises(Rejected, match="cctv release trust"):
        shelf.add(signed(tmp_path))
    with pytest.raises(Rejected, match="no public key"):
        shelf.trust(signed(tmp_path).with_name("pip.whl"))
