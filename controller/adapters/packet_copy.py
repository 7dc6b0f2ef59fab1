"""Packets of several files as one stream of another file: copied, never encoded again."""

from fractions import Fraction
from typing import Any


class PacketCopier:
    """Writes packets of several files as one stream; times are exact fractions of a millisecond."""

    def __init__(self) -> None:
        self.first: Fraction | None = None
        self._stream: Any = None
        self._parameters = b""
        self._tick = Fraction(1)
        self._last_dts: int | None = None

    def fits(self, video: Any) -> bool:
        return self.first is None or self._parameters == bytes(video.codec_context.extradata or b"")

    def copy(self, target: Any, video: Any, packet: Any, at: Fraction) -> None:
        if self.first is None:
            self._stream = target.add_stream_from_template(video)
            self._parameters = bytes(video.codec_context.extradata or b"")
            self._tick = Fraction(video.time_base)
            self.first = at
        lead = round((packet.pts - packet.dts) * Fraction(video.time_base) / self._tick)
        packet.pts = round((at - self.first) / 1000 / self._tick)
        dts = packet.pts - lead
        packet.dts = dts if self._last_dts is None else max(dts, self._last_dts + 1)
        self._last_dts = packet.dts
        packet.time_base = self._tick
        packet.stream = self._stream
        target.mux(packet)
