"""Encoded packets into fragmented MP4, byte for byte: an init, then fragments of half a second cut at keyframes."""

import io
from fractions import Fraction

import av

from edge_agent.core.fragments import boxes, init_length
from edge_agent.core.media import StreamInfo
from edge_agent.core.timeline import TICKS_PER_MS, EncodedPacket
from shared.errors import Broken

_FRAGMENT_US = 500_000
_BUFFER_BYTES = 1 << 18
_TIME_BASE = Fraction(1, 1000 * TICKS_PER_MS)


class FragmentMuxer:
    """One muxer; its id is the decode time of its first packet, which its files count from, so it tells their time.

    FFmpeg holds the packets of the running fragment; `add` returns what a packet has completed.
    """

    def __init__(self, stream: StreamInfo, first: EncodedPacket) -> None:
        """Begin with the keyframe `first`, which `add` must be given next; raises `Broken` for one that is none."""
        self.id = f"{first.dts_ms:x}"
        self.base_ms = first.dts_ms
        self.stream = stream
        self.init = b""
        self._pending = bytearray()
        options = {
            "movflags": "empty_moov+default_base_moof+frag_keyframe",
            "frag_duration": str(_FRAGMENT_US),
        }
        try:
            self._container = av.open(
                _Sink(self._pending), "w", format="mp4", options=options, buffer_size=_BUFFER_BYTES
            )
            self._track = self._add_track(stream, first)
            self._track.time_base = _TIME_BASE
        except (av.error.FFmpegError, OSError, ValueError, IndexError) as fault:
            raise Broken(f"muxing cannot begin: {fault}") from fault

    def _add_track(self, stream: StreamInfo, first: EncodedPacket) -> av.stream.Stream:
        if hasattr(self._container, "add_mux_stream"):
            return self._container.add_mux_stream(
                stream.codec,
                rate=Fraction(stream.fps).limit_denominator(1001),
                width=stream.width_px,
                height=stream.height_px,
            )
        # PyAV before 15 copies a track's parameters from a stream that is read: read the keyframe itself.
        with io.BytesIO(first.data) as raw, av.open(raw, "r", format=stream.codec) as container:
            return self._container.add_stream_from_template(container.streams.video[0])

    def add(self, packet: EncodedPacket) -> bytes:
        """Take a packet; returns the fragments (before this packet) that are whole now, often none."""
        unit = av.Packet(packet.data)
        unit.stream = self._track
        unit.time_base = _TIME_BASE
        unit.dts = (packet.dts_ms - self.base_ms) * TICKS_PER_MS
        unit.pts = (packet.pts_ms - self.base_ms) * TICKS_PER_MS
        unit.duration = packet.duration_ms * TICKS_PER_MS
        unit.is_keyframe = packet.key
        try:
            self._container.mux(unit)
        except (av.error.FFmpegError, OSError, ValueError) as fault:
            raise Broken(f"muxing failed: {fault}") from fault
        return self._take()

    def close(self) -> bytes:
        """End; returns the last fragments."""
        try:
            self._container.close()
        except (av.error.FFmpegError, OSError, ValueError) as fault:
            raise Broken(f"muxing failed: {fault}") from fault
        return self._take()

    def _take(self) -> bytes:
        if not self._pending:
            return b""
        if not self.init:
            length = init_length(bytes(self._pending))
            if not length:
                return b""
            self.init = bytes(self._pending[:length])
            del self._pending[:length]
        # What FFmpeg writes at the end (`mfra`) would break a run that another file continues.
        found = bytes(self._pending)
        view = memoryview(found)
        whole = b"".join(
            view[offset : offset + size] for kind, offset, size in boxes(found) if kind in {b"moof", b"mdat"}
        )
        self._pending.clear()
        return whole


class _Sink:
    """What FFmpeg writes to; it cannot seek, so nothing that was given out is changed later."""

    def __init__(self, pending: bytearray) -> None:
        self._pending = pending

    def write(self, data: bytes) -> int:
        self._pending += data
        return len(data)
