"""Replies in parts: whatever the bytes and the order, they come together again, each part below the bound."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.clock import to_datetime
from shared.commands import REPLY_PART_BYTES, REPLY_PARTS, Reply
from shared.errors import Rejected
from shared.mint import uuid7
from shared.reply_parts import ReplyParts, replies
from shared.topics import MAX_PAYLOAD_BYTES, REPLY


def head() -> Reply:
    return Reply(
        id=uuid7(), at=to_datetime(1), command=uuid7(), ok=True, result={"a": None, "b": [1]}, media_type="x/y"
    )


@given(st.integers(0, 3 * REPLY_PART_BYTES), st.randoms(use_true_random=False))
@settings(max_examples=20)
def test_parts_come_together_in_any_order(length: int, order: Random) -> None:
    data = bytes(range(256)) * (length // 256 + 1)
    first = head()
    sent = [REPLY.encode(part) for part in replies(first, data[:length])]
    assert max(map(len, sent)) < MAX_PAYLOAD_BYTES * 3 // 4
    shuffled = [*sent, sent[0]]
    order.shuffle(shuffled)
    parts, done = ReplyParts(), False
    for payload in shuffled:
        done = parts.add(REPLY.decode(payload))
    assert done
    reply, whole = parts.whole()
    assert (whole, reply.command, reply.result) == (data[:length], first.command, first.result)


def test_more_than_parts_carry_is_refused() -> None:
    with pytest.raises(Rejected, match="more than"):
        list(replies(head(), bytes(REPLY_PARTS * REPLY_PART_BYTES + 1)))


def test_parts_of_another_division_begin_anew() -> None:
    parts = ReplyParts()
    first, _second = replies(head(), bytes(REPLY_PART_BYTES + 1))
    assert not parts.add(first)
    (whole,) = replies(head(), b"whole")
    assert parts.add(whole)
    assert parts.whole()[1] == b"whole"
