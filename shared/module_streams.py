"""What a camera module is asked for: `picamera://0?size=1920x1080&fps=15&bitrate=4000000&sub_size=640x360`. Pure."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import parse_qsl

from shared.errors import Rejected

_URL = re.compile(r"picamera://([0-9])(?:\?(.*))?")
_SIZE = re.compile(r"([1-9][0-9]{1,3})x([1-9][0-9]{1,3})")
_SMALLEST_PX, _LARGEST_PX = 64, 4096
_FPS_MAX = 60
_LEAST_BPS, _MOST_BPS = 100_000, 25_000_000
_SUB_MOST_PX = 640  # motion is judged on it
_BLOCK_PX = 16


@dataclass(frozen=True, slots=True)
class EncodedStream:
    """One stream that an encoder makes."""

    width_px: int
    height_px: int
    fps: int
    bitrate_bps: int

    @property
    def size_px(self) -> tuple[int, int]:
        return self.width_px, self.height_px

    @property
    def blocks(self) -> int:
        """Macroblocks of 16x16 pixels in a picture."""
        return -(-self.width_px // _BLOCK_PX) * -(-self.height_px // _BLOCK_PX)

    def __str__(self) -> str:
        return f"{self.width_px}x{self.height_px} at {self.fps}"


@dataclass(frozen=True, slots=True)
class ModuleStreams:
    """Both streams of one camera module; the sensor gives pictures for both at the rate of the main one."""

    number: int
    main: EncodedStream
    sub: EncodedStream

    @property
    def sub_every(self) -> int:
        """Which part of the sensor's pictures the sub stream takes: each, each second, ..."""
        return max(1, round(self.main.fps / self.sub.fps))

    @property
    def blocks_per_s(self) -> float:
        return self.main.blocks * self.main.fps + self.sub.blocks * self.main.fps / self.sub_every


def parse_module(text: str, field: str = "source") -> ModuleStreams:
    """Read a camera module's URL; raises `Rejected` naming the key that is at fault."""
    found = _URL.fullmatch(text)
    if found is None:
        raise Rejected(field, "a camera module is picamera://0 to picamera://9, then ?size=1280x720&fps=15")
    given = read_options(found[2] or "", ("size", "fps", "bitrate", "sub_size", "sub_fps", "sub_bitrate"), field)
    width, height = read_size(given.get("size", "1280x720"), "size", field)
    fps = _number(given.get("fps", "15"), "fps", 1, _FPS_MAX, field)
    sub_width = min(width, _SUB_MOST_PX if width >= height else _SUB_MOST_PX * width // height // 2 * 2)
    sub_size = f"{sub_width}x{round(height * sub_width / width / 2) * 2}"
    sub_width, sub_height = read_size(given.get("sub_size", sub_size), "sub_size", field)
    if sub_width > min(width, _SUB_MOST_PX) or sub_height > min(height, _SUB_MOST_PX):
        raise Rejected(field, f"sub_size: at most {_SUB_MOST_PX}x{_SUB_MOST_PX}, and not larger than size")
    sub_fps = _number(given.get("sub_fps", str(fps)), "sub_fps", 1, fps, field)
    return ModuleStreams(
        int(found[1]),
        EncodedStream(width, height, fps, _bitrate(given.get("bitrate", "4000000"), "bitrate", field)),
        EncodedStream(
            sub_width, sub_height, sub_fps, _bitrate(given.get("sub_bitrate", "500000"), "sub_bitrate", field)
        ),
    )


def read_options(query: str, known: Collection[str], field: str) -> dict[str, str]:
    """The options after the `?` of a source, each once; raises `Rejected` for one that is not known."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query), max_num_fields=16)
    except ValueError as fault:
        raise Rejected(field, f"its options cannot be read: {fault}") from None
    found: dict[str, str] = {}
    for key, value in pairs:
        if key not in known or key in found:
            raise Rejected(
                field, f"{key[:20]!r} is {'given twice' if key in found else 'no option'}: {', '.join(known)}"
            )
        found[key] = value
    return found


def read_size(text: str, key: str, field: str) -> tuple[int, int]:
    """Width and height, both even; raises `Rejected`."""
    found = _SIZE.fullmatch(text)
    sides = (int(found[1]), int(found[2])) if found else (0, 0)
    if any(not _SMALLEST_PX <= side <= _LARGEST_PX or side % 2 for side in sides):
        raise Rejected(field, f"{key}: like 1280x720, even, {_SMALLEST_PX} to {_LARGEST_PX} each")
    return sides


def _number(text: str, key: str, least: int, most: int, field: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text) or not least <= int(text) <= most:
        raise Rejected(field, f"{key}: a whole number from {least} to {most}")
    return int(text)


def read_fps(text: str, key: str, field: str) -> int:
    """Pictures a second; raises `Rejected`."""
    return _number(text, key, 1, _FPS_MAX, field)


def _bitrate(text: str, key: str, field: str) -> int:
    return _number(text, key, _LEAST_BPS, _MOST_BPS, field)
