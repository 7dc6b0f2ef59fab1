"""Packets that arrive as they are made, timed by arrival at first and by the stream itself from there."""

import math
import threading
import time
from collections.abc import Callable, Iterable, Iterator

import av

from edge_agent.adapters.packet_stream import PacketStream

_DRIFT_MS = 10_000
_WAITED_MS = 25
_EARLY_MAX = 600
_GULP_S = 0.3
_CAUGHT_UP_MS = 3


def deliver_live(
    arriving: "Iterable[av.Packet[av.VideoStream]]",
    packets: PacketStream,
    now_ms: Callable[[], int],
    stop: threading.Event,
    at_leisure: Callable[[], bool] = lambda: False,
) -> Iterator[int]:
    """Deliver until `stop` or the end; yields for how many milliseconds packets have been coming, with each."""
    times = _ArrivalTimes(1000 / packets.fps, packets.tick_ms)
    gulp, taken = math.ceil(packets.fps * _GULP_S), 0
    early: list[av.Packet[av.VideoStream]] | None = []
    begun_ms = asked_ms = now_ms()
    for packet in arriving:
        if stop.is_set():
            return
        at_ms = now_ms()
        waited_ms, asked_ms = at_ms - asked_ms, at_ms
        yield at_ms - begun_ms
        if packet.size == 0:
            continue
        if early is None:
            packets.take(packet, times.offset_ms(packet, at_ms))
            taken += 1
            if taken >= gulp and waited_ms >= _CAUGHT_UP_MS and at_leisure():
                taken = 0
                time.sleep(_GULP_S)
                asked_ms = now_ms()
            continue
        # Opening has read ahead: those packets are older than now, by what only the first live one tells.
        early.append(packet)
        if waited_ms >= _WAITED_MS or len(early) >= _EARLY_MAX:
            times.take_early(early, packets, at_ms)
            early = None
    if early:
        times.take_early(early, packets, now_ms())


class _ArrivalTimes:
    """Where a stream's own time lies in media time; fills in the times that a camera leaves out."""

    def __init__(self, period_ms: float, tick_ms: float) -> None:
        self._period_ms = period_ms
        self._tick_ms = tick_ms
        self._offset_ms = 0.0
        self._last_ms = 0.0

    def take_early(self, early: "list[av.Packet[av.VideoStream]]", packets: PacketStream, now_ms: int) -> None:
        """Deliver packets of which the last arrived just now."""
        self._begin(early, now_ms)
        for one in early:
            packets.take(one, self.offset_ms(one, now_ms))

    def _begin(self, packets: "list[av.Packet[av.VideoStream]]", now_ms: int) -> None:
        """The last of these packets arrived just now."""
        later_ms: float | None = None
        for packet in reversed(packets):
            at_ms = self._time_of(packet)
            if at_ms is None:
                at_ms = (later_ms if later_ms is not None else 0.0) - self._period_ms
                _set_time(packet, at_ms)
            if later_ms is None:
                self._offset_ms = now_ms - at_ms
            later_ms = at_ms

    def offset_ms(self, packet: "av.Packet[av.VideoStream]", now_ms: int) -> float:
        """Media time minus the packet's time; a stream that drifts off or jumps is set to its arrival again."""
        at_ms = self._time_of(packet)
        if at_ms is None:
            at_ms = self._last_ms + self._period_ms
            _set_time(packet, at_ms)
        if abs(at_ms + self._offset_ms - now_ms) > _DRIFT_MS:
            self._offset_ms = now_ms - at_ms
        self._last_ms = at_ms
        return self._offset_ms

    def _time_of(self, packet: "av.Packet[av.VideoStream]") -> float | None:
        ticks = packet.dts
        if ticks is None:
            ticks = packet.pts
        return None if ticks is None else ticks * self._tick_ms


def _set_time(packet: "av.Packet[av.VideoStream]", at_ms: float) -> None:
    packet.dts = packet.pts = round(at_ms / 1000 / float(packet.time_base))
