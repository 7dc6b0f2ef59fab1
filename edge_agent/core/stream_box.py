"""Which stream a fragmented MP4 of ours holds, read from its init: codec, size, and the record that decoders need."""

import struct
from dataclasses import dataclass

from edge_agent.core.codec import Codec
from edge_agent.core.fragments import boxes

_ENTRIES: dict[bytes, tuple[Codec, bytes]] = {
    b"avc1": ("h264", b"avcC"),
    b"avc3": ("h264", b"avcC"),
    b"hev1": ("hevc", b"hvcC"),
    b"hvc1": ("hevc", b"hvcC"),
}
"""Sample entries of ISO/IEC 14496-15, and the box of their record."""
_PATH = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd")
_FULL_BOX, _COUNT, _VISUAL, _SIZES = 4, 4, 78, 24
"""Bytes: version and flags; entries of `stsd`; a VisualSampleEntry's fields; where among them its size stands."""


@dataclass(frozen=True, slots=True)
class StreamBox:
    """The first video sample entry. `config`: the payload of `avcC` or `hvcC`."""

    codec: Codec
    config: bytes
    width_px: int
    height_px: int


def stream_box(init: bytes) -> StreamBox | None:
    """What an init (`ftyp`, `moov`) says of its video; None where it is none of ours, or damaged."""
    begin, end = 0, len(init)
    for wanted in _PATH:
        found = next(((at, size) for kind, at, size in boxes(init, begin, end) if kind == wanted), None)
        if found is None:
            return None
        begin, end = found[0] + 8, found[0] + found[1]
    for kind, at, size in boxes(init, begin + _FULL_BOX + _COUNT, end):
        if kind in _ENTRIES and size >= 8 + _VISUAL:
            codec, record = _ENTRIES[kind]
            width_px, height_px = struct.unpack_from(">HH", init, at + 8 + _SIZES)
            for inner, place, extent in boxes(init, at + 8 + _VISUAL, at + size):
                if inner == record:
                    return StreamBox(codec, init[place + 8 : place + extent], width_px, height_px)
    return None
