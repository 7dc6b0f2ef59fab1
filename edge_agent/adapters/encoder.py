"""H.264 by libx264 for sources that have no encoder of their own: no delay, a keyframe every 2 s, bounded rate."""

from fractions import Fraction

import av
from av.video.frame import PictureType

from edge_agent.core.shedding import pictures_every
from edge_agent.core.timeline import EncodedPacket

_KEY_MS = 2_000
_MS = Fraction(1, 1000)


class X264Encoder:
    """Encodes frames of one size, given with media times that grow."""

    def __init__(self, width_px: int, height_px: int, fps: float, bitrate_bps: int, preset: str = "superfast") -> None:
        context = av.CodecContext.create("libx264", "w")
        context.width, context.height = width_px, height_px
        context.pix_fmt = "yuv420p"
        context.framerate = Fraction(fps).limit_denominator(1001)
        context.time_base = _MS
        context.bit_rate = bitrate_bps
        context.thread_count = 1
        context.options = {
            "preset": preset,
            "tune": "zerolatency",
            "maxrate": str(bitrate_bps),
            "bufsize": str(bitrate_bps),
            "g": "100000",
            "sc_threshold": "0",
            "forced-idr": "1",
        }
        self._bitrate_bps = bitrate_bps
        self.size_px = (width_px, height_px)
        self._context = context
        self._period_ms = max(1, round(1000 / fps))
        self._key_ms: int | None = None
        self._fps = fps
        self._every = 1
        self._given = 0

    def limit(self, share: float) -> None:
        """Encode with this share of the bitrate from now on, at half or less every second frame; no new keyframe."""
        self._every = pictures_every(share, self._fps)
        # The encoder counts frames, not time: with half of them it would spend half of what it may.
        self._context.bit_rate = round(self._bitrate_bps * share * self._every)

    def encode(self, frame: av.VideoFrame, pts_ms: int) -> list[EncodedPacket]:
        """Encode one frame; its packet comes back at once, or none where this frame is left out."""
        self._given += 1
        if self._given % self._every:
            return []
        key = self._key_ms is None or pts_ms - self._key_ms >= _KEY_MS
        if key:
            self._key_ms = pts_ms
        frame.pict_type = PictureType.I if key else PictureType.NONE
        frame.pts, frame.time_base = pts_ms, _MS
        return [
            EncodedPacket(bytes(packet), pts_ms, pts_ms, self._period_ms * self._every, packet.is_keyframe)
            for packet in self._context.encode(frame)
        ]
