"""A planar YUV 4:2:0 picture where it lies in memory, and drawing on it in place. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.geometry import Polygon

BLACK, WHITE, GREY = 16, 235, 128  # of limited range: luma, luma, chroma


@dataclass(frozen=True, slots=True)
class Planes:
    """Views, never copies: luma (height, width), chroma of half the size each way; sides are even."""

    y: NDArray[np.uint8]
    u: NDArray[np.uint8]
    v: NDArray[np.uint8]

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height."""
        return self.y.shape[1], self.y.shape[0]

    def copy_from(self, other: "Planes") -> None:
        """Become the same picture as another of this size."""
        for mine, theirs in ((self.y, other.y), (self.u, other.u), (self.v, other.v)):
            np.copyto(mine, theirs)


def planes_of(data: NDArray[np.uint8], width_px: int, height_px: int, stride: int) -> Planes:
    """The planes in one piece of memory: luma lines of `stride` bytes, then both chroma planes with half of that."""
    flat = data.reshape(-1)
    chroma, half = height_px * stride, stride // 2
    size = height_px // 2 * half
    u, v = (flat[begin : begin + size].reshape(-1, half) for begin in (chroma, chroma + size))
    luma = flat[:chroma].reshape(height_px, stride)
    return Planes(luma[:, :width_px], u[:, : width_px // 2], v[:, : width_px // 2])


def inside(polygon: Polygon, width_px: int, height_px: int) -> NDArray[np.bool_]:
    """Which pixels have their centre inside a polygon (corners in 0..1), by the even-odd rule."""
    crossings = np.zeros((height_px, width_px + 1), np.bool_)
    rows = (np.arange(height_px) + 0.5) / height_px
    for (x1, y1), (x2, y2) in zip(polygon, polygon[1:] + polygon[:1], strict=True):
        crossed = np.flatnonzero((y1 > rows) != (y2 > rows))
        if crossed.size:
            at = x1 + (x2 - x1) * (rows[crossed] - y1) / (y2 - y1)
            columns = np.clip(np.floor(at * width_px - 0.5).astype(np.int64) + 1, 0, width_px)
            crossings[crossed, columns] ^= True
    return np.bitwise_xor.accumulate(crossings, axis=1)[:, :width_px]


class Cover:
    """Polygons made ready to be blackened in pictures of one size; what they touch is covered in whole 2x2 blocks."""

    def __init__(self, polygons: Sequence[Polygon], width_px: int, height_px: int) -> None:
        touched = np.zeros((height_px, width_px), np.bool_)
        for polygon in polygons:
            touched |= inside(polygon, width_px, height_px) | _outline(polygon, width_px, height_px)
        blocks: NDArray[np.bool_] = np.any(touched.reshape(height_px // 2, 2, width_px // 2, 2), axis=(1, 3))
        rows, columns = (np.flatnonzero(np.any(blocks, axis=axis)) for axis in (1, 0))
        self._box = (slice(0, 0), slice(0, 0))
        if rows.size:
            self._box = (slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1))
        self._chroma = blocks[self._box].copy()
        self._luma = self._chroma.repeat(2, axis=0).repeat(2, axis=1)

    def fill(self, planes: Planes) -> None:
        """Blacken what is covered."""
        rows, columns = self._box
        luma = planes.y[2 * rows.start : 2 * rows.stop, 2 * columns.start : 2 * columns.stop]
        np.copyto(luma, BLACK, where=self._luma)
        for plane in (planes.u, planes.v):
            np.copyto(plane[rows, columns], GREY, where=self._chroma)


def _outline(polygon: Polygon, width_px: int, height_px: int) -> NDArray[np.bool_]:
    """The pixels that a polygon's edges run through: a part thinner than a pixel is covered as well."""
    touched = np.zeros((height_px, width_px), np.bool_)
    for (x1, y1), (x2, y2) in zip(polygon, polygon[1:] + polygon[:1], strict=True):
        steps = 2 * int(max(abs(x2 - x1) * width_px, abs(y2 - y1) * height_px)) + 2
        along = np.linspace(0, 1, steps)
        columns = np.minimum((x1 + (x2 - x1) * along) * width_px, width_px - 1).astype(np.int64)
        rows = np.minimum((y1 + (y2 - y1) * along) * height_px, height_px - 1).astype(np.int64)
        touched[rows, columns] = True
    return touched


@dataclass(frozen=True, slots=True)
class Ink:
    """Letters ready to be drawn: how opaque letters with their outline are, and letters alone; 0..255, even sides."""

    outlined: NDArray[np.uint8]
    letters: NDArray[np.uint8]


class Stamp:
    """White letters with a black outline, blended into every picture at one place."""

    def __init__(self, ink: Ink, left_px: int, top_px: int) -> None:
        height, width = ink.outlined.shape
        outlined, letters = ink.outlined.astype(np.uint16), ink.letters.astype(np.uint16)
        letters = np.minimum(letters, outlined)
        self._luma_keep = 255 - outlined
        self._luma_add = BLACK * (outlined - letters) + WHITE * letters
        mean = (outlined.reshape(height // 2, 2, width // 2, 2).sum(axis=(1, 3)) // 4).astype(np.uint16)
        self._chroma_keep, self._chroma_add = 255 - mean, GREY * mean
        self._luma_box = (slice(top_px, top_px + height), slice(left_px, left_px + width))
        self._chroma_box = tuple(slice(one.start // 2, one.stop // 2) for one in self._luma_box)

    def draw(self, planes: Planes) -> None:
        """Blend the letters in."""
        _blend(planes.y[self._luma_box], self._luma_keep, self._luma_add)
        for plane in (planes.u, planes.v):
            _blend(plane[self._chroma_box], self._chroma_keep, self._chroma_add)


def _blend(part: NDArray[np.uint8], keep: NDArray[np.uint16], add: NDArray[np.uint16]) -> None:
    part[...] = (part * keep + add) // 255
