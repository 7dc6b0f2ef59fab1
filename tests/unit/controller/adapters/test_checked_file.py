"""A file that is whole only when the disk gives back what it was given."""

import errno
import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.adapters.checked_file import CheckedFile, Stopped, digest_of, told
from controller.core.export_manifest import BLOCK_BYTES
from controller.errors import NoRoom
from shared.errors import Broken, Transient


def never() -> bool:
    return False


@pytest.mark.parametrize("length", [0, 1, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, 2 * BLOCK_BYTES, 9_000_001])
def test_a_file_is_what_was_written(tmp_path: Path, length: int) -> None:
    data = os.urandom(length)
    file = CheckedFile(tmp_path / "a", never)
    for at in range(0, length, 700_000):
        file.write(data[at : at + 700_000])
    if length:
        file.write(b"L", 0)
        data = b"L" + data[1:]
    found = file.finish()
    assert (tmp_path / "a").read_bytes() == data
    assert (found.length_bytes, found.sha256) == (length, hashlib.sha256(data).hexdigest())
    assert found == digest_of(tmp_path / "a")
    assert len(found.blocks) == -(-length // BLOCK_BYTES)


@settings(max_examples=30)
@given(st.integers(0, 2 * BLOCK_BYTES + 50))
def test_one_altered_byte_anywhere_is_found(tmp_path_factory: pytest.TempPathFactory, place: int) -> None:
    path = tmp_path_factory.mktemp("altered") / "a"
    file = CheckedFile(path, never)
    file.write(bytes(2 * BLOCK_BYTES + 51))
    with path.open("r+b") as other:
        other.seek(place)
        other.write(b"\1")
    with pytest.raises(Transient, match="other bytes"):
        file.finish()


def test_a_muxer_that_writes_back_beyond_the_first_block_is_our_fault(tmp_path: Path) -> None:
    file = CheckedFile(tmp_path / "a", never)
    file.write(bytes(BLOCK_BYTES + 100))
    with pytest.raises(Broken):
        file.write(b"x", BLOCK_BYTES + 10)


def test_what_is_stopped_writes_and_reads_no_more(tmp_path: Path) -> None:
    stopped = False
    file = CheckedFile(tmp_path / "a", lambda: stopped)
    file.write(b"x" * 10)
    stopped = True
    with pytest.raises(Stopped):
        file.write(b"x")
    with pytest.raises(Stopped):
        file.finish()
    with pytest.raises(Stopped):
        digest_of(tmp_path / "a", lambda: True)


def test_a_full_disk_is_told_apart_from_a_broken_one(tmp_path: Path) -> None:
    for number, kind in ((errno.ENOSPC, NoRoom), (errno.EDQUOT, NoRoom), (errno.EIO, Transient)):
        with pytest.raises(kind) as caught, told():
            raise OSError(number, os.strerror(number))
        assert isinstance(caught.value, NoRoom) is (kind is NoRoom)
    with pytest.raises(Transient):
        CheckedFile(tmp_path / "no" / "a", never)
    assert digest_of(tmp_path / "absent") is None
