"""The clock and the text drawn into pictures: what they say, which letters they may use, where they stand. Pure."""

import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from shared.errors import Rejected

Corner = Literal["top-left", "top-right", "bottom-left", "bottom-right"]

# What the shipped font has: ASCII, part of Latin-1, quotes and dashes, Hangul letters, all modern Hangul syllables.
LETTERS: tuple[tuple[int, int], ...] = (
    (0x20, 0x7E),
    (0xA1, 0xA5),
    (0xA7, 0xAC),
    (0xAE, 0xAE),
    (0xB0, 0xB4),
    (0xB6, 0xC2),
    (0xC6, 0xCB),
    (0xCD, 0xD1),
    (0xD3, 0xD4),
    (0xD7, 0xDC),
    (0xDE, 0xE2),
    (0xE4, 0xE4),
    (0xE6, 0xEB),
    (0xED, 0xF1),
    (0xF3, 0xF4),
    (0xF6, 0xFC),
    (0xFE, 0xFE),
    (0x2013, 0x2014),
    (0x2018, 0x2019),
    (0x201C, 0x201D),
    (0x2026, 0x2026),
    (0x3131, 0x3163),
    (0xAC00, 0xD7A3),
)
_LONGEST = 40
_MARGIN_SHARE = 0.015
_LINE_SHARE = 1 / 28


@dataclass(frozen=True, slots=True)
class OverlayRules:
    """What to draw; nothing when there is neither clock nor text."""

    clock: bool = False
    text: str = ""
    corner: Corner = "top-left"
    time_zone: str = "UTC"

    @property
    def wanted(self) -> bool:
        return self.clock or bool(self.text)


def parse_overlay_text(field: str, text: str) -> str:
    """The text in composed letters; raises `Rejected` for a letter that the font lacks, or too many."""
    composed = unicodedata.normalize("NFC", text).strip()
    if len(composed) > _LONGEST:
        raise Rejected(field, f"has {len(composed)} letters, at most {_LONGEST} are drawn")
    for letter in composed:
        if not any(first <= ord(letter) <= last for first, last in LETTERS):
            raise Rejected(field, f"cannot draw {letter!r}: the font has Hangul, ASCII and some accented Latin letters")
    return composed


class OverlayLines:
    """The lines to draw at a time, in the zone that the rules name."""

    def __init__(self, rules: OverlayRules) -> None:
        self._rules = rules
        self._zone = UTC if rules.time_zone == "UTC" else ZoneInfo(rules.time_zone)
        self._suffix = " UTC" if rules.time_zone == "UTC" else ""

    def at(self, pts_ms: int) -> tuple[str, ...]:
        """Text first, then the clock."""
        lines = [self._rules.text] if self._rules.text else []
        if self._rules.clock:
            local = datetime.fromtimestamp(pts_ms // 1000, self._zone)
            lines.append(f"{local:%Y-%m-%d %H:%M:%S}{self._suffix}")
        return tuple(lines)


def letter_height_px(height_px: int) -> int:
    """How tall letters are in a picture of this height, before they are made to fit its width."""
    return max(8, round(height_px * _LINE_SHARE))


def place_px(corner: Corner, picture_px: tuple[int, int], patch_px: tuple[int, int]) -> tuple[int, int]:
    """Left and top, both even, of a patch (width, height) that fits, in its corner."""
    margin = round(picture_px[1] * _MARGIN_SHARE)
    found = []
    for at_end, whole, part in (
        (corner.endswith("right"), picture_px[0], patch_px[0]),
        (corner.startswith("bottom"), picture_px[1], patch_px[1]),
    ):
        gap = min(margin, (whole - part) // 2)
        found.append((whole - part - gap if at_end else gap) // 2 * 2)
    return found[0], found[1]
