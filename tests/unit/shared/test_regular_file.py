"""Only an ordinary file is read, and no more of it than was asked for."""

import os
from pathlib import Path

import pytest

from shared.errors import Rejected
from shared.regular_file import read_regular


def test_a_file_is_read_up_to_its_bound(tmp_path: Path) -> None:
    (file := tmp_path / "one").write_bytes(b"x" * 10)
    assert read_regular(file, 10, "FILE") == b"x" * 10
    with pytest.raises(Rejected, match="one is larger than 9 bytes"):
        read_regular(file, 9, "FILE")


def test_what_is_no_ordinary_file_is_told_in_words_and_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for place, why in (
        (tmp_path / "none", "cannot be read: No such file or directory"),
        (tmp_path, "it is a folder"),
        (tmp_path / "pipe", "it is no ordinary file"),
        (Path("/dev/zero"), "it is no ordinary file"),
    ):
        with pytest.raises(Rejected, match=why) as refused:
            read_regular(place, 10, "FILE")
        assert refused.value.field == "FILE"
