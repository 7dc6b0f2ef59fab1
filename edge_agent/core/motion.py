"""Decides whether something moves in a small luma picture. Pure: time comes with each frame.

A frame is compared, block by block, with a background (what differs is *foreground*) and with the frame of a quarter
of a second ago (what differs is *alive*). Motion is foreground that is alive. The light of the whole picture is fitted
and undone first; soft changes (shadows, clouds, rolling flicker) have no edges and do not count; what one pixel of
camera shake or the block's own habitual unrest (leaves, water) explains does not count either. Foreground that stands
still is *held* for some seconds while it keeps its size, so that a person who stands still has not left; after
`absorb_ms` of stillness it becomes background.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from edge_agent.core.block_picture import (
    BLOCK_PX,
    BlockMeans,
    Grid,
    Mask,
    block_edges,
    grown_box,
    neighbour_count,
    neighbour_mean,
)
from edge_agent.core.light import Light, fit_light
from edge_agent.core.media import LumaFrame
from shared.errors import Rejected
from shared.geometry import Polygon, contains


@dataclass(frozen=True, slots=True)
class MotionZone:
    """A part of the picture with a sensitivity of its own."""

    polygon: Polygon
    sensitivity: float  # as in `MotionRules`


@dataclass(frozen=True, slots=True)
class MotionRules:
    """Grey levels (0..255), shares of the picture (0..1) and times of the decision; the defaults fit most views."""

    sensitivity: float = 0.5  # 0 deaf, 1 nervous: halves or doubles the levels below
    zones: tuple[MotionZone, ...] = ()  # where they overlap, the later one counts
    masks: tuple[Polygon, ...] = ()  # where motion does not count, whatever the zones say
    least_blocks: int = 0  # of 8x8 px; motion has to reach this and `least_share`
    foreground_level: float = 9.0
    stays_foreground_level: float = 5.0
    alive_level: float = 2.5
    edge_level: float = 2.0
    least_share: float = 0.0012
    compare_ms: int = 250
    background_ms: int = 6_000
    unrest_ms: int = 15_000
    absorb_ms: int = 8_000
    hold_ms: int = 10_000
    hold_share: float = 0.01


@dataclass(frozen=True, slots=True)
class Motion:
    """What one frame showed."""

    pts_ms: int
    share: float  # of the picture in motion, 0..1
    moving: bool
    held: bool  # nothing moves now, but what moved is still there
    where: Mask | None = field(default=None, compare=False, repr=False)  # blocks in motion, while `moving`


_NOISE_SIGMAS = 4.0
_NOISE_LIMIT = 3.0
_UNREST_LIMIT = 20.0
_UNREST_ALIVE = 2.5
_UNREST_EDGE = 1.5
_SHAKE_ALIVE = 0.6
_SHAKE_EDGE = 0.3
_SOFT_SHARE = 0.12
_DARK = 8.0
_CALM_MS = 1_500
_LIGHT_JUMP = 10.0
_LIGHT_GUARD_MS = 300
_LIGHT_REST_MS = 2_000
_KEPT_SIZE = 0.7
_SIZE_HALVES_MS = 3_000
_EDGES_EVERY = 8
_LONG_AGO = -(10**15)


class MotionMeter:
    """One camera's background and what it has learned. Feed it frames in order of time."""

    def __init__(self, rules: MotionRules | None = None) -> None:
        self._rules = rules or MotionRules()
        _check_unit("sensitivity", self._rules.sensitivity)
        _check_unit("least_share", self._rules.least_share)
        for index, zone in enumerate(self._rules.zones):
            _check_unit(f"zones[{index}].sensitivity", zone.sensitivity)
        self._background: Grid | None = None
        self._means = BlockMeans()

    def judge(self, frame: LumaFrame) -> Motion:
        """Judge one frame; its size may change (a new start). Raises `Rejected` for a picture smaller than a block."""
        if frame.luma.ndim != 2 or min(frame.luma.shape) < BLOCK_PX:  # noqa: PLR2004 - rows and columns
            raise Rejected("luma", f"{frame.luma.shape} is smaller than {BLOCK_PX}x{BLOCK_PX}")
        seen = self._means.of(frame.luma)
        if self._background is None or self._background.shape != seen.shape:
            self._start(frame, seen)
            return Motion(frame.pts_ms, 0.0, moving=False, held=False)
        return self._step(frame, seen, self._background)

    def _start(self, frame: LumaFrame, seen: Grid) -> None:
        self._background = seen.copy()
        self._noise = np.full_like(seen, 0.7)
        self._unrest = np.zeros_like(seen)
        self._edges = block_edges(frame.luma)
        self._foreground: Mask = np.zeros(seen.shape, np.bool_)
        self._counts: Mask = ~_inside(seen.shape, self._rules.masks)
        self._factor = _factors(seen.shape, self._rules)
        self._opens = self._rules.foreground_level * self._factor
        self._stays = self._rules.stays_foreground_level * self._factor
        self._raised_ms = np.zeros_like(seen)  # how long each block is foreground without a break
        self._still_ms = np.zeros_like(seen)  # how long it is foreground without a stir
        self._past: deque[tuple[int, Grid]] = deque([(frame.pts_ms, seen)])
        self._light = Light()
        self._now_ms = frame.pts_ms
        self._guard_ms = self._moved_ms = _LONG_AGO
        self._size = 0.0  # blocks of foreground lately
        self._steps = 0

    def _step(self, frame: LumaFrame, seen: Grid, background: Grid) -> Motion:
        elapsed_ms = max(0, frame.pts_ms - self._now_ms)
        self._now_ms = max(self._now_ms, frame.pts_ms)
        self._steps += 1
        now_ms = self._now_ms
        light = fit_light(background, seen, self._foreground, self._steps)
        if now_ms - self._guard_ms > _LIGHT_REST_MS and self._jumped(light, background):
            # A step may clip what is bright; light that never rests must not blind us for good.
            self._guard_ms = now_ms + _LIGHT_GUARD_MS
        self._light = light
        flat = light.undo(seen)
        distance = np.abs(flat - background)
        foreground = self._find_foreground(distance)
        alive = self._find_alive(flat, foreground, elapsed_ms)
        self._learn(frame, flat, distance, foreground, alive, elapsed_ms)
        return self._decide(alive, foreground, elapsed_ms)

    def _jumped(self, light: Light, background: Grid) -> bool:
        """Whether the light of the whole picture is another one than before."""
        if light.most(self._light) <= _LIGHT_JUMP:
            return False
        return light.distance(self._light, float(background[::4, ::4].mean())) > _LIGHT_JUMP

    def _find_foreground(self, distance: Grid) -> Mask:
        level = np.where(self._foreground, self._stays, self._opens)
        np.maximum(level, self._noise * np.float32(_NOISE_SIGMAS), out=level)
        level += self._edges
        found = distance > level
        found &= self._counts
        if found.any():
            found &= neighbour_count(found) >= 3  # noqa: PLR2004 - itself and two neighbours
        return found

    def _find_alive(self, flat: Grid, foreground: Mask, elapsed_ms: int) -> Mask:
        while len(self._past) > 1 and self._now_ms - self._past[1][0] >= self._rules.compare_ms:
            self._past.popleft()
        before = self._past[0][1]
        self._past.append((self._now_ms, flat))
        change = flat - before
        size = np.abs(change)
        alive = self._is_alive(before, change, size, foreground) if foreground.any() else foreground
        self._learn_unrest(size, foreground, elapsed_ms)
        return alive

    def _is_alive(self, before: Grid, change: Grid, size: Grid, foreground: Mask) -> Mask:
        """Only the part of the picture where blocks changed enough, on or beside foreground, is looked at closely."""
        rules, alive = self._rules, np.zeros_like(foreground)
        near = grown_box(foreground, 1)
        unrest, edges, factor = self._unrest[near], self._edges[near], self._factor[near]
        least = np.maximum(rules.alive_level * factor, unrest * np.float32(_UNREST_ALIVE))
        least += edges * np.float32(_SHAKE_ALIVE)
        strong = size[near] > least
        if not strong.any():
            return alive
        close = grown_box(strong, 1)
        least = np.maximum(rules.edge_level * factor[close], unrest[close] * np.float32(_UNREST_EDGE))
        before, change, size = before[near][close], change[near][close], size[near][close]
        soft = neighbour_mean(change)
        shaded = (before + np.float32(_DARK)) * (soft / np.maximum(neighbour_mean(before) + np.float32(_DARK), 1))
        edge = np.minimum(np.abs(change - soft), np.abs(change - shaded))
        least += size * np.float32(_SOFT_SHARE)
        least += edges[close] * np.float32(_SHAKE_EDGE)
        found = strong[close] & (edge > least)
        alive[near][close] = neighbour_count(found) >= 2  # noqa: PLR2004 - itself or a neighbour, and one more
        alive &= foreground
        return alive

    def _learn_unrest(self, size: Grid, foreground: Mask, elapsed_ms: int) -> None:
        """Blocks that often return to their background learn how much they stir; who stands there teaches nothing."""
        self._raised_ms += np.float32(elapsed_ms)
        self._raised_ms *= foreground
        rate = np.float32(min(1.0, elapsed_ms / self._rules.unrest_ms))
        returns = self._raised_ms < _CALM_MS
        goal = np.minimum(size, np.float32(_UNREST_LIMIT))
        goal *= returns
        goal -= self._unrest
        goal *= np.where(returns, rate, rate / np.float32(8))
        self._unrest += goal

    def _learn(
        self, frame: LumaFrame, flat: Grid, distance: Grid, foreground: Mask, alive: Mask, elapsed_ms: int
    ) -> None:
        background = self._background
        assert background is not None  # noqa: S101 - _step has it
        open_ = ~foreground
        rate = open_ * np.float32(min(1.0, elapsed_ms / self._rules.background_ms))
        background += rate * (flat - background)
        goal = np.minimum(distance, np.float32(2 * _NOISE_LIMIT))
        goal -= self._noise
        goal *= rate
        self._noise += goal
        np.minimum(self._noise, np.float32(_NOISE_LIMIT), out=self._noise)
        self._still_ms += np.float32(elapsed_ms)
        self._still_ms *= foreground
        if alive.any():
            near = grown_box(alive, 1)
            self._still_ms[near] *= neighbour_count(alive[near]) == 0
        absorbed = self._still_ms > self._rules.absorb_ms
        if absorbed.any():
            np.copyto(background, flat, where=absorbed)
        if self._steps % _EDGES_EVERY == 0:
            self._edges += open_ * (np.float32(0.5) * (block_edges(frame.luma) - self._edges))
        self._foreground = foreground

    def _decide(self, alive_mask: Mask, foreground_mask: Mask, elapsed_ms: int) -> Motion:
        rules, blocks = self._rules, foreground_mask.size
        alive, foreground = int(np.count_nonzero(alive_mask)), int(np.count_nonzero(foreground_mask))
        self._size *= 0.5 ** (elapsed_ms / _SIZE_HALVES_MS)
        moving = alive >= max(1, rules.least_blocks, rules.least_share * blocks) and self._now_ms > self._guard_ms
        if moving:
            self._size = max(foreground, self._size)
            self._moved_ms = self._now_ms
        held = (
            not moving
            and foreground >= max(_KEPT_SIZE * self._size, rules.hold_share * blocks)
            and self._now_ms - self._moved_ms < rules.hold_ms
        )
        share, where = (alive / blocks, alive_mask) if moving else (0.0, None)
        return Motion(self._now_ms, share, moving=moving, held=held, where=where)


def _check_unit(field: str, value: float) -> None:
    if not 0 <= value <= 1:
        raise Rejected(f"motion.{field}", f"{value} is not within 0..1")


def _factors(shape: tuple[int, ...], rules: MotionRules) -> Grid:
    """By how much each block's levels are raised or lowered."""
    found = np.full(shape, _factor(rules.sensitivity), np.float32)
    for zone in rules.zones:
        found[_inside(shape, (zone.polygon,))] = _factor(zone.sensitivity)
    return found


def _factor(sensitivity: float) -> float:
    return float(2.0 ** (1 - 2 * sensitivity))


def _inside(shape: tuple[int, ...], polygons: Sequence[Polygon]) -> Mask:
    """Blocks whose centre is in one of the polygons."""
    found = np.zeros(shape, np.bool_)
    if not polygons:
        return found
    rows, columns = shape
    for row in range(rows):
        for column in range(columns):
            centre = ((column + 0.5) / columns, (row + 0.5) / rows)
            found[row, column] = any(contains(polygon, centre) for polygon in polygons)
    return found
