"""One stream by RTSP over TCP: its packets as they come, timed by arrival at first and by itself from there."""

import threading
from collections.abc import Callable, Iterator

import av

from edge_agent.adapters.arrival import deliver_live
from edge_agent.adapters.camera_sink import CameraSink, MediaClock
from edge_agent.adapters.host_watch import HostWatch
from edge_agent.adapters.packet_stream import PacketStream, Part
from edge_agent.adapters.sound_stream import SoundSink, pictures_of
from edge_agent.core.picture_rules import PictureRules
from edge_agent.core.sound_clock import SoundClock
from shared.errors import Rejected, Transient
from shared.source_url import Source

_OPEN_S = 8.0
_READ_S = 5.0
_PERHAPS_THE_SOUND = (
    av.error.HTTPBadRequestError,
    av.error.HTTPNotFoundError,
    av.error.HTTPOtherClientError,
    av.error.HTTPServerError,
    av.error.InvalidDataError,
)
"""What a camera may answer when it is asked for its sound as well; one that is away answers nothing."""


class RtspSession:
    """Where a stream is and how it is followed; `lived_ms` is for how long it last gave packets."""

    def __init__(
        self,
        source: Source,
        field: str,
        clock: MediaClock,
        luma_per_s: float,
        part: Part | None = None,
        rules: PictureRules | None = None,
        ear: SoundSink | None = None,
        hosts: HostWatch | None = None,
        connected: Callable[[], None] = lambda: None,
    ) -> None:
        """`connected` is called once the stream is open, before anything of it is decoded here."""
        self.lived_ms = 0
        self._hosts = hosts or HostWatch()
        self._connected = connected
        self._source = source
        self._field = field
        self._clock = clock
        self._luma_per_s = luma_per_s
        self._part = part
        self._rules = rules or PictureRules()
        self._ear = ear
        self._packets: PacketStream | None = None
        self._share = 1.0

    def limit(self, share: float) -> None:
        """Encode with this share of the bitrate from now on, where the stream is encoded anew."""
        self._share = share
        if self._packets is not None:
            self._packets.limit(share)

    def follow(
        self, sink: CameraSink, stop: threading.Event, *, at_leisure: Callable[[], bool] = lambda: False
    ) -> None:
        """Deliver until `stop`; raises `Transient` when the stream is away, `Rejected` when it refuses us.

        While it may be done `at_leisure` packets are read some at a time, up to 0.3 s late: waking for each costs more
        than reading it. Their times are the stream's own.
        """
        self.lived_ms = 0
        self._hosts.look_up(self._source, self._field)
        try:
            with self._open() as container:
                self._hosts.look_around(self._source, self._field)
                if not container.streams.video:
                    raise Rejected(self._field, f"{self._source.shown}: offers no video")
                self._connected()
                self._deliver(container, sink, stop, at_leisure)
        except (av.error.HTTPUnauthorizedError, av.error.HTTPForbiddenError):
            raise Rejected(self._field, f"{self._source.shown}: refuses these credentials") from None
        except (av.error.FFmpegError, OSError) as fault:
            raise Transient(
                f"{self._source.shown}: {getattr(fault, 'strerror', None) or type(fault).__name__}"
            ) from None

    def _open(self) -> av.container.InputContainer:
        """With its sound, where that is wanted and the camera gives both."""
        if self._ear is None:
            return self._opened("video")
        try:
            return self._opened("video+audio")
        except _PERHAPS_THE_SOUND as fault:
            container = self._opened("video")
            self._ear.sound(None, f"the camera refuses it: {fault.strerror}")
            return container

    def _opened(self, media: str) -> av.container.InputContainer:
        options = {
            "rtsp_transport": "tcp",
            "allowed_media_types": media,
            "protocol_whitelist": "rtsp,rtsps,rtp,tcp,tls,crypto",
            "max_delay": "500000",
            "analyzeduration": "1000000",
        }
        return av.open(
            self._source.text, format="rtsp", options=options, timeout=(_OPEN_S, _READ_S), buffer_size=1 << 18
        )

    def _deliver(
        self,
        container: av.container.InputContainer,
        sink: CameraSink,
        stop: threading.Event,
        at_leisure: Callable[[], bool],
    ) -> None:
        video = container.streams.video[0]
        packets = self._packets = PacketStream(video, sink, self._luma_per_s, self._part, rules=self._rules)
        packets.limit(self._share)
        arriving = self._arriving(container, video, packets)
        for lived_ms in deliver_live(arriving, packets, self._clock.now_ms, stop, at_leisure):
            self.lived_ms = lived_ms
        if not stop.is_set():
            raise Transient(f"{self._source.shown}: the stream ended")

    def _arriving(
        self, container: av.container.InputContainer, video: av.VideoStream, packets: PacketStream
    ) -> "Iterator[av.Packet[av.VideoStream]]":
        """The packets of the pictures; those of the sound go to the ear on their way, on the pictures' time."""
        if self._ear is None:
            yield from container.demux(video)
            return
        times, now_ms = SoundClock(), self._clock.now_ms

        def place(at_ms: float) -> float | None:
            return times.place(at_ms, now_ms())

        for packet in pictures_of(container, video, self._ear, place, "the camera offers no sound"):
            came_ms = now_ms()
            yield packet
            if packets.newest_ms is not None:
                times.picture(packets.newest_ms, came_ms)
