"""When a recorded segment says that it plays: the times inside its MP4 boxes. Pure.

Files of one muxer count from the same moment and play one after another; those of the next one begin anew.
"""

import struct
from collections.abc import Iterator

_HEAD = struct.Struct(">I4s")
_LARGE = struct.Struct(">Q")
_MOST_BOXES = 64


def ticks_per_s(init: bytes) -> int | None:
    """The unit of an init's only track."""
    body = _inside(init, b"moov", b"trak", b"mdia", b"mdhd")
    if body is None or len(body) < 24:  # noqa: PLR2004 - up to its duration
        return None
    at = 20 if body[0] == 1 else 12
    found: int = struct.unpack_from(">I", body, at)[0]
    return found or None


def first_ticks(fragments: bytes) -> int | None:
    """When the first fragment decodes; its beginning is enough."""
    body = _inside(fragments, b"moof", b"traf", b"tfdt")
    if body is None or len(body) < (12 if body[:1] == b"\1" else 8):
        return None
    form = ">Q" if body[0] == 1 else ">I"
    found: int = struct.unpack_from(form, body, 4)[0]
    return found


def _inside(data: bytes, *path: bytes) -> bytes | None:
    for name in path:
        found = next((body for kind, body in _boxes(data) if kind == name), None)
        if found is None:
            return None
        data = found
    return data


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    for _ in range(_MOST_BOXES):
        if at + _HEAD.size > len(data):
            return
        length, kind = _HEAD.unpack_from(data, at)
        head = _HEAD.size
        if length == 1 and at + 16 <= len(data):
            length, head = _LARGE.unpack_from(data, at + _HEAD.size)[0], 16
        if length < head:
            return
        yield kind, data[at + head : at + length]
        at += length
