"""Packets of half a second as one fragment of an MP4 (`moof`, `mdat`), NAL units untouched (ISO/IEC 14496-12, 8.8)."""

import re
import struct
from collections.abc import Sequence

from edge_agent.core.timeline import TICKS_PER_MS, EncodedPacket
from shared.errors import Broken

_CODE = re.compile(rb"\x00\x00\x01")  # found in half the time that bytes.find takes
_LENGTH = struct.Struct(">I")
_HEAD = struct.Struct(">I4s I4sII I4s I4sII I4sIQ I4sIII")
_TAIL = struct.Struct(">I4s")
_SAMPLE_BYTES = 16
_TRUN_BYTES = 20
_TRAF_BYTES = 8 + 16 + 20 + _TRUN_BYTES
_BASE_IS_MOOF = 0x020000
_VERSION_1 = 0x01000000
_OFFSET_AND_ALL = 0xF01  # where the data begin; of each sample its duration, size, flags and presentation
_KEY, _NO_KEY = 0x02000000, 0x01010000


def length_prefixed(data: bytes) -> list[bytes | memoryview]:
    """The NAL units of an Annex-B access unit, each behind its length instead of a start code; nothing is copied."""
    found: list[bytes | memoryview] = []
    view = memoryview(data)
    starts = [code.start() for code in _CODE.finditer(data)]
    for number, start in enumerate(starts, 1):
        begin, end = start + 3, starts[number] if number < len(starts) else len(data)
        while end > begin and not data[end - 1]:
            end -= 1  # zeros before a start code and at the end are no part of a unit
        if end > begin:
            found += (_LENGTH.pack(end - begin), view[begin:end])
    return found


def write_fragment(number: int, base_ms: int, packets: Sequence[EncodedPacket], end_ms: int) -> bytes:
    """Fragment `number` (from 1) of the first track; decode times count from `base_ms`, the last packet's to `end_ms`.

    Raises `Broken` for times that an MP4 cannot tell.
    """
    pieces: list[bytes | memoryview] = [b"", b""]
    table: list[int] = []
    following = [packet.dts_ms for packet in packets[1:]]
    for packet, next_ms in zip(packets, [*following, end_ms], strict=True):
        units = length_prefixed(packet.data)
        pieces += units
        table += (
            (next_ms - packet.dts_ms) * TICKS_PER_MS,
            sum(map(len, units)),
            _KEY if packet.key else _NO_KEY,
            (packet.pts_ms - packet.dts_ms) * TICKS_PER_MS,
        )
    begin_ticks = (packets[0].dts_ms - base_ms) * TICKS_PER_MS
    try:
        samples = struct.pack(">" + "IIIi" * len(packets), *table)
        pieces[0] = _head(number, begin_ticks, len(packets)) + samples
        pieces[1] = _TAIL.pack(_TAIL.size + sum(table[1::4]), b"mdat")
    except struct.error as fault:
        raise Broken(f"muxing failed: {fault}") from fault
    return b"".join(pieces)


def _head(number: int, decode_ticks: int, samples: int) -> bytes:
    trun = samples * _SAMPLE_BYTES
    return _HEAD.pack(
        *(_HEAD.size + trun, b"moof"),
        *(16, b"mfhd", 0, number),
        *(_TRAF_BYTES + trun, b"traf"),
        *(16, b"tfhd", _BASE_IS_MOOF, 1),
        *(20, b"tfdt", _VERSION_1, decode_ticks),
        *(_TRUN_BYTES + trun, b"trun", _VERSION_1 | _OFFSET_AND_ALL, samples, _HEAD.size + trun + _TAIL.size),
    )
