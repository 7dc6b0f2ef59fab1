"""Reads the structure of a fragmented MP4: where its init ends, which fragments are whole, and what time they span."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from edge_agent.core.timeline import TICKS_PER_MS

_HEADER = struct.Struct(">I4s")
_NO_CODE = bytes(16)
_NO_ENDING = bytes(4)


@dataclass(frozen=True, slots=True)
class Layout:
    """What of a file can be used. Times are milliseconds from the muxer's first packet."""

    init_bytes: int  # 0 when there is no whole init
    usable_bytes: int  # up to the end of the last whole fragment
    fragments: int
    start_ms: float
    end_ms: float
    pictures: int = 0


def boxes(data: bytes, begin: int = 0, end: int | None = None) -> Iterator[tuple[bytes, int, int]]:
    """(type, offset, size) of whole boxes in order; stops at the first that is cut off or no box at all."""
    end = len(data) if end is None else end
    while begin + _HEADER.size <= end:
        size, kind = _HEADER.unpack_from(data, begin)
        if size < _HEADER.size or begin + size > end:
            return
        yield kind, begin, size
        begin += size


def init_length(data: bytes) -> int:
    """Bytes up to the end of `moov`, or 0 when it is not whole yet."""
    for kind, offset, size in boxes(data):
        if kind == b"moov":
            return offset + size
        if kind not in {b"ftyp", b"free"}:
            return 0
    return 0


def read_layout(data: bytes, *, unsynced_tail: bool = False) -> Layout:
    """Read a file that may be cut off anywhere or hold rubbish after any byte.

    `unsynced_tail`: nobody knows whether the last fragment had reached the disk; one with holes does not count.
    """
    layout = before = Layout(init_length(data), init_length(data), 0, 0.0, 0.0)
    span: tuple[float, float, int] | None = None
    if layout.init_bytes:
        for kind, offset, size in boxes(data, layout.init_bytes):
            if kind == b"moof":
                span = _span(data, offset, size)
                if span is None:
                    break
            elif kind == b"mdat" and span is not None:
                before = layout
                first = layout.fragments == 0
                layout = Layout(
                    layout.init_bytes,
                    offset + size,
                    layout.fragments + 1,
                    span[0] if first else min(layout.start_ms, span[0]),
                    span[1] if first else max(layout.end_ms, span[1]),
                    layout.pictures + span[2],
                )
                span = None
            else:
                break
    if unsynced_tail and _has_holes(data[before.usable_bytes : layout.usable_bytes]):
        return before
    return layout


def _has_holes(fragment: bytes) -> bool:
    """Whether the disk gave zeros for what it never wrote.

    Coded pictures hold no three zero bytes in a row (H.264 7.4.1, H.265 7.4.2: emulation prevention), but the length
    before a unit may: a unit ends with no zero, and so neither does a fragment.
    """
    at = fragment.find(b"mdat")
    return at >= 0 and (fragment.endswith(_NO_ENDING) or _NO_CODE in fragment[at:])


def _span(data: bytes, offset: int, size: int) -> tuple[float, float, int] | None:
    """Presentation start, end and pictures of one fragment (one track), or None when it is not one of ours."""
    base: int | None = None
    default = 0
    try:
        for kind, at, length in boxes(data, offset + 8, offset + size):
            if kind != b"traf":
                continue
            for inner, place, extent in boxes(data, at + 8, at + length):
                if inner == b"tfhd":
                    default = _default_duration(data, place)
                elif inner == b"tfdt":
                    base = struct.unpack_from(">Q" if data[place + 8] else ">I", data, place + 12)[0]
                elif inner == b"trun" and base is not None:
                    first, last, pictures = _run(data, place, extent, default)
                    return (base + first) / TICKS_PER_MS, (base + last) / TICKS_PER_MS, pictures
    except struct.error:
        return None
    return None


def _default_duration(data: bytes, place: int) -> int:
    flags = int.from_bytes(data[place + 9 : place + 12])
    at = place + 16 + (8 if flags & 0x1 else 0) + (4 if flags & 0x2 else 0)
    return int(struct.unpack_from(">I", data, at)[0]) if flags & 0x8 else 0


def _run(data: bytes, place: int, extent: int, default: int) -> tuple[int, int, int]:
    flags = int.from_bytes(data[place + 9 : place + 12])
    (count,) = struct.unpack_from(">I", data, place + 12)
    at = place + 16 + (4 if flags & 0x1 else 0) + (4 if flags & 0x4 else 0)
    fields = [bit for bit in (0x100, 0x200, 0x400, 0x800) if flags & bit]
    if at + count * 4 * len(fields) > place + extent:
        raise struct.error("a run longer than its box")
    decode, first, last = 0, None, 0
    for _ in range(count):
        values = dict(zip(fields, struct.unpack_from(f">{len(fields)}i", data, at), strict=True))
        at += 4 * len(fields)
        shown = decode + values.get(0x800, 0)
        decode += values.get(0x100, default)
        first = shown if first is None else min(first, shown)
        last = max(last, shown + values.get(0x100, default))
    return first or 0, last, count
