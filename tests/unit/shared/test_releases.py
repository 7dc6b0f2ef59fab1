"""Versions compare as numbers; previews and nonsense are no offers."""

import pytest

from shared.releases import is_newer, newest


def test_the_newest_final_release_is_offered() -> None:
    assert newest(["0.9.0", "0.10.0", "0.2.1", "1.0.0rc1", "0.11.dev1", "x"]) == "0.10.0"
    assert newest(["1.0.0rc1", ""]) is None


@pytest.mark.parametrize(
    ("offered", "installed", "newer"),
    [
        ("0.10.0", "0.9.9", True),
        ("0.1.0", "0.1.0", False),
        ("0.1", "0.1.0", False),
        ("0.1.0", "0.2", False),
        ("0.2.0", "unpackaged", False),
        ("0.2.0rc1", "0.1.0", False),
    ],
)
def test_newer_means_a_later_release(offered: str, installed: str, newer: bool) -> None:
    assert is_newer(offered, installed) is newer
