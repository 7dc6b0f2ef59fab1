"""A file as a camera: replayed in real time, over and over; the log tells when each replay begins."""

import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

import av
import structlog

from edge_agent.adapters.camera_sink import CameraSink, MediaClock
from edge_agent.adapters.packet_stream import PacketStream
from edge_agent.adapters.sound_stream import SoundSink, pictures_of
from edge_agent.adapters.video_file import moving_pictures, open_film, quarters_left, why_not
from edge_agent.core.media import Quality
from edge_agent.core.picture_rules import PictureRules
from shared.errors import Rejected

log = structlog.get_logger("camera")

_EARLY_MS = 2
_BACKWARD_MS = 1000
_FORWARD_MS = 60_000
_EARLY_MAX = 32


class ReplayCamera:
    """Raises `Rejected` (field `source`) for what is no readable video."""

    def __init__(
        self,
        path: Path,
        clock: MediaClock,
        luma_per_s: float,
        rules: PictureRules | None = None,
        ear: SoundSink | None = None,
    ) -> None:
        if not path.is_file():
            raise Rejected("source", f"{path.name}: no such file")
        self._path = path
        self._clock = clock
        self._luma_per_s = luma_per_s
        self._rules = rules or PictureRules()
        self._ear = ear
        self._packets: PacketStream | None = None
        self._share = 1.0
        self._offset_ms: float | None = None  # media time minus the film's, once its first picture is known

    def limit(self, quality: Quality, share: float) -> None:
        """Encode with this share of the bitrate from now on, where the film is encoded anew."""
        if quality == "main":
            self._share = share
            if self._packets is not None:
                self._packets.limit(share)

    def run(self, sink: CameraSink, stop: threading.Event) -> None:
        begin_ms = float(self._clock.now_ms())
        try:
            with open_film(self._path) as container:
                turned = _is_turned(container)
            while not stop.is_set():
                # Opened anew each time: not every film can be wound back to its first picture.
                with open_film(self._path) as container:
                    video = moving_pictures(container)
                    if video is None:
                        raise Rejected("source", f"{self._path.name}: holds no video stream of a known codec")
                    if self._packets is None:
                        self._packets = PacketStream(video, sink, self._luma_per_s, rules=self._rules, turned=turned)
                        self._packets.limit(self._share)
                    else:
                        self._packets.restart(video)
                    begin_ms += self._play(container, video, self._packets, stop, begin_ms)
        except (av.error.FFmpegError, OSError, ValueError) as fault:
            raise Rejected("source", f"{self._path.name}: {why_not(fault)}") from None

    def _play(
        self,
        container: av.container.InputContainer,
        video: av.VideoStream,
        packets: PacketStream,
        stop: threading.Event,
        begin_ms: float,
    ) -> float:
        """Play the film once from media time `begin_ms` on; returns how long it was."""
        log.info("replay begins", start_ms=round(begin_ms))
        period_ms = 1000 / packets.fps
        first_ms: float | None = None
        end_ms = last_ms = 0.0
        self._offset_ms = None
        for packet in _with_times(self._readable(container, video), period_ms):
            if packet.size == 0:
                packets.take(packet, begin_ms - (first_ms or 0.0))
                continue
            at_ms = float((packet.dts or 0) * packet.time_base) * 1000
            if first_ms is None:
                first_ms = at_ms
            elif not -_BACKWARD_MS <= at_ms - last_ms <= _FORWARD_MS:
                # The film's clock was set, or films were joined: go on where it was.
                first_ms += at_ms - last_ms - period_ms
            last_ms = at_ms
            lasts_ms = float(packet.duration * packet.time_base) * 1000 if packet.duration else period_ms
            end_ms = max(end_ms, at_ms - first_ms + lasts_ms)
            due_ms = begin_ms + at_ms - first_ms
            self._offset_ms = begin_ms - first_ms
            while not stop.is_set() and (wait_ms := due_ms - self._clock.now_ms()) > _EARLY_MS:
                stop.wait(wait_ms / 1000)
            if stop.is_set():
                return end_ms
            packets.take(packet, begin_ms - first_ms)
        if first_ms is None:
            raise Rejected("source", f"{self._path.name}: holds no picture")
        return end_ms

    def _readable(
        self, container: av.container.InputContainer, video: av.VideoStream
    ) -> "Iterator[av.Packet[av.VideoStream]]":
        """The packets, to the place where a damaged film breaks off."""
        read = False
        try:
            for packet in pictures_of(container, video, self._ear, self._placed, "the film has no sound"):
                yield packet
                read = True
        except av.error.FFmpegError as fault:
            if not read:
                raise
            log.warning("the film breaks off here", file=self._path.name, reason=why_not(fault))

    def _placed(self, at_ms: float) -> float | None:
        """The media time of sound: it goes out as it lies in the film, beside the pictures that are waited for."""
        return None if self._offset_ms is None else at_ms + self._offset_ms


def _with_times(
    packets: "Iterable[av.Packet[av.VideoStream]]", period_ms: float
) -> "Iterator[av.Packet[av.VideoStream]]":
    """Fill in the decode times that containers leave out: of the first packets (Matroska), or all (raw streams)."""
    early: list[av.Packet[av.VideoStream]] = []
    last: int | None = None
    for packet in packets:
        step = max(1, round(period_ms / 1000 / float(packet.time_base)))
        if packet.dts is None and packet.pts is not None and last is None and len(early) < _EARLY_MAX:
            early.append(packet)
            continue
        if packet.size and packet.dts is None:
            packet.dts = 0 if last is None else last + step
            packet.pts = packet.dts if packet.pts is None else packet.pts
        yield from _before(early, packet.dts, step)
        early = []
        if packet.size:
            last = packet.dts
        yield packet
    yield from _before(early, None, 1)


def _before(
    early: "list[av.Packet[av.VideoStream]]", next_dts: int | None, step: int
) -> "list[av.Packet[av.VideoStream]]":
    for number, packet in enumerate(early):
        packet.dts = packet.pts if next_dts is None else next_dts - (len(early) - number) * step
    return early


def _is_turned(container: av.container.InputContainer) -> bool:
    """Whether the first picture that can be decoded has a display matrix that turns it."""
    video = moving_pictures(container)
    for packet in container.demux(video) if video is not None else ():
        try:
            for frame in packet.decode():
                return isinstance(frame, av.VideoFrame) and quarters_left(frame) != 0
        except av.error.InvalidDataError:
            continue
    return False
