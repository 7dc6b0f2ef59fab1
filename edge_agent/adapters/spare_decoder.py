"""Decodes a stream only while its pictures are wanted, from some seconds before that and never many at once."""

from collections import deque

import av

_REACH_MS = 4_000
_AT_ONCE = 3
_KEPT_MAX = 900
_KEPT_BYTES_MAX = 16_000_000


class SpareDecoder:
    """Keeps the newest groups of pictures, so that what happened before they were wanted is seen too."""

    def __init__(self, context: av.VideoCodecContext) -> None:
        self._context = context
        self._kept: deque[av.Packet[av.stream.Stream]] = deque()  # begins with a keyframe, or is empty
        self._keys: deque[float] = deque()  # when the groups in `_kept` begin
        self._kept_bytes = 0
        self._waiting: deque[av.Packet[av.stream.Stream]] = deque()  # for the decoder, while it runs
        self._runs = False

    def take(self, packet: "av.Packet[av.VideoStream]", *, wanted: bool) -> list[av.VideoFrame]:
        """Take the next packet, which stays the caller's; gives frames while `wanted`, some for each packet."""
        copy = av.Packet(bytes(packet))
        copy.pts, copy.dts, copy.time_base = packet.pts, packet.dts, packet.time_base
        copy.is_keyframe = packet.is_keyframe
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
                frames.extend(self._context.decode(self._waiting.popleft()))
            except av.error.InvalidDataError:
                continue
        return frames

    def _keep(self, packet: "av.Packet[av.stream.Stream]") -> None:
        if packet.is_keyframe:
            self._begin_group(float((packet.dts or 0) * packet.time_base) * 1000)
        elif not self._kept:
            return
        self._kept.append(packet)
        self._kept_bytes += packet.size
        if len(self._kept) > _KEPT_MAX or self._kept_bytes > _KEPT_BYTES_MAX:
            self._kept.clear()
            self._keys.clear()
            self._kept_bytes = 0

    def _begin_group(self, at_ms: float) -> None:
        self._keys.append(at_ms)
        while len(self._keys) > 1 and not at_ms - _REACH_MS < self._keys[1] <= at_ms:
            self._keys.popleft()
            self._pop()
            while self._kept and not self._kept[0].is_keyframe:
                self._pop()

    def _pop(self) -> None:
        self._kept_bytes -= self._kept.popleft().size
