"""A key is made outside the repository for its owner alone; a release's folder becomes one signed file."""

import hashlib
import io
import tarfile
from pathlib import Path

import pytest

from scripts.sign_release import make_key, sign_release
from shared.release_file import check_release, open_release
from tests.fakes.releases import MADE_AT


def folder_of(place: Path) -> Path:
    for name in ("sht_cctv-9.9.9-py3-none-any.whl", "pip.whl", "gpu.txt"):
        (place / name).write_text(name)
    for name, package in (("node.txt", b"one"), ("raspberry-pi.txt", b"two")):
        (place / name).write_text(f"x==1 \\\n    --hash=sha256:{hashlib.sha256(package).hexdigest()}\n")
    with tarfile.open(place / "wheels-trixie-arm64.tar", "w") as archive:
        for held in ("one", "two", "of-the-controller"):
            member = tarfile.TarInfo(f"wheels/{held}-1-py3-none-any.whl")
            member.size = len(held)
            archive.addfile(member, io.BytesIO(held.encode()))
    return place


def test_a_folder_becomes_one_file_that_its_key_opens_with_what_nodes_need_alone(tmp_path: Path) -> None:
    public = make_key(private := tmp_path / "release.key")
    assert private.stat().st_mode & 0o077 == 0
    (folder := tmp_path / "release").mkdir()
    out = tmp_path / "x.release"
    sign_release(folder_of(folder), out, private.read_text(), "9.9.9", MADE_AT, "trixie-arm64")
    with out.open("rb") as file:
        release = open_release(file, public.read_text())
        check_release(file, release)
    assert (release.manifest.version, release.manifest.platform) == ("9.9.9", "trixie-arm64")
    assert [one.name for one in release.manifest.files] == [
        "node.txt", "pip.whl", "raspberry-pi.txt", "sht_cctv-9.9.9-py3-none-any.whl",
        "wheels/one-1-py3-none-any.whl", "wheels/two-1-py3-none-any.whl",
    ]  # fmt: skip


def test_a_key_is_never_written_over_and_another_version_is_not_made(tmp_path: Path) -> None:
    make_key(private := tmp_path / "release.key")
    with pytest.raises(FileExistsError):
        make_key(private)
    (folder := tmp_path / "release").mkdir()
    with pytest.raises(SystemExit, match="no wheel of 1"):
        sign_release(folder_of(folder), tmp_path / "x.release", private.read_text(), "1.0", MADE_AT)
    assert list(tmp_path.glob("x.release*")) == []
