"""Decodes files on NVIDIA's video engine through PyNvVideoCodec. Held against its signatures, untested on hardware."""

import ctypes
from collections.abc import Mapping
from typing import Any

import av
import numpy as np
from av.bitstream import BitStreamFilterContext
from av.error import FFmpegError

from controller.adapters.died_busy import Busy
from shared.errors import Broken

CODECS: Mapping[str, str] = {"h264": "H264", "hevc": "HEVC"}
"""FFmpeg's names and the package's."""

_FILTERS = {"h264": "h264_mp4toannexb", "hevc": "hevc_mp4toannexb"}
_FORMATS = frozenset({"yuv420p", "yuvj420p"})
_LEAST_PX, _MOST_PX = 160, 4096
_SHOWN = 200


class Nvdec:
    """`Hardware`. `codecs`: those of `CODECS` that passed a trial on this machine; `library`: PyNvVideoCodec."""

    def __init__(self, library: Any, codecs: frozenset[str], busy: Busy | None = None) -> None:
        self._library = library
        self._codecs = codecs
        self._busy = busy or Busy(None)

    def decoder(self, stream: Any, first: Any) -> "NvdecStream | None":
        name = stream.codec_context.name
        if name not in self._codecs:
            return None
        sides = (first.width, first.height)
        plain = first.format.name in _FORMATS and not first.interlaced_frame and not getattr(first, "rotation", 0)
        if not plain or any(s % 2 or not _LEAST_PX <= s <= _MOST_PX for s in sides):
            return None
        return NvdecStream(self._library, name, stream, first, self._busy)


class NvdecStream:
    """One file. Its pictures come to the processor's memory: what follows is the same for either decoder."""

    def __init__(self, library: Any, codec: str, stream: Any, first: Any, busy: Busy) -> None:
        self._library = library
        self._busy = busy
        self._base = stream.time_base
        self._size_px = (first.width, first.height)
        self._colours = (first.colorspace, first.color_range)
        self._durations: dict[int, int] = {}
        self._filter = BitStreamFilterContext(_FILTERS[codec], stream)
        busy.begin()
        try:
            self._decoder = library.CreateDecoder(
                gpuid=0, codec=getattr(library.cudaVideoCodec, CODECS[codec]), usedevicememory=False
            )
        except Exception as fault:
            busy.end()
            raise Broken(f"no decoder: {_reason(fault)}") from fault

    def decode(self, packet: Any) -> list[Any]:
        """An FFmpeg error is a damaged packet, anything else ends this decoder."""
        last = not packet.size  # asked before: the filter takes the bytes away
        try:
            found: list[Any] = []
            for whole in self._filter.filter(None if last else packet):
                found += self._give(whole)
            if last:
                found += self._pictures(self._library.PacketData())  # empty: what is left
        except (Broken, FFmpegError):
            raise
        except Exception as fault:
            raise Broken(f"decoding failed: {_reason(fault)}") from fault
        return found

    def close(self) -> None:
        del self._decoder
        self._busy.end()

    def _give(self, packet: Any) -> list[Any]:
        if packet.pts is None:
            raise Broken("a packet without a time")
        given = self._library.PacketData()
        given.bsl_data, given.bsl = packet.buffer_ptr, packet.buffer_size
        given.pts, given.dts = packet.pts, packet.pts if packet.dts is None else packet.dts
        given.key = int(packet.is_keyframe)
        self._durations[packet.pts] = packet.duration or 0
        return self._pictures(given)  # `packet` owns the bytes, and lives until this has returned

    def _pictures(self, given: Any) -> list[Any]:
        return [self._picture(frame) for frame in self._decoder.Decode(given)]

    def _picture(self, frame: Any) -> Any:
        """A copy: the decoder writes into the same memory at its next call."""
        width, height = self._size_px
        rows, size = height * 3 // 2, width * height * 3 // 2
        if frame.format != self._library.Pixel_Format.NV12 or tuple(frame.shape)[:2] != (rows, width):
            raise Broken(f"a picture of {frame.format} and {tuple(frame.shape)} instead of NV12 and {(rows, width)}")
        if frame.framesize() != size:
            raise Broken(f"a picture of {frame.framesize()} bytes instead of {size}")
        place = ctypes.cast(frame.GetPtrToPlane(0), ctypes.POINTER(ctypes.c_uint8))
        planes = np.ctypeslib.as_array(place, shape=(rows, width))
        picture = av.VideoFrame.from_ndarray(planes, format="nv12")
        picture.pts, picture.time_base = frame.getPTS(), self._base
        picture.duration = self._durations.pop(frame.getPTS(), 0)
        picture.colorspace, picture.color_range = self._colours
        return picture


def _reason(fault: Exception) -> str:
    lines = str(fault).strip().splitlines()
    return lines[0][:_SHOWN] if lines else type(fault).__name__
