"""Anti-aliased shapes of the rendered scene: capsules, domes and polygons on small premultiplied patches."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
U8 = NDArray[np.uint8]
Point = tuple[float, float]
Rect = tuple[int, int, int, int]
LUMA_MAX = 212.0  # leaves head room, so that adding rain and noise never wraps

_CHROMA_FROM = 0.4  # cover from which a part gives a pixel its colour


@dataclass(frozen=True, slots=True)
class Ink:
    """A colour as BT.601 limited-range luma and centred chroma (-128..127)."""

    y: float
    u: float
    v: float

    def lit(self, factor: float) -> Ink:
        """The same surface under more or less light."""
        return Ink(16 + (self.y - 16) * factor, self.u * factor, self.v * factor)


def ink(red: int, green: int, blue: int) -> Ink:
    """A colour from RGB (0..255)."""
    return Ink(
        16 + 0.2568 * red + 0.5041 * green + 0.0979 * blue,
        -0.1482 * red - 0.2910 * green + 0.4392 * blue,
        0.4392 * red - 0.3678 * green - 0.0714 * blue,
    )


class Patch:
    """A rectangle of the picture being painted: premultiplied luma and chroma with coverage, all even-aligned."""

    __slots__ = ("alpha", "alpha_half", "h", "luma", "uv", "w", "x0", "xs", "y0", "ys")

    def __init__(self, left: float, top: float, right: float, bottom: float) -> None:
        self.x0 = math.floor(left / 2) * 2
        self.y0 = math.floor(top / 2) * 2
        self.w = max(2, math.ceil((right - self.x0) / 2) * 2)
        self.h = max(2, math.ceil((bottom - self.y0) / 2) * 2)
        self.luma: F32 = np.zeros((self.h, self.w), np.float32)
        self.alpha: F32 = np.zeros((self.h, self.w), np.float32)
        self.uv: F32 = np.zeros((2, self.h // 2, self.w // 2), np.float32)
        self.alpha_half: F32 = np.zeros((self.h // 2, self.w // 2), np.float32)
        self.xs: F32 = np.arange(self.x0, self.x0 + self.w, dtype=np.float32) + np.float32(0.5)
        self.ys: F32 = (np.arange(self.y0, self.y0 + self.h, dtype=np.float32) + np.float32(0.5))[:, None]

    def moved(self, dx_px: float) -> Patch:
        """The same paint elsewhere, by a whole number of chroma pixels; the paint itself is shared."""
        twin = object.__new__(Patch)
        twin.x0, twin.y0, twin.w, twin.h = self.x0 + round(dx_px / 2) * 2, self.y0, self.w, self.h
        twin.luma, twin.alpha, twin.uv, twin.alpha_half = self.luma, self.alpha, self.uv, self.alpha_half
        twin.xs, twin.ys = self.xs, self.ys
        return twin

    def window(self, left: float, top: float, right: float, bottom: float) -> Rect | None:
        """Array bounds (y1, y2, x1, x2) of a picture rectangle, grown to even pixels; None when outside."""
        x1 = max(0, (math.floor(left) - self.x0) // 2 * 2)
        y1 = max(0, (math.floor(top) - self.y0) // 2 * 2)
        x2 = min(self.w, (math.ceil(right) - self.x0 + 2) // 2 * 2)
        y2 = min(self.h, (math.ceil(bottom) - self.y0 + 2) // 2 * 2)
        return (y1, y2, x1, x2) if x2 > x1 and y2 > y1 else None

    def paint(self, at: Rect, cover: F32, colour: Ink) -> None:
        """Lay a colour over what is there, as much as `cover` (0..1) says; chroma changes where it covers half."""
        y1, y2, x1, x2 = at
        keep = 1 - cover
        luma, alpha = self.luma[y1:y2, x1:x2], self.alpha[y1:y2, x1:x2]
        luma *= keep
        alpha *= keep
        alpha += cover
        np.multiply(cover, np.float32(colour.y), out=keep)
        luma += keep
        mostly = cover[::2, ::2] > _CHROMA_FROM
        u, v = self.uv[:, y1 // 2 : y2 // 2, x1 // 2 : x2 // 2]
        np.copyto(u, np.float32(colour.u), where=mostly)
        np.copyto(v, np.float32(colour.v), where=mostly)

    def finish(self) -> None:
        """Derive the chroma's coverage from the luma's, once, when all is painted."""
        rows = self.alpha[::2] + self.alpha[1::2]
        np.add(rows[:, ::2], rows[:, 1::2], out=self.alpha_half)
        self.alpha_half *= np.float32(0.25)
        self.uv *= self.alpha_half


def capsule_cover(xs: F32, ys: F32, a: Point, b: Point, radius: Point, soft: float = 1.0) -> F32:
    """How far the pixels at `xs` (a row) and `ys` (a column) lie in a limb from `a` to `b`: 0..1."""
    (ax, ay), (bx, by), (ra, rb) = a, b, radius
    px, py = xs - np.float32(ax), ys - np.float32(ay)
    dx, dy = bx - ax, by - ay
    scale = 1 / max(dx * dx + dy * dy, 1e-6)
    along = px * np.float32(dx * scale) + py * np.float32(dy * scale)
    np.maximum(along, 0, out=along)
    np.minimum(along, 1, out=along)
    cover = along * np.float32(-dx)
    cover += px
    cover *= cover
    off = along * np.float32(-dy)
    off += py
    off *= off
    cover += off
    np.sqrt(cover, out=cover)
    if ra != rb:
        along *= np.float32(ra - rb)
        cover += along
    np.subtract(np.float32(ra + soft / 2), cover, out=cover)
    if soft != 1.0:
        cover *= np.float32(1 / soft)
    np.maximum(cover, 0, out=cover)
    np.minimum(cover, 1, out=cover)
    return cover


def capsule(patch: Patch, a: Point, b: Point, radius: Point, colour: Ink) -> tuple[Rect, F32] | None:
    """Paint a limb from `a` to `b`, with the radius at either end; returns where and how it covers."""
    reach = max(radius) + 1
    at = patch.window(
        min(a[0], b[0]) - reach, min(a[1], b[1]) - reach, max(a[0], b[0]) + reach, max(a[1], b[1]) + reach
    )
    if at is None:
        return None
    cover = capsule_cover(patch.xs[at[2] : at[3]], patch.ys[at[0] : at[1]], a, b, radius)
    patch.paint(at, cover, colour)
    return at, cover


def dome(
    patch: Patch, centre: Point, radius: Point, cut_y: float, colour: Ink, soft: float = 1.0
) -> tuple[Rect, F32] | None:
    """The part of an ellipse above `cut_y`; returns where and how it covers."""
    (cx, cy), (rx, ry) = centre, radius
    at = patch.window(cx - rx - soft, cy - ry - soft, cx + rx + soft, min(cut_y, cy + ry) + soft)
    if at is None:
        return None
    px = (patch.xs[at[2] : at[3]] - np.float32(cx)) / np.float32(rx)
    py = patch.ys[at[0] : at[1]] - np.float32(cy)
    qy = py / np.float32(ry)
    cover = np.sqrt(px * px + qy * qy)
    np.subtract(1, cover, out=cover)
    cover *= np.float32(min(rx, ry) / soft)
    np.minimum(cover, (np.float32(cut_y - cy) - py) / np.float32(soft), out=cover)
    cover += np.float32(0.5)
    np.clip(cover, 0, 1, out=cover)
    patch.paint(at, cover, colour)
    return at, cover


def polygon(patch: Patch, corners: tuple[Point, ...], colour: Ink) -> tuple[Rect, F32] | None:
    """A convex polygon, corners in either direction; returns where and how it covers."""
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    at = patch.window(min(xs) - 1, min(ys) - 1, max(xs) + 1, max(ys) + 1)
    if at is None:
        return None
    area = sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(corners, corners[1:] + corners[:1], strict=True))
    turn = 1.0 if area > 0 else -1.0
    px, py = patch.xs[at[2] : at[3]], patch.ys[at[0] : at[1]]
    cover: F32 = np.ones((at[1] - at[0], at[3] - at[2]), np.float32)
    for (x1, y1), (x2, y2) in zip(corners, corners[1:] + corners[:1], strict=True):
        length = math.hypot(x2 - x1, y2 - y1)
        if length == 0:
            continue
        nx, ny = turn * (y1 - y2) / length, turn * (x2 - x1) / length
        side = px * np.float32(nx) + (py * np.float32(ny) + np.float32(0.5 - nx * x1 - ny * y1))
        np.minimum(cover, side, out=cover)
    np.maximum(cover, 0, out=cover)
    patch.paint(at, cover, colour)
    return at, cover
