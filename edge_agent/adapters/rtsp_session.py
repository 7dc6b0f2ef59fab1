"""One stream by RTSP over TCP: its packets as they come, timed by arrival at first and by itself from there."""

import threading

import av

from edge_agent.adapters.camera_sink import CameraSink, MediaClock
from edge_agent.adapters.packet_stream import PacketStream, Part
from shared.errors import Rejected, Transient
from shared.source_url import Source

_OPEN_S = 8.0
_READ_S = 5.0
_DRIFT_MS = 10_000
_WAITED_MS = 25
_EARLY_MAX = 600


class RtspSession:
    """Where a stream is and how it is followed; `lived_ms` is for how long it last gave packets."""

    def __init__(
        self, source: Source, field: str, clock: MediaClock, luma_per_s: float, part: Part | None = None
    ) -> None:
        self.lived_ms = 0
        self._source = source
        self._field = field
        self._clock = clock
        self._luma_per_s = luma_per_s
        self._part = part

    def follow(self, sink: CameraSink, stop: threading.Event) -> None:
        """Deliver until `stop`; raises `Transient` when the stream is away, `Rejected` when it refuses us."""
        self.lived_ms = 0
        options = {
            "rtsp_transport": "tcp",
            "allowed_media_types": "video",
            "protocol_whitelist": "rtsp,rtsps,rtp,tcp,tls,crypto",
            "max_delay": "500000",
            "analyzeduration": "1000000",
        }
        try:
            with av.open(
                self._source.text, format="rtsp", options=options, timeout=(_OPEN_S, _READ_S), buffer_size=1 << 18
            ) as container:
                if not container.streams.video:
                    raise Rejected(self._field, f"{self._source.shown}: offers no video")
                self._deliver(container, sink, stop)
        except (av.error.HTTPUnauthorizedError, av.error.HTTPForbiddenError):
            raise Rejected(self._field, f"{self._source.shown}: refuses these credentials") from None
        except (av.error.FFmpegError, OSError) as fault:
            raise Transient(
                f"{self._source.shown}: {getattr(fault, 'strerror', None) or type(fault).__name__}"
            ) from None

    def _deliver(self, container: av.container.InputContainer, sink: CameraSink, stop: threading.Event) -> None:
        video = container.streams.video[0]
        packets = PacketStream(video, sink, self._luma_per_s, self._part)
        times = _ArrivalTimes(1000 / packets.fps)
        early: list[av.Packet[av.VideoStream]] | None = []
        begun_ms = asked_ms = self._clock.now_ms()
        for packet in container.demux(video):
            if stop.is_set():
                return
            now_ms = self._clock.now_ms()
            waited_ms, asked_ms = now_ms - asked_ms, now_ms
            self.lived_ms = now_ms - begun_ms
            if packet.size == 0:
                continue
            if early is None:
                packets.take(packet, times.offset_ms(packet, now_ms))
                continue
            # Opening has read ahead: those packets are older than now, by what only the first live one tells.
            early.append(packet)
            if waited_ms >= _WAITED_MS or len(early) >= _EARLY_MAX:
                times.begin(early, now_ms)
                for one in early:
                    packets.take(one, times.offset_ms(one, now_ms))
                early = None
        raise Transient(f"{self._source.shown}: the stream ended")


class _ArrivalTimes:
    """Where a stream's own time lies in media time; fills in the times that a camera leaves out."""

    def __init__(self, period_ms: float) -> None:
        self._period_ms = period_ms
        self._offset_ms = 0.0
        self._last_ms = 0.0

    def begin(self, packets: "list[av.Packet[av.VideoStream]]", now_ms: int) -> None:
        """The last of these packets arrived just now."""
        later_ms: float | None = None
        for packet in reversed(packets):
            at_ms = _time_of(packet)
            if at_ms is None:
                at_ms = (later_ms if later_ms is not None else 0.0) - self._period_ms
                _set_time(packet, at_ms)
            if later_ms is None:
                self._offset_ms = now_ms - at_ms
            later_ms = at_ms

    def offset_ms(self, packet: "av.Packet[av.VideoStream]", now_ms: int) -> float:
        """Media time minus the packet's time; a stream that drifts off or jumps is set to its arrival again."""
        at_ms = _time_of(packet)
        if at_ms is None:
            at_ms = self._last_ms + self._period_ms
            _set_time(packet, at_ms)
        if abs(at_ms + self._offset_ms - now_ms) > _DRIFT_MS:
            self._offset_ms = now_ms - at_ms
        self._last_ms = at_ms
        return self._offset_ms


def _time_of(packet: "av.Packet[av.VideoStream]") -> float | None:
    ticks = packet.dts if packet.dts is not None else packet.pts
    return None if ticks is None else float(ticks * packet.time_base) * 1000


def _set_time(packet: "av.Packet[av.VideoStream]", at_ms: float) -> None:
    packet.dts = packet.pts = round(at_ms / 1000 / float(packet.time_base))
