"""Packets of an open container, made ready for a sink: Annex-B copied as they are, other codecs encoded anew."""

import threading
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np

from edge_agent.adapters.camera_sink import CameraSink
from edge_agent.adapters.encoder import X264Encoder
from edge_agent.adapters.picture_marks import PictureMarks, frame_planes
from edge_agent.adapters.spare_decoder import SpareDecoder
from edge_agent.adapters.video_file import quarters_left, to_luma
from edge_agent.core.codec import Codec, codec_string
from edge_agent.core.luma_choice import LumaChoice
from edge_agent.core.media import Quality, StreamInfo
from edge_agent.core.pace import Pace
from edge_agent.core.picture_rules import PictureRules
from edge_agent.core.thinning import Thinning
from edge_agent.core.timeline import EncodedPacket
from shared.errors import Rejected

_COPIED: dict[str, Codec] = {"h264": "h264", "hevc": "hevc"}
_FASTEST_FPS = 30
_SLOWEST_FPS = 1.0
_THIN_FROM = 2.0
_BITS_PER_PIXEL = 0.12
_NARROWEST, _WIDEST = 0.25, 4.0
_LENGTHS = 1  # how parameter sets begin where units are told by their lengths, as in MP4


@dataclass(frozen=True, slots=True)
class Part:
    """Which of a camera's two streams this is, and how both share the work of showing motion."""

    quality: Quality
    choice: LumaChoice
    turn: threading.Lock  # the two streams run in two threads: what is chosen is delivered in that order
    now_ms: Callable[[], int]


class PacketStream:
    """Feeds a sink from one video stream; the caller paces packets and places their times."""

    def __init__(
        self,
        stream: av.VideoStream,
        sink: CameraSink,
        luma_per_s: float,
        part: Part | None = None,
        *,
        rules: PictureRules | None = None,
        turned: bool = False,
    ) -> None:
        """Without a `part` this is the camera's only stream, and as much is decoded as motion needs.

        `turned`: its pictures are shown upright only by a display matrix, which a recording does not have.
        """
        rules = rules or PictureRules()
        context = stream.codec_context
        self._stream = stream
        self.tick_ms = _tick_ms(stream)
        self._sink = sink
        self._part = part
        self._quality: Quality = "main" if part is None else part.quality
        self._pace = Pace(luma_per_s)
        self._told: StreamInfo | None = None
        self.newest_ms: int | None = None  # media time of the picture that was delivered last
        self.fps = min(60.0, max(_SLOWEST_FPS, float(stream.average_rate or stream.guessed_rate or 25)))
        self.codec = None if turned or rules.transcode else _COPIED.get(context.name)
        self._filter = self._new_filter()
        self._encoder: X264Encoder | None = None
        self._share = 1.0
        spare = part is not None and part.quality == "main" and self.codec is not None
        self._spare = SpareDecoder(context) if spare else None
        self._luma_per_s = luma_per_s
        self._thinning = self._new_thinning()
        self.spared = 0  # packets that were recorded and not decoded, because pictures enough came from others
        self._frames = Pace(_FASTEST_FPS)
        self._marks = PictureMarks(rules)
        context.thread_count = 1

    def take(self, packet: "av.Packet[av.VideoStream]", offset_ms: float) -> None:
        """Deliver one packet of the stream; `offset_ms` is media time minus the container's time."""
        # Copied once for all who keep it, and before decoding: the filter takes the packet's bytes away.
        data = b"" if self.codec is None else bytes(packet)
        frames = self._decode(packet, data)
        if self._filter is None:
            self._copy(packet, data, offset_ms)
        else:
            for unit in self._annex_b(self._filter, packet):
                self._copy(unit, bytes(unit), offset_ms)
        for frame in frames:
            if isinstance(frame, av.VideoFrame) and frame.pts is not None:
                self._see(frame, round(float(frame.pts * (frame.time_base or packet.time_base)) * 1000 + offset_ms))

    def limit(self, share: float) -> None:
        """Encode with this share of the bitrate from now on; what is copied stays as it is."""
        self._share = share
        if self._encoder is not None:
            self._encoder.limit(share)

    def restart(self, stream: av.VideoStream) -> None:
        """The same film begins anew, from another opening of it."""
        self._stream = stream
        self.tick_ms = _tick_ms(stream)
        self._filter = self._new_filter()
        self._thinning = self._new_thinning()
        stream.codec_context.thread_count = 1

    def _new_thinning(self) -> Thinning | None:
        """Worth its while where far more pictures come than are looked at; what is encoded anew needs them all."""
        if self.codec is None or self.fps < _THIN_FROM * self._luma_per_s:
            return None
        return Thinning(self.codec, self._stream.codec_context.extradata or b"", self._luma_per_s, self.fps)

    def _new_filter(self) -> av.BitStreamFilterContext | None:
        parameters = self._stream.codec_context.extradata
        if self.codec is None or not parameters or parameters[0] != _LENGTHS:
            return None  # to be encoded anew, or Annex-B already
        return av.BitStreamFilterContext(f"{self.codec}_mp4toannexb", self._stream)

    @staticmethod
    def _annex_b(
        to_annex_b: av.BitStreamFilterContext, packet: "av.Packet[av.VideoStream]"
    ) -> "list[av.Packet[av.VideoStream]]":
        """What to record of a packet; nothing of one whose bytes are damaged."""
        try:
            return to_annex_b.filter(packet) if packet.size else []
        except av.error.InvalidDataError:
            return []

    def _decode(self, packet: "av.Packet[av.VideoStream]", data: bytes) -> list[av.VideoFrame]:
        if self._spare is not None and self._part is not None:
            return self._spare.take(packet, data, wanted=self._part.choice.wants_main(self._part.now_ms()))
        if self._thinning is not None and data and packet.pts is not None:
            pts_ms = float(packet.pts * packet.time_base) * 1000
            if not self._thinning.needs(data, pts_ms):
                self.spared += 1
                return []
        try:
            return packet.decode()
        except av.error.InvalidDataError:
            return []

    def _copy(self, unit: "av.Packet[av.VideoStream]", data: bytes, offset_ms: float) -> None:
        dts = unit.pts if unit.dts is None else unit.dts
        if dts is None or self.codec is None or not data:
            return
        pts, duration, key, tick_ms = unit.pts, unit.duration, unit.is_keyframe, self.tick_ms
        if key:
            self._tell(codec_string(self.codec, data), self.codec)
        if self._told is not None:
            lasts_ms = round(duration * tick_ms) if duration else round(1000 / self.fps)
            dts_ms = round(dts * tick_ms + offset_ms)
            pts_ms = dts_ms if pts is None or pts == dts else round(pts * tick_ms + offset_ms)
            self.newest_ms = pts_ms
            self._sink.packet(self._quality, EncodedPacket(data, pts_ms, dts_ms, max(1, lasts_ms), key))

    def _see(self, frame: av.VideoFrame, pts_ms: int) -> None:
        if self.codec is None and not self._frames.take(pts_ms):
            return
        if self.codec is None:
            frame = self._upright(frame)
            self._marks.hide(frame_planes(frame))
        with nullcontext() if self._part is None else self._part.turn:
            if self._shows_motion(pts_ms) and self._pace.take(pts_ms):
                self._sink.luma(pts_ms, to_luma(frame))
        if self.codec is None:
            self._marks.write(frame_planes(frame), pts_ms)  # after motion was judged: a clock moves
            self._encode(frame, pts_ms)

    def _shows_motion(self, pts_ms: int) -> bool:
        if self._part is None:
            return True
        choice, now_ms = self._part.choice, self._part.now_ms()
        return choice.take_sub(pts_ms, now_ms) if self._part.quality == "sub" else choice.take_main(pts_ms, now_ms)

    def _upright(self, frame: av.VideoFrame) -> av.VideoFrame:
        """A picture of our own, ready to be encoded: the decoder still needs what it gave."""
        if quarters_left(frame):
            upright = np.rot90(frame.to_ndarray(format="bgr24").astype(np.uint8), quarters_left(frame))
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(upright), format="bgr24")
        width, height = _even_square(frame, self._stream.sample_aspect_ratio)
        if min(width, height) < 16:  # noqa: PLR2004 - libx264's smallest
            raise Rejected("source", f"pictures of {frame.width}x{frame.height} are too small")
        made = frame.reformat(width, height, "yuv420p")
        if made is frame:
            made = av.VideoFrame(width, height, "yuv420p")
            frame_planes(made).copy_from(frame_planes(frame))
        return made

    def _encode(self, frame: av.VideoFrame, pts_ms: int) -> None:
        width, height = frame.width, frame.height
        fps = min(self.fps, float(_FASTEST_FPS))
        if self._encoder is None or self._encoder.size_px != (width, height):
            bitrate = max(200_000, round(width * height * fps * _BITS_PER_PIXEL))
            self._encoder = X264Encoder(width, height, fps, bitrate)
            self._encoder.limit(self._share)
        for packet in self._encoder.encode(frame, pts_ms):
            if packet.key:
                self._tell(codec_string("h264", packet.data), "h264", (width, height), fps)
            self.newest_ms = packet.pts_ms
            self._sink.packet(self._quality, packet)

    def _tell(
        self, name: str | None, codec: Codec, size: tuple[int, int] | None = None, fps: float | None = None
    ) -> None:
        context = self._stream.codec_context
        width, height = size or (context.width, context.height)
        previous = self._told.codec_string if self._told else ""
        info = StreamInfo(codec, name or previous, width, height, fps or self.fps)
        if info != self._told:
            self._told = info
            self._sink.stream(self._quality, info)


def _tick_ms(stream: av.VideoStream) -> float:
    """How long a tick of the stream's clock is: Python's fractions are too slow for every packet."""
    return float(stream.time_base or 0) * 1000


def _even_square(frame: av.VideoFrame, pixel_aspect: Fraction | None) -> tuple[int, int]:
    """The frame's size with square pixels and even sides; a nonsensical pixel aspect is not believed."""
    aspect = float(pixel_aspect or 1)
    aspect = aspect if _NARROWEST <= aspect <= _WIDEST else 1.0
    return round(frame.width * max(1.0, aspect)) // 2 * 2, round(frame.height / min(1.0, aspect)) // 2 * 2
