"""Collects where a camera saw motion, minute by minute, on a coarse grid. Pure: time comes with each frame.

Invariants, held by tests/unit/edge_agent/core/test_motion_heat.py:
1. Every block in motion is in a cell of its step, and no cell moved that no such block reaches into.
2. A minute that no frame fell into is not told as still.
"""

from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray

from edge_agent.core.block_picture import Mask
from shared.motion_grid import COLUMNS, MINUTE_MS, ROWS, STEP_MS, MotionGrid, Moved, grid_of

_MINUTES = 180
"""How many are kept for a ledger that cannot be written: what is told is a help, never a reason to fill memory."""
_SLACK = 1e-9


class MotionHeat:
    """One camera's. A frame costs a look at the clock, and one in motion the union of two small masks."""

    def __init__(self) -> None:
        self._minutes: OrderedDict[int, Moved] = OrderedDict()
        self._step: tuple[int, Mask] | None = None  # its begin, and the blocks that moved since

    def see(self, pts_ms: int, where: Mask | None) -> None:
        """A frame, and its blocks in motion where it has any."""
        minute_ms = pts_ms - pts_ms % MINUTE_MS
        if minute_ms not in self._minutes:
            self._minutes[minute_ms] = np.zeros((MINUTE_MS // STEP_MS, ROWS, COLUMNS), np.bool_)
            if len(self._minutes) > _MINUTES:
                self._minutes.popitem(last=False)
        if where is None:
            return
        step_ms = pts_ms - pts_ms % STEP_MS
        if self._step is not None and self._step[0] == step_ms and self._step[1].shape == where.shape:
            np.logical_or(self._step[1], where, out=self._step[1])
            return
        self._fold()
        self._step = (step_ms, where.copy())

    def told(self, minute_ms: int) -> MotionGrid | None:
        """A minute's grid; None where no frame of it was seen."""
        self._fold()
        moved = self._minutes.get(minute_ms)
        return None if moved is None else grid_of(moved)

    def forget(self, before_ms: int) -> None:
        """Drop the minutes before, for they were told."""
        for minute_ms in [known for known in self._minutes if known < before_ms]:
            del self._minutes[minute_ms]

    def _fold(self) -> None:
        """What moved in the running step, into its cells."""
        if self._step is None:
            return
        (step_ms, blocks), self._step = self._step, None
        minute = self._minutes.get(step_ms - step_ms % MINUTE_MS)
        if minute is not None:
            minute[step_ms % MINUTE_MS // STEP_MS] |= cells_of(blocks)


def cells_of(blocks: Mask) -> NDArray[np.bool_]:
    """The cells that blocks in motion cover by half of their own length or of the cell's, down and across."""
    down, across = _reach(blocks.shape[0], ROWS), _reach(blocks.shape[1], COLUMNS)
    found: NDArray[np.bool_] = down @ blocks.astype(np.float32) @ across.T > 0
    return found


def _reach(blocks: int, cells: int) -> NDArray[np.float32]:
    """For each cell along a side which of the blocks along it lie in it; each cell has one, and each block."""
    cell, block = np.arange(cells)[:, None] / cells, np.arange(blocks)[None, :] / blocks
    common = np.minimum(cell + 1 / cells, block + 1 / blocks) - np.maximum(cell, block)
    return (common >= 0.5 * min(1 / cells, 1 / blocks) - _SLACK).astype(np.float32)
