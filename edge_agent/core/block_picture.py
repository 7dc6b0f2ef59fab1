"""A luma picture as a small grid of blocks: means, edges, and cheap 3x3 neighbourhoods of such grids."""

import numpy as np
from numpy.typing import NDArray

BLOCK_PX = 8
_BYTE, _LAST_LANE = np.uint64(8), np.uint64(48)
_EVEN_BYTES, _EACH_LANE = np.uint64(0x00FF00FF00FF00FF), np.uint64(0x0001000100010001)

Grid = NDArray[np.float32]
Mask = NDArray[np.bool_]


def block_means(luma: NDArray[np.uint8]) -> Grid:
    """Mean of every whole 8x8 block; a rest at the right and bottom edge is not seen.

    Eight pixels are one word: its bytes are added in four lanes of 16 bits, and a product adds the lanes.
    """
    rows, columns = luma.shape[0] // BLOCK_PX, luma.shape[1] // BLOCK_PX
    whole = np.ascontiguousarray(luma[: rows * BLOCK_PX, : columns * BLOCK_PX])
    words = whole.view(np.uint64).reshape(rows, BLOCK_PX, columns)
    lanes = words & _EVEN_BYTES
    odd = words >> _BYTE
    odd &= _EVEN_BYTES
    lanes += odd
    total: NDArray[np.uint64] = lanes.sum(axis=1)
    total *= _EACH_LANE
    total >>= _LAST_LANE
    means: Grid = total.astype(np.float32)
    means *= np.float32(1 / (BLOCK_PX * BLOCK_PX))
    return means


def block_edges(luma: NDArray[np.uint8]) -> Grid:
    """How much a block's mean may change when the picture shifts by one pixel (camera shake), in grey levels."""
    rows, columns = luma.shape[0] // BLOCK_PX, luma.shape[1] // BLOCK_PX
    whole = luma[: rows * BLOCK_PX, : columns * BLOCK_PX]
    upright = whole[:, ::BLOCK_PX].reshape(rows, BLOCK_PX, columns).sum(axis=1, dtype=np.uint16).astype(np.float32)
    level = whole[::BLOCK_PX].reshape(rows, columns, BLOCK_PX).sum(axis=2, dtype=np.uint16).astype(np.float32)
    change = np.zeros((rows, columns), np.float32)
    change[:, :-1] = np.abs(np.diff(upright, axis=1))
    change[:-1] += np.abs(np.diff(level, axis=0))
    return neighbour_max(change) * np.float32(1 / (BLOCK_PX * BLOCK_PX))


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
