"""Draws lines of letters with the shipped font (SIL Open Font License): each letter once, then from memory."""

import math
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from edge_agent.core.planes import Ink

_FONT = Path(__file__).with_name("fonts") / "overlay.ttf"
_SMALLEST_PX = 6
_SPARE_PX = 2
_KEPT = 512

Mask = NDArray[np.uint8]


class Glyphs:
    """Letters of one height."""

    def __init__(self, height_px: int) -> None:
        self._font = ImageFont.truetype(str(_FONT), height_px, layout_engine=ImageFont.Layout.BASIC)
        ascent, descent = self._font.getmetrics()
        self._outline_px = max(1, height_px // 12)
        self._edge_px = self._outline_px + _SPARE_PX
        self._line_px = ascent + descent + 2 * self._edge_px
        self._letter = lru_cache(maxsize=_KEPT)(self._draw)

    def width_px(self, line: str) -> int:
        """How wide a line will be."""
        return sum(math.ceil(self._font.getlength(letter)) for letter in line) + 2 * self._edge_px

    def height_px(self, lines: tuple[str, ...]) -> int:
        """How tall lines will be."""
        return self._line_px * len(lines)

    def ink(self, lines: tuple[str, ...]) -> Ink:
        """The lines below each other, at the left."""
        width = max((self.width_px(line) for line in lines), default=0)
        height = self.height_px(lines)
        shape = (height + height % 2, width + width % 2)
        outlined, letters = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
        for number, line in enumerate(lines):
            rows = slice(number * self._line_px, (number + 1) * self._line_px)
            left = 0
            for letter in line:
                with_outline, alone = self._letter(letter)
                columns = slice(left, left + alone.shape[1])
                # Outlines of neighbours overlap: the stronger counts.
                np.maximum(outlined[rows, columns], with_outline, out=outlined[rows, columns])
                np.maximum(letters[rows, columns], alone, out=letters[rows, columns])
                left += alone.shape[1] - 2 * self._edge_px
        return Ink(outlined, letters)

    def _draw(self, letter: str) -> tuple[Mask, Mask]:
        size = (math.ceil(self._font.getlength(letter)) + 2 * self._edge_px, self._line_px)
        masks = []
        for outline in (self._outline_px, 0):
            picture = Image.new("L", size)
            ImageDraw.Draw(picture).text(
                (self._edge_px, self._edge_px), letter, 255, self._font, stroke_width=outline, stroke_fill=255
            )
            masks.append(np.asarray(picture, np.uint8))
        return masks[0], masks[1]


def fitting(lines: tuple[str, ...], room_px: tuple[int, int], height_px: int) -> Glyphs | None:
    """Letters `height_px` tall, or smaller so that the lines fit into the room; None where none can be read."""
    while height_px >= _SMALLEST_PX:
        glyphs = Glyphs(height_px)
        if max(map(glyphs.width_px, lines)) <= room_px[0] and glyphs.height_px(lines) <= room_px[1]:
            return glyphs
        height_px -= max(1, height_px // 10)
    return None
