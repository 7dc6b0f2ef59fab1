"""Passwords: long and not easily guessed, and nothing else is asked of them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.adapters.common_passwords import common_passwords
from controller.core.password_rules import LEAST_ALONE, LEAST_BESIDE, check_password, plain
from shared.errors import Rejected


def refused(password: str, *, second_factor: bool = False) -> str:
    """The fault's first words; empty: it is taken."""
    try:
        check_password(password, ("kim", "pier-nine"), common_passwords(), second_factor=second_factor)
    except Rejected as fault:
        assert fault.field == "new"
        return fault.fault
    return ""


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "aaaa bbbb cccc dddd eeee",
        "all small letters",
        "노란 지게차가 비를 맞는 오후 세 시",
        "🦊🦝🐻🐼🐨🐯🦁🐮🐷🐸🐵🐔🐧🐦🐤",
        "x" * 3 + "yz" + "w4 u7 k2 " * 14,
        "pier-nine has seagulls in spring",
    ],
)
def test_long_ones_of_any_letters_are_taken(password: str) -> None:
    assert refused(password) == ""


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("fourteen chars", "needs 15"),
        ("", "needs 15"),
        ("aaaaaaaaaaaaaaaaaaaa", "many people"),
        ("abcdefghijklmnopq", "many people"),
        ("9876543210987654", "many people"),
        ("qwertyqwertyqwerty", "many people"),
        ("1q2w3e4r5t6y7u8i", "many people"),
        ("가나다라마바사아자차카타파하거", "many people"),
        ("갸냐댜랴먀뱌샤야쟈챠캬탸퍄햐거", "many people"),
        ("가갸거겨고교구규그기나냐너녀노", "many people"),
        ("거하파타카차자아사바마라다나가", "many people"),
        ("kim-kim-pier-nine-cctv", "is little more"),
        ("password CCTV 2026!", "is little more"),
        ("비밀번호비밀번호비밀번호비밀번호12", "many people"),
    ],
)
def test_short_common_and_own_ones_are_refused(password: str, why: str) -> None:
    assert refused(password).startswith(why)


def test_beside_a_second_factor_it_may_be_shorter_and_still_not_common() -> None:
    assert refused("r4 fk2 q", second_factor=True) == ""
    assert refused("r4 fk2q", second_factor=True).startswith(f"needs {LEAST_BESIDE}")
    assert refused("Football1", second_factor=True).startswith("many people")
    assert refused("r4 fk2 q").startswith(f"needs {LEAST_ALONE}")


def test_length_is_counted_in_characters_however_they_are_composed() -> None:
    text = "오전 아홉 시 열두 번째 문 앞"  # 17 characters; three times as many bytes, and more letters when taken apart
    apart = unicodedata.normalize("NFD", text)
    assert len(apart) > len(text)
    assert plain(apart) == text
    assert refused(apart) == refused(text) == ""
    assert refused(unicodedata.normalize("NFD", "강나루건너서밀밭")).startswith("needs 15")


@given(st.text(max_size=300))
def test_any_text_is_either_taken_or_refused_in_words(password: str) -> None:
    told = refused(password)
    assert told == "" or told.startswith(("needs", "many people", "is little"))


def test_the_list_says_whose_it_is() -> None:
    assert {"football1", "password1", "1q2w3e4r5t"} <= common_passwords()
    assert not any(word.startswith("#") or len(word) < LEAST_BESIDE for word in common_passwords())
