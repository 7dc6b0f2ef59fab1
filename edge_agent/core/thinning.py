"""Tells which packets need not be decoded when few pictures a second are wanted. Pure.

Invariants, held by tests/unit/edge_agent/core/test_thinning.py:
1. A packet that another picture may refer to is always decoded.
2. In each period of the wanted rate the first picture to be shown is decoded, and at least one, if there is one.
"""

from collections.abc import Iterator

from edge_agent.core.codec import Codec

_START = b"\x00\x00\x01"
_H264_PICTURES = range(1, 6)
_HEVC_PICTURES = range(32)
_HEVC_UNREFERENCED = frozenset({0, 2, 4, 6, 8, 10, 12, 14})
_ROUNDED_MS = 0.6  # containers round their times
_JUMP = 20  # periods; pictures are reordered by less
_AVCC_LENGTH_AT, _HVCC_LENGTH_AT = 4, 21


def length_size(codec: Codec, extradata: bytes) -> int:
    """How many bytes tell a NAL unit's length; 0: start codes part them (Annex B)."""
    at = _AVCC_LENGTH_AT if codec == "h264" else _HVCC_LENGTH_AT
    return (extradata[at] & 3) + 1 if len(extradata) > at and extradata[0] == 1 else 0


class Thinning:
    """Chooses among the packets of one stream, in the order in which they come."""

    def __init__(self, codec: Codec, extradata: bytes, per_s: float, fps: float) -> None:
        self._codec = codec
        self._length_size = length_size(codec, extradata)
        self._period_ms = 1000 / per_s
        self._step_ms = 1000 / fps - _ROUNDED_MS
        self._first_ms: float | None = None
        self._shown: set[int] = set()  # periods of which a picture is decoded
        self._newest = 0
        self._top_layer = 0  # the highest temporal layer of HEVC

    def needs(self, data: bytes, pts_ms: float) -> bool:
        """Whether the packet of `pts_ms` has to be decoded."""
        if self._first_ms is None:
            self._first_ms = pts_ms
        since_ms = pts_ms - self._first_ms
        period = int(since_ms // self._period_ms)
        leads = since_ms - self._step_ms < period * self._period_ms
        if abs(period - self._newest) > _JUMP:
            self._shown.clear()
            self._newest = period
        if self._is_unreferenced(data) and period in self._shown and not leads:
            return False
        self._shown.add(period)
        if period > self._newest:
            self._newest = period
            self._shown = {one for one in self._shown if one >= period - _JUMP}
        return True

    def _is_unreferenced(self, data: bytes) -> bool:
        """Whether no other picture is decoded from it, as far as its NAL units' heads tell."""
        heads = _heads(data, self._length_size) if self._length_size else _heads_annex_b(data)
        found = False
        for first, second in heads:
            if self._codec == "h264":
                if first & 31 in _H264_PICTURES:
                    if first & 0x60:
                        return False
                    found = True
            elif (kind := first >> 1 & 63) in _HEVC_PICTURES:
                layer = second & 7
                self._top_layer = max(self._top_layer, layer)
                # Pictures of higher layers may use it all the same: only those of the highest are free to go.
                if kind not in _HEVC_UNREFERENCED or layer < self._top_layer:
                    return False
                found = True
        return found


def _heads(data: bytes, size: int) -> Iterator[tuple[int, int]]:
    at = 0
    while at + size + 1 < len(data):
        length = int.from_bytes(data[at : at + size], "big")
        yield data[at + size], data[at + size + 1]
        at += size + length


def _heads_annex_b(data: bytes) -> Iterator[tuple[int, int]]:
    at = data.find(_START)
    while at >= 0 and at + 4 < len(data):
        yield data[at + 3], data[at + 4]
        at = data.find(_START, at + 3)
