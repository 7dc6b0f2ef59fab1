"""Replies with bytes: cut into parts that every broker lets through, and put together again."""

import base64
import binascii
from collections.abc import Iterator

from shared.commands import REPLY_PART_BYTES, REPLY_PARTS, Reply
from shared.errors import Rejected


def replies(head: Reply, data: bytes) -> Iterator[Reply]:
    """`head` with `data`, in as many parts as it takes; `Rejected` when it is more than parts can carry."""
    parts = max(1, -(-len(data) // REPLY_PART_BYTES))
    if parts > REPLY_PARTS:
        raise Rejected("data", f"{len(data)} bytes are more than {REPLY_PARTS} replies carry")
    for part in range(parts):
        piece = data[part * REPLY_PART_BYTES : (part + 1) * REPLY_PART_BYTES]
        yield head.model_copy(
            update={
                "part": part,
                "parts": parts,
                "data": base64.b64encode(piece).decode("ascii"),
                "result": head.result if part == 0 else None,
            }
        )


class ReplyParts:
    """Collects the parts of one reply, in any order, each as often as it comes."""

    def __init__(self) -> None:
        self._parts: dict[int, Reply] = {}

    def add(self, reply: Reply) -> bool:
        """Take a part; True when all are there. Parts of another division begin anew."""
        if any(known.parts != reply.parts for known in self._parts.values()):
            self._parts.clear()
        self._parts[reply.part] = reply
        return len(self._parts) == reply.parts

    def whole(self) -> tuple[Reply, bytes]:
        """The first part, which holds the rest, and the bytes of all; `Rejected` when they are no base64."""
        ordered = [self._parts[part] for part in sorted(self._parts)]
        try:
            data = b"".join(base64.b64decode(part.data, validate=True) for part in ordered)
        except binascii.Error as fault:
            raise Rejected("reply.data", str(fault)) from None
        return ordered[0], data
