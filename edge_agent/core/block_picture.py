"""A luma picture as a small grid of blocks: means, edges, and cheap 3x3 neighbourhoods of such grids."""

import numpy as np
from numpy.typing import NDArray

BLOCK_PX = 8
_LITTLE = np.dtype("<u8")  # eight pixels, the leftmost in the lowest byte
_BYTE, _LAST_LANE, _FIRST = np.uint64(8), np.uint64(48), np.uint64(0xFF)
_EVEN_BYTES, _EACH_LANE = np.uint64(0x00FF00FF00FF00FF), np.uint64(0x0001000100010001)
_ROWS_AT_ONCE = 24

Grid = NDArray[np.float32]
Mask = NDArray[np.bool_]
Words = NDArray[np.uint64]


class BlockMeans:
    """Means of whole 8x8 blocks; a rest at the right and bottom edge is not seen.

    Eight pixels are one word: its bytes are added in four lanes of 16 bits, and a product adds the lanes. It keeps room
    for that: asking the system for so much memory anew for each picture costs more than the sums.
    """

    def __init__(self) -> None:
        self._lanes = self._odd = np.empty((0, 0, 0), np.uint64)

    def of(self, luma: NDArray[np.uint8]) -> Grid:
        """The means of a picture, by row and column."""
        words = _words(luma)
        rows, _lines, columns = words.shape
        total = np.empty((rows, columns), np.uint64)
        if self._lanes.shape[1:] != words.shape[1:]:
            self._lanes = np.empty((_ROWS_AT_ONCE, BLOCK_PX, columns), np.uint64)
            self._odd = np.empty_like(self._lanes)
        for row in range(0, rows, _ROWS_AT_ONCE):
            part = words[row : row + _ROWS_AT_ONCE]
            lanes, odd = self._lanes[: len(part)], self._odd[: len(part)]
            np.bitwise_and(part, _EVEN_BYTES, out=lanes)
            np.right_shift(part, _BYTE, out=odd)
            np.bitwise_and(odd, _EVEN_BYTES, out=odd)
            np.add(lanes, odd, out=lanes)
            np.add.reduce(lanes, axis=1, out=total[row : row + _ROWS_AT_ONCE])
        means = _add_lanes(total)
        means *= np.float32(1 / (BLOCK_PX * BLOCK_PX))
        return means


def block_edges(luma: NDArray[np.uint8]) -> Grid:
    """How much a block's mean may change when the picture shifts by one pixel (camera shake), in grey levels."""
    words = _words(luma)
    upright = np.add.reduce(words & _FIRST, axis=1).astype(np.float32)
    top = words[:, 0]
    level = _add_lanes((top & _EVEN_BYTES) + ((top >> _BYTE) & _EVEN_BYTES))
    change = np.zeros(upright.shape, np.float32)
    change[:, :-1] = np.abs(np.diff(upright, axis=1))
    change[:-1] += np.abs(np.diff(level, axis=0))
    return neighbour_max(change) * np.float32(1 / (BLOCK_PX * BLOCK_PX))


def _words(luma: NDArray[np.uint8]) -> Words:
    rows, columns = luma.shape[0] // BLOCK_PX, luma.shape[1] // BLOCK_PX
    whole = np.ascontiguousarray(luma[: rows * BLOCK_PX, : columns * BLOCK_PX])
    return whole.view(_LITTLE).reshape(rows, BLOCK_PX, columns)


def _add_lanes(lanes: Words) -> Grid:
    lanes *= _EACH_LANE
    lanes >>= _LAST_LANE
    return lanes.astype(np.float32)


def grown_box(mask: Mask, margin: int) -> tuple[slice, slice]:
    """The rows and columns of what is set, and `margin` more where the picture has them; something must be set."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return (
        slice(max(0, int(rows[0]) - margin), int(rows[-1]) + margin + 1),
        slice(max(0, int(columns[0]) - margin), int(columns[-1]) + margin + 1),
    )


def neighbour_max(grid: Grid) -> Grid:
    """The largest of each 3x3 neighbourhood."""
    wide = _framed(grid)
    rows = np.maximum(np.maximum(wide[:-2], wide[1:-1]), wide[2:])
    return np.maximum(np.maximum(rows[:, :-2], rows[:, 1:-1]), rows[:, 2:])


def neighbour_mean(grid: Grid) -> Grid:
    """The mean of each 3x3 neighbourhood."""
    wide = _framed(grid)
    rows = wide[:-2] + wide[1:-1]
    rows += wide[2:]
    total = rows[:, :-2] + rows[:, 1:-1]
    total += rows[:, 2:]
    total *= np.float32(1 / 9)
    return total


def neighbour_count(mask: Mask) -> NDArray[np.int8]:
    """How many of each 3x3 neighbourhood are set; nothing is set outside the picture."""
    wide = np.zeros((mask.shape[0] + 2, mask.shape[1] + 2), np.int8)
    wide[1:-1, 1:-1] = mask
    rows = wide[:-2] + wide[1:-1]
    rows += wide[2:]
    total = rows[:, :-2] + rows[:, 1:-1]
    total += rows[:, 2:]
    return np.asarray(total, np.int8)


def middle(values: Grid) -> float:
    """The upper median of a flat, non-empty array (np.median costs ten times as much)."""
    half = values.size // 2
    return float(np.partition(values, half)[half])


def _framed(grid: Grid) -> Grid:
    wide = np.empty((grid.shape[0] + 2, grid.shape[1] + 2), np.float32)
    wide[1:-1, 1:-1] = grid
    wide[0, 1:-1], wide[-1, 1:-1] = grid[0], grid[-1]
    wide[:, 0], wide[:, -1] = wide[:, 1], wide[:, -2]
    return wide
