"""A short film of which it is known what it shows, written as nodes write theirs, to try decoders on."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.codec import codecs_available
from av.error import FFmpegError
from numpy.typing import NDArray

ENCODERS = {"h264": "libx264", "hevc": "libx265"}
_SIZE_PX = (320, 192)
_PICTURES = 30
_EVERY_TICKS = (3000, 3600, 3000, 4500)  # of 1/90000 s: a camera that is not quite even
_BT709, _FULL_RANGE = 1, 2
_OPTIONS = {
    "libx264": {"preset": "veryfast", "g": "12", "bf": "2"},
    "libx265": {"preset": "ultrafast", "x265-params": "log-level=error:keyint=12:bframes=2"},
}


def write_known_film(file: Path, codec: str) -> bool:
    """A fragmented MP4: pictures out of order, uneven times, three groups, colours that are told; False: no encoder."""
    name = ENCODERS[codec]
    if name not in codecs_available:
        return False
    try:
        with av.open(str(file), "w", format="mp4", options={"movflags": "frag_keyframe+empty_moov"}) as container:
            stream = container.add_stream(name, rate=30, options=_OPTIONS[name])
            if not isinstance(stream, av.VideoStream):
                return False
            stream.width, stream.height = _SIZE_PX
            stream.pix_fmt = "yuvj420p"
            context = stream.codec_context
            context.colorspace, context.color_range = _BT709, _FULL_RANGE
            stream.time_base = context.time_base = Fraction(1, 90_000)
            at = 0
            for number in range(_PICTURES):
                frame = av.VideoFrame.from_ndarray(_picture(number), format="bgr24")
                frame.pts, frame.time_base = at, Fraction(1, 90_000)
                at += _EVERY_TICKS[number % len(_EVERY_TICKS)]
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
    except FFmpegError:
        return False
    return True


def _picture(number: int) -> NDArray[np.uint8]:
    """Ramps of colour, a bright square that moves, and no two alike."""
    width, height = _SIZE_PX
    picture = np.zeros((height, width, 3), np.uint8)
    picture[:, :, 0] = np.linspace(20, 200, width, dtype=np.uint8)
    picture[:, :, 1] = np.linspace(200, 30, height, dtype=np.uint8)[:, None]
    picture[:, :, 2] = 40 + number * 5
    left = 8 + number * 8
    picture[60:120, left : left + 48] = (240, 240, 240) if number % 2 else (30, 90, 220)
    return picture
