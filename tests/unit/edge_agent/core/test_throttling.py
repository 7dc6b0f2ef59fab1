"""The firmware's word on power and heat."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.core.throttling import flags_ever, flags_now, read_throttled


def test_the_bits_are_told_as_they_are_documented() -> None:
    word = read_throttled("throttled=0x50005\n")
    assert word is not None
    assert flags_now(word) == flags_ever(word) == ("under-voltage", "throttled")
    assert flags_now(0xE0002) == ("frequency capped",)
    assert flags_ever(0xE0002) == ("frequency capped", "throttled", "soft temperature limit")


@pytest.mark.parametrize("text", ["", "throttled=", "throttled=0x", "VCHI initialization failed", "throttled=0x1 0x2"])
def test_what_is_no_word_is_none(text: str) -> None:
    assert read_throttled(text) is None


@given(st.integers(0, 0xFFFFFFFF))
def test_every_word_is_read_and_zero_alone_has_no_flag(word: int) -> None:
    assert read_throttled(f"throttled={word:#x}") == word
    assert bool(flags_now(word)) == bool(word & 0xF)
    assert bool(flags_ever(word)) == bool(word & 0xF0000)


@given(st.text(max_size=60))
def test_whatever_is_answered_is_a_word_or_none(text: str) -> None:
    assert isinstance(read_throttled(text), int | None)
