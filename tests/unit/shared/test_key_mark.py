"""Fingerprints as people compare them."""

import pytest

from shared.key_mark import same_mark, shown_mark

MARK = "0f3a77c19d42e6b851aa3c90d7f42b6e" + "ff" * 16


def test_a_mark_is_eight_short_groups() -> None:
    assert shown_mark(MARK) == "0f3a 77c1 9d42 e6b8 51aa 3c90 d7f4 2b6e"


@pytest.mark.parametrize(
    ("given", "same"),
    [
        (shown_mark(MARK), True),
        (MARK, True),
        (f" {shown_mark(MARK).upper()}\n", True),
        (MARK[:31], False),
        (MARK[:33], False),
        (MARK[:31] + "0", False),
        ("", False),
        ("ㄱ" * 32, False),
    ],
)
def test_a_key_is_named_by_what_is_shown_or_by_all_of_it(given: str, same: bool) -> None:
    assert same_mark(given, MARK) is same
