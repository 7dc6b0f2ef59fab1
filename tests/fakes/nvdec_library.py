"""In place of PyNvVideoCodec: the names that are used of it, with FFmpeg below them, and strict about what it is given.

What its real signatures are is recorded in `nvdec_library.json`; a contract test holds this file against it.
"""

import ctypes
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext
from numpy.typing import NDArray

_GARBAGE = 85


class cudaVideoCodec(IntEnum):  # noqa: N801 - the package's name, as below
    H264 = 4
    HEVC = 8


class Pixel_Format(IntEnum):  # noqa: N801
    NV12 = 3
    P016 = 5


class OutputColorType(IntEnum):
    NATIVE = 0


class DisplayDecodeLatencyType(IntEnum):
    NATIVE = 0


@dataclass
class Faults:
    """What goes wrong."""

    create: str = ""
    decode_after: int | None = None  # pictures
    late_ticks: int = 0
    darker: int = 0
    format: Pixel_Format = Pixel_Format.NV12
    wider_px: int = 0


faults = Faults()
made: list["PyNvDecoder"] = []
"""All decoders since it was emptied."""


class PacketData:
    """As of the package: numbers and a place in memory."""

    def __init__(self) -> None:
        self.bsl = self.bsl_data = self.pts = self.dts = self.key = self.duration = self.pos = self.decode_flag = 0


class DecodedFrame:
    """A picture in memory that the decoder writes into again."""

    def __init__(self, planes: NDArray[np.uint8], pts: int) -> None:
        self._planes = planes
        self.timestamp = pts
        self.format = faults.format
        self.shape = (planes.shape[0], planes.shape[1] + faults.wider_px)

    def getPTS(self) -> int:  # noqa: N802
        return self.timestamp

    def framesize(self) -> int:
        return self._planes.size

    def GetPtrToPlane(self, planeIdx: int) -> int:  # noqa: N802, N803
        assert planeIdx == 0
        return int(self._planes.ctypes.data)


class PyNvDecoder:
    """Takes access units with start codes, and gives what is shown next."""

    def __init__(self, codec: cudaVideoCodec) -> None:
        context = av.CodecContext.create(codec.name.lower(), "r")
        assert isinstance(context, VideoCodecContext)
        context.thread_count = 1
        self._context = context
        self._lent: list[NDArray[np.uint8]] = []
        self._kept: list[NDArray[np.uint8]] = []
        self.given = 0

    def Decode(self, packet: PacketData) -> list[DecodedFrame]:  # noqa: N802
        for planes in self._lent:
            planes[:] = _GARBAGE
        self._kept, self._lent = self._lent, []
        found: list[Any]
        if packet.bsl == 0:
            found = list(self._context.decode(None))
        else:
            data = ctypes.string_at(packet.bsl_data, packet.bsl)
            assert data.startswith((b"\0\0\0\1", b"\0\0\1")), "no start code"
            unit = av.Packet(data)
            unit.pts, unit.dts = packet.pts, packet.dts
            try:
                found = list(self._context.decode(unit))
            except av.error.FFmpegError:
                found = []  # the engine conceals what is damaged
        return [self._lend(frame) for frame in found]

    def _lend(self, frame: Any) -> DecodedFrame:
        if faults.decode_after is not None and self.given >= faults.decode_after:
            raise RuntimeError("the engine is gone")
        self.given += 1
        planes = np.ascontiguousarray(frame.reformat(format="nv12").to_ndarray())
        planes = np.asarray(np.maximum(planes.astype(np.int16) - faults.darker, 0), np.uint8)
        self._lent.append(planes)
        return DecodedFrame(planes, frame.pts + faults.late_ticks * self.given)


def CreateDecoder(  # noqa: N802
    gpuid: int = 0,
    codec: cudaVideoCodec = cudaVideoCodec.H264,
    cudacontext: int = 0,  # noqa: ARG001 - the package's, as below
    cudastream: int = 0,  # noqa: ARG001
    usedevicememory: bool = False,
    maxwidth: int = 0,  # noqa: ARG001
    maxheight: int = 0,  # noqa: ARG001
    outputColorType: OutputColorType = OutputColorType.NATIVE,  # noqa: N803, ARG001
    enableSEIMessage: bool = False,  # noqa: N803, ARG001
    bWaitForSessionWarmUp: bool = False,  # noqa: N803, ARG001
    latency: DisplayDecodeLatencyType = DisplayDecodeLatencyType.NATIVE,  # noqa: ARG001
    enableDecodeStats: bool = False,  # noqa: N803, ARG001
) -> PyNvDecoder:
    assert gpuid == 0
    assert not usedevicememory
    if faults.create:
        raise RuntimeError(faults.create)
    decoder = PyNvDecoder(codec)
    made.append(decoder)
    return decoder
