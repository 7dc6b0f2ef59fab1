"""Encoded packets into fragmented MP4, byte for byte: an init, then fragments of half a second cut at keyframes."""

import io
from fractions import Fraction

import av

from edge_agent.core.fragment_writing import write_fragment
from edge_agent.core.fragments import init_length
from edge_agent.core.media import StreamInfo
from edge_agent.core.timeline import TICKS_PER_MS, EncodedPacket
from shared.errors import Broken

FRAGMENT_MS = 500
_TIME_BASE = Fraction(1, 1000 * TICKS_PER_MS)


class FragmentMuxer:
    """One muxer; its id is the decode time of its first packet, which its files count from, so it tells their time.

    The init is FFmpeg's, read from a file of one picture. The fragments are ours: FFmpeg costs four times as much.
    """

    def __init__(self, stream: StreamInfo, first: EncodedPacket) -> None:
        """Begin with the keyframe `first`, which `add` must be given next; raises `Broken` for one that is none."""
        self.id = f"{first.dts_ms:x}"
        self.base_ms = first.dts_ms
        self.stream = stream
        try:
            self.init = _init(stream, first)
        except (av.error.FFmpegError, OSError, ValueError, IndexError) as fault:
            raise Broken(f"muxing cannot begin: {fault}") from fault
        if not self.init:
            raise Broken("muxing cannot begin: no parameters")
        self._packets: list[EncodedPacket] = []
        self._last_ms = self.base_ms - 1
        self._fragments = 0

    def add(self, packet: EncodedPacket) -> bytes:
        """Take a packet; returns the fragment (before this packet) that is whole now, often nothing.

        Raises `Broken` for one that is not later than the one before, or for times that an MP4 cannot tell.
        """
        if packet.dts_ms <= self._last_ms:
            raise Broken(f"muxing failed: {packet.dts_ms} after {self._last_ms}")
        self._last_ms = packet.dts_ms
        whole = b""
        if self._packets and (packet.key or packet.dts_ms - self._packets[0].dts_ms >= FRAGMENT_MS):
            whole = self._take(packet.dts_ms)
        self._packets.append(packet)
        return whole

    def close(self) -> bytes:
        """End; returns the last fragment."""
        if not self._packets:
            return b""
        return self._take(self._last_ms + self._packets[-1].duration_ms)

    def _take(self, end_ms: int) -> bytes:
        self._fragments += 1
        packets, self._packets = self._packets, []
        return write_fragment(self._fragments, self.base_ms, packets, end_ms)


def _init(stream: StreamInfo, first: EncodedPacket) -> bytes:
    """What every file begins with; empty when there is none."""
    written = io.BytesIO()
    options = {"movflags": "empty_moov+default_base_moof+frag_keyframe"}
    with av.open(written, "w", format="mp4", options=options) as container:
        track = _add_track(container, stream, first)
        track.time_base = _TIME_BASE
        unit: av.Packet[av.stream.Stream] = av.Packet(first.data)
        unit.stream = track
        unit.time_base = _TIME_BASE
        unit.dts = unit.pts = 0
        unit.is_keyframe = True
        container.mux(unit)
    whole = written.getvalue()
    return whole[: init_length(whole)]


def _add_track(container: av.container.OutputContainer, stream: StreamInfo, first: EncodedPacket) -> av.stream.Stream:
    if hasattr(container, "add_mux_stream"):
        return container.add_mux_stream(
            stream.codec,
            rate=Fraction(stream.fps).limit_denominator(1001),
            width=stream.width_px,
            height=stream.height_px,
        )
    # PyAV before 15 copies a track's parameters from a stream that is read: read the keyframe itself.
    with io.BytesIO(first.data) as raw, av.open(raw, "r", format=stream.codec) as source:
        return container.add_stream_from_template(source.streams.video[0])
