"""One sound stream of an open container: AAC and Opus pass as they are, everything else becomes Opus, mono."""

from collections.abc import Callable, Iterator
from typing import Protocol, cast

import av
import structlog

from edge_agent.adapters.opus_encoder import OpusEncoder
from edge_agent.core.sound import SoundInfo, SoundPacket

log = structlog.get_logger("camera")

_PASSED_CHANNELS = 2
_BACK_MS = 5_000  # what was set back by less would be heard twice
_ESCAPE = 31


Place = Callable[[float], float | None]
"""The media time of a time of the sound's own stream; None while that is not known."""


class SoundSink(Protocol):
    """Takes a camera's sound, never waits, never raises."""

    def sound(self, info: SoundInfo | None, fault: str) -> None:
        """What comes now; None: nothing, and why."""
        ...

    def heard(self, packet: SoundPacket) -> None: ...

    def is_listened_to(self) -> bool:
        """Whether anybody listens: else nothing is decoded, encoded or sent."""
        ...


class SoundStream:
    """Feeds a sink. A fault in it is told once, and then it is silent: pictures never feel it."""

    def __init__(self, stream: "av.AudioStream", sink: SoundSink) -> None:
        self._sink = sink
        self._tick_ms = float(stream.time_base or 0) * 1000
        self._encoder: OpusEncoder | None = None
        self._last_ms: int | None = None
        self._broken = False
        try:
            info = _passed(stream)
            if info is None:
                self._encoder = OpusEncoder(stream.codec_context.sample_rate)
                info = self._encoder.info
            sink.sound(info, "")
        except (av.error.FFmpegError, OSError, ValueError) as fault:
            self._give_up(fault)

    def take(self, packet: "av.Packet[av.AudioStream]", place: Place) -> None:
        """Deliver a packet."""
        ticks = packet.dts if packet.pts is None else packet.pts
        if self._broken or not packet.size or ticks is None:
            return
        at_ms = place(ticks * self._tick_ms)
        if at_ms is None or not self._sink.is_listened_to():
            return
        try:
            if self._encoder is None:
                self._deliver(SoundPacket(bytes(packet), round(at_ms)))
            else:
                for made in self._encoder.encode(packet, at_ms):
                    self._deliver(made)
        except av.error.InvalidDataError:
            return  # one damaged packet
        except (av.error.FFmpegError, OSError, ValueError) as fault:
            self._give_up(fault)

    def _deliver(self, packet: SoundPacket) -> None:
        if self._last_ms is None or not 0 <= self._last_ms - packet.pts_ms < _BACK_MS:
            self._last_ms = packet.pts_ms
            self._sink.heard(packet)

    def _give_up(self, fault: Exception) -> None:
        self._broken = True
        reason = getattr(fault, "strerror", None) or str(fault) or type(fault).__name__
        log.warning("sound given up", reason=reason)
        self._sink.sound(None, reason)


def pictures_of(
    container: av.container.InputContainer, video: av.VideoStream, ear: SoundSink | None, place: Place, none: str
) -> "Iterator[av.Packet[av.VideoStream]]":
    """The packets of the pictures; with an ear it is given the sound on their way, or told `none` where there is no."""
    if ear is None or not container.streams.audio:
        if ear is not None:
            ear.sound(None, none)
        yield from container.demux(video)
        return
    audio = container.streams.audio[0]
    sound = SoundStream(audio, ear)
    for packet in container.demux(video, audio):
        if packet.stream_index == audio.index:
            sound.take(cast("av.Packet[av.AudioStream]", packet), place)
        else:
            yield cast("av.Packet[av.VideoStream]", packet)


def _passed(stream: "av.AudioStream") -> SoundInfo | None:
    """What is told of sound that goes as it is; None for what browsers cannot play."""
    context = stream.codec_context
    if context is None:
        raise ValueError("its codec is not known")
    if not 1 <= context.channels <= _PASSED_CHANNELS:
        return None
    match context.name:
        case "aac":
            known = context.extradata or b""  # none where each packet has a header of its own
            kind = known[0] >> 3 if known else 2
            if kind == _ESCAPE:
                return None
            return SoundInfo(f"mp4a.40.{kind}", context.sample_rate, context.channels, bytes(known))
        case "opus" | "libopus":
            return SoundInfo("opus", 48_000, context.channels)
        case _:
            return None
