"""Mounts, the kernel's words, systemd's settings and sizes, and whatever else is found in their place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.core.system_files import (
    Mount,
    mount_of,
    over_memory,
    read_mounts,
    read_words,
    size_bytes,
    systemd_value,
)

MOUNTS = """overlayroot / overlay rw,lowerdir=/media/root-ro 0 0
/dev/nvme0n1p1 /var/lib/cctv ext4 rw,noatime,commit=30 0 0
/dev/sda1 /media/my\\040disk vfat rw 0 0
none
"""


def test_a_path_is_on_the_mount_that_is_nearest_above_it() -> None:
    mounts = read_mounts(MOUNTS)
    assert len(mounts) == 3
    found = mount_of("/var/lib/cctv/gate-data", mounts)
    assert found == Mount("/dev/nvme0n1p1", "/var/lib/cctv", "ext4", frozenset({"rw", "noatime", "commit=30"}))
    assert [
        one and one.place for one in (mount_of(path, mounts) for path in ("/var/lib/cctv2", "/media/my disk/x"))
    ] == [
        "/",
        "/media/my disk",
    ]
    assert mount_of("/", ()) is None


def test_what_was_mounted_over_a_place_last_is_what_counts_there() -> None:
    mounts = read_mounts("a /x ext4 rw 0 0\nb /x tmpfs rw 0 0\n")
    found = mount_of("/x/y", mounts)
    assert found is not None
    assert found.device == "b"


def test_the_kernels_words_are_parted_at_spaces_outside_quotes() -> None:
    assert read_words('root=/dev/x quiet dyndbg="file a +p"\n') == ("root=/dev/x", "quiet", 'dyndbg="file a +p"')
    assert read_words("# why: this; source: that\npanic=10\n\nquiet\n") == ("panic=10", "quiet")


def test_the_last_word_on_a_key_counts_and_an_empty_one_takes_it_back() -> None:
    assert systemd_value(["[Journal]\n#Storage=auto\n", "Storage = volatile\n"], "Storage") == "volatile"
    assert systemd_value(["Storage=volatile", "Storage="], "Storage") is None


@pytest.mark.parametrize(
    ("text", "size"),
    [("960M", 960 << 20), ("2G", 2 << 30), ("1006632960", 1006632960), ("infinity", None), ("60%", None), ("", None)],
)
def test_sizes_are_read_as_systemd_writes_them(text: str, size: int | None) -> None:
    assert size_bytes(text) == size


@given(st.text(max_size=300))
def test_whatever_stands_in_these_files_is_read(text: str) -> None:
    mounts = read_mounts(text)
    assert all(one.place for one in mounts)
    mount_of("/a/b", mounts)
    read_words(text)
    systemd_value([text, text], "a")
    size_bytes(text)


@given(st.lists(st.text("abc=.", min_size=1, max_size=5), max_size=8))
def test_words_come_back_as_they_were_written(words: list[str]) -> None:
    assert read_words(" ".join(words)) == tuple(words)


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (
            "layer / overlay rw,lowerdir=/media/root-ro,upperdir=/media/root-rw/o 0 0\nt /media/root-rw tmpfs rw 0 0",
            True,
        ),
        ("overlay / overlay rw,lowerdir=/a:/b,upperdir=/var/lib/images/7/diff,workdir=/w 0 0", False),
        ("/dev/sda2 / ext4 rw 0 0\ntmpfs /media/root-rw tmpfs rw 0 0", False),
        ("layer / overlay rw,upperdir=/m/o 0 0\nt /m tmpfs rw 0 0\n/dev/sda3 /opt/cctv ext4 rw 0 0", False),
        ("", False),
    ],
)
def test_what_lies_over_memory_is_told_from_what_a_container_has(table: str, *, told: bool) -> None:
    assert over_memory("/opt/cctv/slots", read_mounts(table)) is told
