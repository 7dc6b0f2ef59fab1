"""What nobody can see is no reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.visible import trimmed


@pytest.mark.parametrize("text", ["", "   ", "\u3164\u3164", "\u202e  ", "\u200b", "\t\n", "\u2800", "\xa0\ufeff"])
def test_what_nobody_can_see_is_empty(text: str) -> None:
    assert trimmed(text) == ""


@pytest.mark.parametrize(
    ("text", "seen"), [(" 점검 ", "점검"), ("\u3164a b\u3164", "a b"), ("👷‍♀️", "👷‍♀️"), ("a\u3164b", "a\u3164b")]
)
def test_what_is_seen_stays_as_it_is(text: str, seen: str) -> None:
    assert trimmed(text) == seen


@given(st.text())
def test_nothing_in_between_is_lost(text: str) -> None:
    seen = trimmed(text)
    assert seen in text
    assert trimmed(seen) == seen
