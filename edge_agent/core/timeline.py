"""Encoded packets in decode order, and the repair of their times: decode times grow, and a camera has one time."""

from dataclasses import dataclass, replace

from edge_agent.core.media import Quality

TICKS_PER_MS = 90


@dataclass(frozen=True, slots=True)
class EncodedPacket:
    """One access unit, Annex-B, as it came from the encoder; times are media time in Unix ms."""

    data: bytes
    pts_ms: int
    dts_ms: int
    duration_ms: int
    key: bool


@dataclass(slots=True)
class Timeline:
    """Makes the packets of one camera monotonic: nothing is at or before `floor_ms`, decode times grow by >= 1 ms.

    A jump back (a restarted stream) or a leap ahead of more than `leap_ms` is taken out by shifting all that follows.
    """

    floor_ms: int
    leap_ms: int = 10_000
    begun_ms: int = 0  # by how much the first packet, and with it all, was moved to be after the floor
    _shift_ms: int = 0
    _last_ms: int | None = None

    def place(self, packet: EncodedPacket, now_ms: int) -> EncodedPacket:
        """Move a packet to its place; `now_ms` is where a stream that lost its time goes on."""
        dts_ms = packet.dts_ms + self._shift_ms
        last_ms = self._last_ms
        if last_ms is None:
            if dts_ms <= self.floor_ms:
                self.begun_ms = self.floor_ms + 1 - dts_ms
                self._shift_ms += self.begun_ms
        elif dts_ms < last_ms - self.leap_ms or dts_ms > max(last_ms + self.leap_ms, now_ms + self.leap_ms):
            self._shift_ms += max(last_ms + max(1, packet.duration_ms), now_ms) - dts_ms
        dts_ms = packet.dts_ms + self._shift_ms
        if last_ms is not None and dts_ms <= last_ms:
            dts_ms = last_ms + 1
        self._last_ms = dts_ms
        pts_ms = max(dts_ms, packet.pts_ms + self._shift_ms)
        if dts_ms == packet.dts_ms and pts_ms == packet.pts_ms:
            return packet
        return EncodedPacket(packet.data, pts_ms, dts_ms, packet.duration_ms, packet.key)


class CameraTimes:
    """The one time of all that a camera delivers: what moves the start of its main stream moves everything."""

    def __init__(self, floor_ms: int) -> None:
        self._main = Timeline(floor_ms)
        self._sub = Timeline(0)  # of which nothing was recorded that it must not overlap

    def place(self, quality: Quality, packet: EncodedPacket, now_ms: int) -> EncodedPacket:
        """Move a packet to its place, like `Timeline.place`."""
        if quality == "main":
            return self._main.place(packet, now_ms)
        packet = replace(packet, dts_ms=self.at(packet.dts_ms), pts_ms=self.at(packet.pts_ms))
        return self._sub.place(packet, now_ms)

    def at(self, pts_ms: int) -> int:
        """Move the time of a picture to its place."""
        return pts_ms + self._main.begun_ms
