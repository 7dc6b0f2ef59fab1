"""Messages between processes as plain values in msgpack; who reads one believes nothing of it."""

import math
import re
from dataclasses import astuple
from typing import Any, ClassVar, Protocol, cast

import msgpack

from edge_agent.core.media import Quality, StreamInfo
from edge_agent.core.sightings import Look, Thing
from shared.errors import Rejected
from shared.geometry import Box

MOST_TEXT = 4_000
MOST_MS = 2**53
_MOST_NUMBER = 2**62
_MOST_PX = 65_535
_MOST_FPS = 1_000_000
_MOST_THINGS = 10_000
_CODEC = re.compile(r"[A-Za-z0-9.]{0,64}")


class Message(Protocol):
    """A dataclass of plain values, and of such dataclasses."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


def pack_message(message: Message) -> bytes:
    """Its name, then its fields."""
    values = [value[:MOST_TEXT] if isinstance(value, str) else value for value in astuple(cast("Any", message))]
    packed: bytes = msgpack.packb([type(message).__name__, *values], unicode_errors="replace", default=float)
    return packed


class Fields:
    """What stands in a message, one after the other; raises `Rejected` for what cannot stand there."""

    def __init__(self, values: object) -> None:
        if not isinstance(values, list):
            raise _odd("no list")
        self._values = iter(values)

    @classmethod
    def of(cls, data: bytes) -> "Fields":
        """A message's own, behind its name."""
        try:
            return cls(msgpack.unpackb(data, raw=False, strict_map_key=True))
        except (ValueError, TypeError, RecursionError, msgpack.exceptions.UnpackException) as fault:
            raise _odd(f"no message: {type(fault).__name__}") from None

    def take(self) -> object:
        """Whatever comes next."""
        for value in self._values:
            return value
        raise _odd("too short")

    def whole(self, most: int = _MOST_NUMBER) -> int:
        """From 0 on."""
        value = self.take()
        if type(value) is not int or not 0 <= value <= most:
            raise _odd("a number")
        return value

    def whole_or_none(self) -> int | None:
        """None where nothing is said."""
        value = self.take()
        return None if value is None else Fields([value]).whole()

    def number(self, least: float, most: float) -> float:
        value = self.take()
        if type(value) not in (int, float) or not math.isfinite(cast("float", value)):
            raise _odd("a number")
        if not least <= cast("float", value) <= most:
            raise _odd("a number")
        return cast("float", value)

    def flag(self) -> bool:
        value = self.take()
        if not isinstance(value, bool):
            raise _odd("yes or no")
        return value

    def text(self, pattern: re.Pattern[str] | None = None) -> str:
        value = self.take()
        if not isinstance(value, str) or len(value) > MOST_TEXT or (pattern and not pattern.fullmatch(value)):
            raise _odd("a text")
        return value

    def data(self, most_bytes: int) -> bytes:
        value = self.take()
        if not isinstance(value, bytes) or len(value) > most_bytes:
            raise _odd("bytes")
        return value

    def part(self) -> "Fields":
        """What is a message itself, or a list."""
        return Fields(self.take())

    def parts(self, most: int) -> "list[Fields]":
        value = self.take()
        if not isinstance(value, list) or len(value) > most:
            raise _odd("a list")
        return [Fields(one) for one in value]

    def end(self) -> None:
        """Nothing may follow."""
        for _value in self._values:
            raise _odd("too long")

    def quality(self) -> Quality:
        value = self.take()
        if value not in ("main", "sub"):
            raise _odd("a stream")
        return value

    def stream(self) -> StreamInfo:
        part = self.part()
        codec = part.take()
        if codec not in ("h264", "hevc"):
            raise _odd("a codec")
        found = StreamInfo(
            codec,
            part.text(_CODEC),
            part.whole(_MOST_PX),
            part.whole(_MOST_PX),
            part.number(0, _MOST_FPS),
        )
        part.end()
        return found

    def look(self) -> Look:
        part = self.part()
        at_ms = part.whole(MOST_MS)
        things = tuple(_thing(one) for one in part.parts(_MOST_THINGS))
        part.end()
        return Look(at_ms, things)


def _thing(part: Fields) -> Thing:
    """Boxes may reach a little over the picture's edge."""
    name, score, box = part.text(), part.number(-1, 2), part.part()
    part.end()
    x1, y1, x2, y2 = (box.number(-10, 10) for _side in range(4))
    box.end()
    return Thing(name, score, Box(x1, y1, x2, y2))


def _odd(what: str) -> Rejected:
    return Rejected("message", f"not as agreed: {what}")
