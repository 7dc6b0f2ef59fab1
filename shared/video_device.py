"""What a USB camera is asked for: `v4l2:///dev/video0?size=1280x720&fps=15&format=mjpeg`. Pure."""

import re
from dataclasses import dataclass

from shared.errors import Rejected
from shared.module_streams import read_fps, read_options, read_size

_URL = re.compile(
    r"v4l2://(/dev/video[0-9]{1,3}|/dev/v4l/by-(?:id|path)/[A-Za-z0-9][A-Za-z0-9._:+-]{0,200})(?:\?(.*))?"
)
_FORMATS = {"h264": "h264", "mjpeg": "mjpeg", "yuyv": "yuyv422"}


@dataclass(frozen=True, slots=True)
class VideoDevice:
    """A device of the kernel's video interface, and the pictures it is asked for."""

    path: str
    size_px: tuple[int, int]
    fps: int
    format: str

    @property
    def options(self) -> dict[str, str]:
        """The same for FFmpeg's demuxer."""
        width, height = self.size_px
        return {"video_size": f"{width}x{height}", "framerate": str(self.fps), "input_format": _FORMATS[self.format]}


def parse_device(text: str, field: str = "source") -> VideoDevice:
    """Read a USB camera's address; raises `Rejected` naming the key that is at fault."""
    found = _URL.fullmatch(text)
    if found is None:
        raise Rejected(
            field, "a USB camera is v4l2:///dev/video0 or v4l2:///dev/v4l/by-id/…, then ?size=1280x720&fps=15"
        )
    given = read_options(found[2] or "", ("size", "fps", "format"), field)
    chosen = given.get("format", "mjpeg")
    if chosen not in _FORMATS:
        raise Rejected(field, f"format: one of {', '.join(_FORMATS)}")
    return VideoDevice(
        found[1],
        read_size(given.get("size", "1280x720"), "size", field),
        read_fps(given.get("fps", "15"), "fps", field),
        chosen,
    )
