"""Looks where something moved: a drawn region against the grids of stored minutes, and their sum as a heat map. Pure.

Invariants, held by tests/unit/controller/core/test_motion_grids.py:
1. Grids of one minute unite to the same, however often and in which order they come.
2. Pages, one after the other, find what one look at everything finds, whatever they hold; a span that is longer than
   all that a page reads is found in parts.
3. A larger region or a smaller share never finds less time.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from controller.core.spans import Span, within
from shared.geometry import Polygon
from shared.motion_grid import MINUTE_MS, Moved, pack, unpack

_POINTS = 4
_LEAST_POINTS = 4  # of the 16 in a cell
Cells = NDArray[np.bool_]
"""By row and column."""


@dataclass(frozen=True, slots=True)
class Grid:
    """One minute's motion. `packed` was checked when it came."""

    columns: int
    rows: int
    step_ms: int
    packed: bytes

    @property
    def moved(self) -> Moved:
        """By step, row and column."""
        return unpack(self.packed, (MINUTE_MS // self.step_ms, self.rows, self.columns))


@dataclass(frozen=True, slots=True)
class Wish:
    """What is looked for: motion in at least `share` of the region's cells, in spans that are `apart_ms` apart."""

    region: Polygon
    windows: Sequence[Span]  # sorted
    share: float = 0.0
    apart_ms: int = 10_000


@dataclass(frozen=True, slots=True)
class Found:
    """Motion in the region; at `peak_ms` most of it moved: `share` of its cells, 0..1."""

    start_ms: int
    end_ms: int
    peak_ms: int
    share: float


@dataclass(frozen=True, slots=True)
class Page:
    """Newest first; `next_ms`: what is older than this was not looked at yet. None: nothing is left."""

    found: tuple[Found, ...]
    next_ms: int | None


def united(one: Grid, other: Grid) -> Grid:
    """Everything that either has; of two kinds of grid the finer one counts."""
    kinds = [(grid.rows, grid.columns, -grid.step_ms) for grid in (one, other)]
    if kinds[0] != kinds[1]:
        return max((one, other), key=lambda grid: (grid.rows, grid.columns, -grid.step_ms))
    return Grid(one.columns, one.rows, one.step_ms, pack(one.moved | other.moved))


def cells_in(region: Polygon, rows: int, columns: int) -> Cells:
    """The cells of which the region covers a quarter, else those in which its corners are."""
    points = covers(region, rows * _POINTS, columns * _POINTS)
    inside = points.reshape(rows, _POINTS, columns, _POINTS).sum(axis=(1, 3))
    found: Cells = inside >= _LEAST_POINTS
    if not found.any():
        for x, y in region:
            found[min(rows - 1, int(y * rows)), min(columns - 1, int(x * columns))] = True
    return found


def covers(region: Polygon, rows: int, columns: int) -> Cells:
    """The cells of which the centre is in a region, by the even-odd rule."""
    y, x = (np.arange(rows) + 0.5)[:, None] / rows, (np.arange(columns) + 0.5)[None, :] / columns
    inside = np.zeros((rows, columns), np.bool_)
    for (x1, y1), (x2, y2) in zip(region, region[1:] + region[:1], strict=True):
        if y1 != y2:
            inside ^= ((y1 > y) != (y2 > y)) & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
    return inside


def page(rows: Sequence[tuple[int, Grid]], wish: Wish, before_ms: int, limit: int, older_ms: int | None = None) -> Page:
    """What the newest minutes before `before_ms` hold; `older_ms`: the minute that would come next, if there is one.

    A span that may go on in older minutes is left to the next page, unless it fills this one.
    """
    found = _spans(rows, wish, before_ms, limit)
    if len(found) > limit:
        return Page(found[:limit], found[limit - 1].start_ms)
    if older_ms is None:
        return Page(found, None)
    if not found or found[-1].start_ms - (older_ms + MINUTE_MS) > wish.apart_ms:
        return Page(found, min(before_ms, older_ms + MINUTE_MS))
    if len(found) == 1 and found[0].end_ms >= before_ms:
        return Page(found, found[0].start_ms)
    return Page(found[:-1], found[-1].end_ms)


def heat(grids: Sequence[Grid], rows: int, columns: int) -> NDArray[np.int64]:
    """How long something moved in each cell, ms; grids of another size are left out."""
    total = np.zeros((rows, columns), np.int64)
    for grid in grids:
        if (grid.rows, grid.columns) == (rows, columns):
            total += grid.moved.sum(axis=0, dtype=np.int64) * grid.step_ms
    return total


def _spans(rows: Sequence[tuple[int, Grid]], wish: Wish, before_ms: int, limit: int) -> tuple[Found, ...]:
    """Newest first; the first `limit` are whole, and what is older may be left out."""
    known: dict[tuple[int, int], Cells] = {}
    found: list[Found] = []
    for minute_ms, grid in rows:
        if len(found) > limit:
            break
        size = (grid.rows, grid.columns)
        if size not in known:
            known[size] = cells_in(wish.region, *size)
        counts = grid.moved[:, known[size]].sum(axis=1)
        shares = counts / known[size].sum()
        for step in np.flatnonzero((counts > 0) & (shares >= wish.share))[::-1].tolist():
            start_ms = minute_ms + step * grid.step_ms
            end_ms = min(before_ms, start_ms + grid.step_ms)
            for start, end in reversed(within(wish.windows, start_ms, end_ms)):
                _join(found, Found(start, end, (start + end) // 2, float(shares[step])), wish.apart_ms)
    return tuple(found)


def _join(found: list[Found], older: Found, apart_ms: int) -> None:
    """Add what comes before everything in `found`: to the last of it, where that is near."""
    if not found or found[-1].start_ms - older.end_ms > apart_ms:
        found.append(older)
        return
    newer = found[-1]
    peak = max(newer, older, key=lambda one: one.share)
    found[-1] = Found(older.start_ms, newer.end_ms, peak.peak_ms, peak.share)
