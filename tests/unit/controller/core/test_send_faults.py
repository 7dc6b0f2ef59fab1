"""A stored fault of sending is found again with its code and what it says; anything else stays a plain text."""

import pytest

from controller.core.send_faults import recognise
from shared.texts import Text, say

FAULTS = [
    say("send_answered", status=503),
    say("send_refused"),
    say("send_refused_with", status="403"),
    say("send_silent", seconds="15"),
    say("address_scheme", schemes="tgram, slack"),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.code)
def test_what_was_said_is_found_again(fault: Text) -> None:
    found = recognise(str(fault))
    assert found is not None
    assert (found, found.code) == (fault, fault.code)
    assert {name: str(value) for name, value in fault.params.items()} == found.params


@pytest.mark.parametrize("text", ["", "the receiver", "no answer in 15 s at all", "the rules are at version 3 now"])
def test_nothing_else_is(text: str) -> None:
    assert recognise(text) is None
