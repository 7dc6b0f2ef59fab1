"""What a camera looks at, against what it is known to look at: covered, blurred, moved, frozen or black.

Small pictures are averaged over two seconds, so that noise and whoever walks through fade. Where the edges of the view
are is learned after the start and follows slowly. Edges stay where they are in any light: each cell of the picture is
compared by how well its edges lie on the known ones, not by their brightness, and what turned dark for bright (lamps,
infra-red) still lies. Pure: time comes with each frame. A view without edges (a plain wall) is only black or frozen.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_agent.core.block_picture import Grid, Mask
from edge_agent.core.media import LumaFrame
from shared.kinds import TamperKind

_FINE_PX = 4
_CELL = 8  # fine blocks on each side of a cell
_LEAST_PX = 4 * _FINE_PX * _CELL
_WINDOW_MS = 2_000
_GAP_MS = 10_000
_MOST_LOOKS = 250  # of 255 each: the sum of a window holds no more
_LEARN_WINDOWS = 10
_FOLLOW_WINDOWS = 300
_ADOPT_WINDOWS = 300
_PLAIN_EDGE = 1.5
_PLAIN_SHARE = 0.12
_LIES = 0.4
_STEADY = 0.5
_STEADY_SHARE = 0.3
_LOST_SHARE = 0.3
_FAINT = 0.4
_SOFT = 0.4
_SOFT_EDGES = 0.75
_SAME_LAYOUT = 0.75
_ANY_LAYOUT = 0.85
_WHITE = 228.0
_BLACK = 30.0
_BLACK_SPREAD = 3.0
_EASE = 1.4  # what is told stays until the picture is this much better
_TINY = 1e-6


@dataclass(slots=True)
class _View:
    """The edges of one picture, by cell."""

    across: Grid
    down: Grid
    sharp: Grid  # root mean square of the difference of neighbouring pixels, by cell
    layout: Grid  # mean grey, by 16 px

    def copy(self) -> "_View":
        return _View(self.across.copy(), self.down.copy(), self.sharp.copy(), self.layout.copy())

    def follow(self, other: "_View", rate: float) -> None:
        for name in ("across", "down", "sharp", "layout"):
            mine = getattr(self, name)
            mine += np.float32(rate) * (getattr(other, name) - mine)


@dataclass(frozen=True, slots=True)
class Likeness:
    """How a picture compares with the known view; 1: as known."""

    kept: float  # share of the steady cells whose edges lie where they did
    steady: float  # share of the cells whose edges lie where they did two seconds ago: not noise, not a crowd
    edges: float  # strength of the edges
    sharpness: float  # strength of the finest differences, at equal contrast
    layout: float  # correlation of light and dark, -1..1


class ViewMeter:
    """One camera's known view. Feed it a few frames a second, in order of time."""

    def __init__(self, sensitivity: float = 0.5) -> None:
        self._factor: float = 2.0 ** (sensitivity - 0.5)
        self._last: NDArray[np.uint8] | None = None
        self._sum = np.zeros((0, 0), np.uint16)  # of the looks of this window
        self._looks = self._looked_ms = self._began_ms = 0
        self._still = True
        self._forget()

    def _forget(self) -> None:
        self._known: _View | None = None
        self._before: _View | None = None
        self._seen: TamperKind | None = None
        self._cells: Mask = np.zeros((0, 0), np.bool_)
        self._moved_windows = self._learned_windows = 0
        self._learning: _View | None = None

    def look(self, frame: LumaFrame, told: TamperKind | None) -> TamperKind | None:
        """What is wrong with the picture of the last seconds; `told` was said to be wrong and is not over yet."""
        if frame.luma.ndim != 2 or min(frame.luma.shape) < _LEAST_PX:  # noqa: PLR2004 - rows and columns
            return None
        if self._last is None or self._last.shape != frame.luma.shape:
            self._forget()
            self._open_window(frame)
        elif not 0 <= frame.pts_ms - self._looked_ms <= _GAP_MS:
            self._open_window(frame)
        else:
            self._still = self._still and bool(np.array_equal(self._last, frame.luma))
        self._last, self._looked_ms = frame.luma, frame.pts_ms
        self._sum += frame.luma
        self._looks += 1
        if frame.pts_ms - self._began_ms >= _WINDOW_MS or self._looks == _MOST_LOOKS:
            view = _view_of(self._sum.astype(np.float32) * np.float32(1 / self._looks))
            seen = self._judge(view, told)
            self._learn(view, seen)
            self._before = view
            self._seen = "frozen" if seen is None and self._still else seen
            self._open_window(frame)
        return self._seen

    def _open_window(self, frame: LumaFrame) -> None:
        self._sum = np.zeros(frame.luma.shape, np.uint16)
        self._looks = 0
        self._still = True
        self._began_ms = frame.pts_ms

    def _judge(self, view: _View, told: TamperKind | None) -> TamperKind | None:
        ease = _EASE if told is not None else 1.0
        likeness = None
        if self._known is not None and self._before is not None:
            likeness = _compare(self._known, self._cells, self._before, view)
        brightest = float(np.percentile(view.layout, 98))
        plain = float(view.layout.std()) < _BLACK_SPREAD * ease
        if brightest < _BLACK * ease and (plain or (likeness is not None and likeness.layout < _SAME_LAYOUT)):
            return "black" if self._known is None or (likeness is not None and self._is_lost(likeness, told)) else None
        return None if likeness is None else self._compared(likeness, told)

    def _is_lost(self, found: Likeness, told: TamperKind | None) -> bool:
        ease = _EASE if told in {"covered", "moved", "black"} else 1.0
        lost: bool = found.kept < _LOST_SHARE * self._factor * ease
        return lost

    def _compared(self, found: Likeness, told: TamperKind | None) -> TamperKind | None:
        soft = _SOFT * self._factor * (_EASE if told == "blurred" else 1.0)
        if found.sharpness < soft and found.edges < _SOFT_EDGES and found.layout > _SAME_LAYOUT:
            return "blurred"
        if not self._is_lost(found, told):
            return None
        if found.edges < _FAINT * (_EASE if told == "covered" else 1.0) and found.layout < _ANY_LAYOUT:
            return "covered"
        return "moved" if found.steady > _STEADY_SHARE else None

    def _learn(self, view: _View, seen: TamperKind | None) -> None:
        self._moved_windows = self._moved_windows + 1 if seen == "moved" else 0
        if self._moved_windows > _ADOPT_WINDOWS:
            self._forget()
        elif self._known is not None:
            if seen is None:
                self._known.follow(view, 1 / _FOLLOW_WINDOWS)
                self._cells = _telling_cells(self._known)
        elif seen is None:
            self._learn_anew(view)

    def _learn_anew(self, view: _View) -> None:
        self._learned_windows += 1
        if self._learning is None:
            self._learning = view.copy()
        self._learning.follow(view, 1 / self._learned_windows)
        if self._learned_windows < _LEARN_WINDOWS:
            return
        cells = _telling_cells(self._learning)
        if np.count_nonzero(cells) >= _PLAIN_SHARE * cells.size:  # else too plain, or dark: try again
            self._known, self._cells = self._learning, cells
        self._learning, self._learned_windows = None, 0


def _view_of(plane: Grid) -> _View:
    step = _FINE_PX * _CELL
    rows, columns = plane.shape[0] // step, plane.shape[1] // step
    whole = plane[: rows * step, : columns * step]
    fine = _shrink(whole, _FINE_PX)
    across, down = np.zeros_like(fine), np.zeros_like(fine)
    across[:, :-1] = np.diff(fine, axis=1)
    down[:-1] = np.diff(fine, axis=0)
    finest = np.zeros((rows * step // 4, columns * step), np.float32)
    finest[:, :-1] = np.diff(whole[::4], axis=1)
    sharp = np.sqrt((finest**2).reshape(rows, step // 4, columns, step).mean(axis=(1, 3), dtype=np.float32))
    return _View(across, down, sharp, _shrink(fine, 4))


def _shrink(picture: Grid, by: int) -> Grid:
    rows, columns = picture.shape[0] // by, picture.shape[1] // by
    down = np.add.reduce(picture.reshape(rows, by, columns * by), axis=1)
    return np.asarray(down.reshape(rows, columns, by).sum(axis=2, dtype=np.float32) * np.float32(1 / by**2))


def _by_cell(grid: Grid) -> NDArray[np.float32]:
    rows, columns = grid.shape[0] // _CELL, grid.shape[1] // _CELL
    down = np.add.reduce(grid.reshape(rows, _CELL, columns * _CELL), axis=1)
    return np.asarray(down.reshape(rows, columns, _CELL).sum(axis=2, dtype=np.float32))


def _by_cell_mean(layout: Grid) -> Grid:
    return _shrink(layout, 2)


def _telling_cells(view: _View) -> Mask:
    """Cells with edges enough to tell where they lie."""
    strength = _by_cell(view.across**2 + view.down**2) / np.float32(_CELL**2)
    return np.asarray(strength > np.float32(_PLAIN_EDGE**2))


def _lie(one: _View, other: _View, cells: Mask) -> tuple[Grid, Grid, Grid]:
    """How well the edges of both lie on each other in some cells, 0..1, and their strengths squared."""
    mine = _by_cell(one.across**2 + one.down**2)[cells]
    yours = _by_cell(other.across**2 + other.down**2)[cells]
    both = np.abs(_by_cell(one.across * other.across + one.down * other.down)[cells])
    return both / np.sqrt(np.maximum(mine * yours, np.float32(_TINY))), mine, yours


def _compare(known: _View, cells: Mask, before: _View, view: _View) -> Likeness | None:
    """None: the picture is too bright to tell."""
    seen = cells & (_by_cell_mean(view.layout) < _WHITE)
    if np.count_nonzero(seen) < max(1, np.count_nonzero(cells) / 4):
        return None
    lies, was, is_ = _lie(known, view, seen)
    steady = _lie(before, view, seen)[0] > _STEADY
    kept = lies > _LIES
    judged = np.count_nonzero(kept | steady)
    dark, bright = known.layout - known.layout.mean(), view.layout - view.layout.mean()
    spread_before, spread_now = float(np.sqrt((dark**2).mean())), float(np.sqrt((bright**2).mean()))
    contrast = max(spread_now / max(spread_before, _TINY), _TINY)
    return Likeness(
        kept=np.count_nonzero(kept) / judged if judged else 0.0,
        steady=float(steady.mean()),
        edges=float(np.sqrt(is_).sum() / np.sqrt(was).sum()),
        sharpness=float(view.sharp[seen].sum() / max(float(known.sharp[seen].sum()), _TINY)) / contrast,
        layout=float((dark * bright).mean()) / max(spread_before * spread_now, _TINY),
    )
