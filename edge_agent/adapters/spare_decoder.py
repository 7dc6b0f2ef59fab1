"""Decodes a stream only while its pictures are wanted, from some seconds before that and never many at once."""

from collections import deque
from dataclasses import dataclass
from fractions import Fraction

import av

_REACH_MS = 4_000
_AT_ONCE = 3
_KEPT_MAX = 900
_KEPT_BYTES_MAX = 16_000_000


@dataclass(frozen=True, slots=True)
class _Kept:
    """What the decoder needs of a packet; made into one again only when it is decoded."""

    data: bytes
    pts: int | None
    dts: int | None
    key: bool

    def packet(self, time_base: Fraction) -> "av.Packet[av.stream.Stream]":
        made: av.Packet[av.stream.Stream] = av.Packet(self.data)
        made.pts, made.dts, made.time_base, made.is_keyframe = self.pts, self.dts, time_base, self.key
        return made


class SpareDecoder:
    """Keeps the newest groups of pictures, so that what happened before they were wanted is seen too."""

    def __init__(self, context: av.VideoCodecContext) -> None:
        self._context = context
        self._time_base = Fraction(1, 1000)
        self._kept: deque[_Kept] = deque()  # begins with a keyframe, or is empty
        self._keys: deque[float] = deque()  # when the groups in `_kept` begin
        self._kept_bytes = 0
        self._waiting: deque[_Kept] = deque()  # for the decoder, while it runs
        self._runs = False

    def take(self, packet: "av.Packet[av.VideoStream]", data: bytes, *, wanted: bool) -> list[av.VideoFrame]:
        """Take the next packet and its bytes; it stays the caller's. Gives frames while `wanted`, some for each."""
        copy = _Kept(data, packet.pts, packet.dts, packet.is_keyframe)
        if copy.key or not self._kept:
            self._time_base = packet.time_base
        self._keep(copy)
        if not wanted or len(self._waiting) >= _KEPT_MAX:
            self._waiting.clear()
            self._runs = False
            return []
        if self._runs:
            self._waiting.append(copy)
        elif self._kept:
            self._context.flush_buffers()
            self._waiting.extend(self._kept)
            self._runs = True
        frames: list[av.VideoFrame] = []
        for _ in range(min(_AT_ONCE, len(self._waiting))):
            try:
                frames.extend(self._context.decode(self._waiting.popleft().packet(self._time_base)))
            except av.error.InvalidDataError:
                continue
        return frames

    def _keep(self, packet: _Kept) -> None:
        if packet.key:
            self._begin_group(float((packet.dts or 0) * self._time_base) * 1000)
        elif not self._kept:
            return
        self._kept.append(packet)
        self._kept_bytes += len(packet.data)
        if len(self._kept) > _KEPT_MAX or self._kept_bytes > _KEPT_BYTES_MAX:
            self._kept.clear()
            self._keys.clear()
            self._kept_bytes = 0

    def _begin_group(self, at_ms: float) -> None:
        self._keys.append(at_ms)
        while len(self._keys) > 1 and not at_ms - _REACH_MS < self._keys[1] <= at_ms:
            self._keys.popleft()
            self._pop()
            while self._kept and not self._kept[0].key:
                self._pop()

    def _pop(self) -> None:
        self._kept_bytes -= len(self._kept.popleft().data)
