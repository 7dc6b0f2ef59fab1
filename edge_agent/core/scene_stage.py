"""Puts actors onto a backdrop: shadows, occlusion, light, rain and sensor noise, and the exact truth of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edge_agent.core.scene_actors import Actor
from edge_agent.core.scene_draw import F32, LUMA_MAX, U8, Patch, capsule_cover
from edge_agent.core.scene_figures import Cover, Figure, paint_vehicle, paint_worker
from edge_agent.core.scene_ground import clip_patch, halved, paint_backdrop
from edge_agent.core.scene_layout import RGB, Layout

Box = tuple[float, float, float, float]
_LIGHT_STEPS: Final = 128  # steps of light per unit
_SHADOW: Final = 0.38
_TILE_SPARE_PX: Final = 64
_EXPOSURE_ABOVE: Final = 0.9  # of a slow sine: the camera opens by a step
_RAIN_ABOVE: Final = 0.1  # of a slow sine: it rains
_SOLID: Final = 0.5  # cover from which a pixel counts as the actor's


@dataclass(frozen=True, slots=True)
class ActorTruth:
    """What is really there: boxes (x1, y1, x2, y2 in 0..1) of the visible extent, and the share not hidden."""

    id: int
    kind: str  # "person" | "vehicle"
    box: Box
    helmet: bool
    vest: bool
    visible: float
    helmet_box: Box | None
    vest_box: Box | None


class Stage:
    """One place and camera; draws any actors, at any time, always the same for the same arguments."""

    def __init__(self, layout: Layout, seed: int, width_px: int, height_px: int) -> None:
        self.layout = layout
        self._width_px, self._height_px = width_px, height_px
        self._backdrop = paint_backdrop(layout, seed, width_px, height_px)
        self._chroma: U8 = np.clip(np.rint(self._backdrop.uv + 128), 0, 255).astype(np.uint8)
        rng = np.random.default_rng((seed, 5))
        spare = _TILE_SPARE_PX
        noise = np.rint(rng.normal(0, rng.uniform(1.0, 1.9), (height_px + spare, width_px + spare)))
        self._noise: U8 = np.clip(noise, -6, 6).astype(np.int8).view(np.uint8)
        self._phases = rng.uniform(0, 2 * math.pi, 4)
        self._rain_tile = _rain_tile(rng, width_px + spare, height_px, layout.rain) if layout.rain else None
        self._lit_step = -1
        self._lit: U8 = np.empty((0, 0), np.uint8)
        self._worker = lru_cache(maxsize=16)(self._paint_worker)
        self._vehicle = lru_cache(maxsize=8)(self._paint_vehicle)

    def picture(self, actors: tuple[Actor, ...], t_ms: int) -> U8:
        """The frame as planar yuv420p, (height * 3 / 2, width)."""
        width, height = self._width_px, self._height_px
        frame: U8 = np.empty((height * 3 // 2, width), np.uint8)
        luma = frame[:height]
        chroma = frame[height:].reshape(2, height // 2, width // 2)
        step = self._light_step(t_ms)
        luma[:] = self._lit_luma(step)
        chroma[:] = self._chroma
        gain = step / _LIGHT_STEPS
        order = sorted(actors, key=lambda actor: -actor.z)
        for actor in order:
            self._shade(luma, actor)
        for actor in order:
            self._draw(luma, chroma, self._figure(actor).patch, actor.z, gain)
        self._weather(luma, t_ms)
        return frame

    def truth(self, actors: tuple[Actor, ...]) -> tuple[ActorTruth, ...]:
        """What can be seen of the actors, by the same shapes that `picture` draws; hidden ones are left out."""
        clear: F32 = np.ones((self._height_px, self._width_px), np.float32)
        found: list[ActorTruth] = []
        for actor in sorted(actors, key=lambda actor: actor.z):
            figure = self._figure(actor)
            patch = figure.patch
            at = clip_patch(patch, self._width_px, self._height_px)
            if at is None:
                continue
            rows, cols, in_rows, in_cols = at
            opening = self._opening(rows, cols, actor.z)
            passing: F32 = clear[rows, cols] * (1 if opening is None else opening[0])
            seen = patch.alpha[in_rows, in_cols] * passing
            box = self._extent(seen, rows.start, cols.start)
            if box is not None:
                look = actor.look

                def part(covers: tuple[Cover, ...], at: tuple[slice, ...] = at, light: F32 = passing) -> Box | None:
                    return self._part_extent(covers, at, light)

                found.append(
                    ActorTruth(
                        id=actor.id,
                        kind="vehicle" if look is None else "person",
                        box=box,
                        helmet=look is not None and look.helmet is not None,
                        vest=look is not None and look.vest is not None,
                        visible=float(min(1.0, seen.sum() / max(float(patch.alpha.sum()), 1.0))),
                        helmet_box=part(figure.helmet),
                        vest_box=part(figure.vest),
                    )
                )
            clear[rows, cols] -= seen
        return tuple(sorted(found, key=lambda truth: truth.id))

    def _figure(self, actor: Actor) -> Figure:
        if actor.look is None or actor.pose is None:
            sprite = self._vehicle(actor.kind, actor.z, actor.heading, actor.colour)
            return Figure(sprite.moved(actor.x * self.layout.lens.scale(actor.z)), (), ())
        return self._worker(actor)

    def _paint_worker(self, actor: Actor) -> Figure:
        if actor.look is None or actor.pose is None:
            raise AssertionError("only a worker has a look and a pose")
        return paint_worker(self.layout.lens, actor.look, actor.pose)

    def _paint_vehicle(self, kind: str, z: float, heading: int, colour: RGB) -> Patch:
        return paint_vehicle(kind, self.layout.lens, z, heading, colour)

    def _opening(self, rows: slice, cols: slice, z: float) -> tuple[F32, F32] | None:
        """What nearer static things let through of a rectangle, for luma and for chroma; None for all."""
        found: tuple[F32, F32] | None = None
        for thing in self._backdrop.occluders:
            bottom, right = thing.y0 + thing.open_luma.shape[0], thing.x0 + thing.open_luma.shape[1]
            y1, y2 = max(rows.start, thing.y0), min(rows.stop, bottom)
            x1, x2 = max(cols.start, thing.x0), min(cols.stop, right)
            if thing.z >= z or y2 <= y1 or x2 <= x1:
                continue
            if found is None:
                height, width = rows.stop - rows.start, cols.stop - cols.start
                found = np.ones((height, width), np.float32), np.ones((height // 2, width // 2), np.float32)
            ours = slice(y1 - rows.start, y2 - rows.start), slice(x1 - cols.start, x2 - cols.start)
            its = slice(y1 - thing.y0, y2 - thing.y0), slice(x1 - thing.x0, x2 - thing.x0)
            found[0][ours] *= thing.open_luma[its]
            found[1][halved(ours[0]), halved(ours[1])] *= thing.open_half[halved(its[0]), halved(its[1])]
        return found

    def _draw(self, luma: U8, chroma: U8, patch: Patch, z: float, gain: float) -> None:
        at = clip_patch(patch, self._width_px, self._height_px)
        if at is None:
            return
        rows, cols, in_rows, in_cols = at
        half = halved(in_rows), halved(in_cols)
        alpha, ours = patch.alpha[in_rows, in_cols], patch.luma[in_rows, in_cols] * np.float32(gain)
        alpha_half, mixed = patch.alpha_half[half], patch.uv[:, half[0], half[1]]
        opening = self._opening(rows, cols, z)
        if opening is not None:
            alpha = alpha * opening[0]
            ours *= opening[0]
            alpha_half = alpha_half * opening[1]
            mixed = mixed * opening[1]
        ours += alpha * np.float32(16 * (1 - gain) + 0.5)
        target = luma[rows, cols]
        through = 1 - alpha
        through *= target
        ours += through
        np.minimum(ours, np.float32(LUMA_MAX), out=ours)
        np.maximum(ours, 18, out=ours)
        target[:] = ours
        colours = chroma[:, halved(rows), halved(cols)]
        mixed = mixed + (alpha_half * np.float32(128) + np.float32(0.5))
        mixed += colours * (1 - alpha_half)
        np.clip(mixed, 0, 255, out=mixed)
        colours[:] = mixed

    def _shade(self, luma: U8, actor: Actor) -> None:
        """The soft shadow of an actor on the floor."""
        lens, (sun_x, sun_z) = self.layout.lens, self.layout.sun
        unit = lens.scale(actor.z)
        if actor.look is None:
            half = 1.35 if actor.kind == "forklift" else 2.9
            ends = lens.project(actor.x - half, 0, actor.z), lens.project(actor.x + half, 0, actor.z + 0.4 * sun_z)
            radius, soft = (0.24 * unit, 0.24 * unit), 0.3 * unit
        else:
            tall = 1.5 * actor.look.size
            ends = lens.project(actor.x, 0, actor.z), lens.project(actor.x + sun_x * tall, 0, actor.z + sun_z * tall)
            radius, soft = (0.16 * unit, 0.1 * unit), 0.14 * unit
        reach = radius[0] + soft
        (left, right), (top, bottom) = sorted((ends[0][0], ends[1][0])), sorted((ends[0][1], ends[1][1]))
        x1, x2 = max(0, int(left - reach) // 2 * 2), min(self._width_px, int(right + reach) // 2 * 2 + 2)
        y1, y2 = max(0, int(top - reach) // 2 * 2), min(self._height_px, int(bottom + reach) // 2 * 2 + 2)
        if x2 <= x1 or y2 <= y1:
            return
        xs: F32 = np.arange(x1, x2, dtype=np.float32) + np.float32(0.5)
        ys: F32 = (np.arange(y1, y2, dtype=np.float32) + np.float32(0.5))[:, None]
        shade = capsule_cover(xs, ys, ends[0], ends[1], radius, soft)
        opening = self._opening(slice(y1, y2), slice(x1, x2), actor.z)
        if opening is not None:
            shade *= opening[0]
        shade *= np.float32(-_SHADOW)
        shade += 1
        target = luma[y1:y2, x1:x2]
        shade *= target
        target[:] = shade

    def _light_step(self, t_ms: int) -> int:
        """Slow daylight and the camera's exposure steps, as a whole number of small steps."""
        t_s = t_ms / 1000
        slow = 0.06 * math.sin(t_s / 19 + self._phases[0]) + 0.04 * math.sin(t_s / 7.3 + self._phases[1])
        exposure = 0.05 if math.sin(t_s / 8.7 + self._phases[2]) > _EXPOSURE_ABOVE else 0.0
        return round((0.97 + slow + exposure) * _LIGHT_STEPS)

    def _lit_luma(self, step: int) -> U8:
        if step != self._lit_step:
            lit = (self._backdrop.luma - 16) * np.float32(step / _LIGHT_STEPS) + np.float32(16.5)
            self._lit = np.clip(lit, 18, LUMA_MAX).astype(np.uint8)
            self._lit_step = step
        return self._lit

    def _weather(self, luma: U8, t_ms: int) -> None:
        """Rain and sensor noise, in place; wraps nowhere since the luma keeps its distance from both ends."""
        height, width = luma.shape
        mixed = (t_ms * 2654435761 + 12345) & 0xFFFFFFFF
        dy, dx = (mixed >> 8) % _TILE_SPARE_PX, (mixed >> 20) % _TILE_SPARE_PX
        np.add(luma, self._noise[dy : dy + height, dx : dx + width], out=luma)
        if self._rain_tile is not None and math.sin(t_ms / 21_000 + self._phases[3]) > _RAIN_ABOVE:
            top = height - 1 - int(t_ms * 1.3) % height
            np.add(luma, self._rain_tile[top : top + height, dx : dx + width], out=luma)

    def _extent(self, seen: F32, top: int, left: int) -> Box | None:
        solid = seen >= _SOLID
        columns, lines = np.flatnonzero(solid.any(axis=0)), np.flatnonzero(solid.any(axis=1))
        if columns.size == 0:
            return None
        return (
            float(left + columns[0]) / self._width_px,
            float(top + lines[0]) / self._height_px,
            float(left + columns[-1] + 1) / self._width_px,
            float(top + lines[-1] + 1) / self._height_px,
        )

    def _part_extent(self, covers: tuple[Cover, ...], at: tuple[slice, ...], passing: F32) -> Box | None:
        if not covers:
            return None
        rows, cols, in_rows, in_cols = at
        shape = max(in_rows.stop, *(rect[1] for rect, _ in covers)), max(in_cols.stop, *(rect[3] for rect, _ in covers))
        whole: F32 = np.zeros(shape, np.float32)
        for (y1, y2, x1, x2), cover in covers:
            np.maximum(whole[y1:y2, x1:x2], cover, out=whole[y1:y2, x1:x2])
        return self._extent(whole[in_rows, in_cols] * passing, rows.start, cols.start)


def _rain_tile(rng: np.random.Generator, width_px: int, height_px: int, strength: float) -> NDArray[np.uint8]:
    """Streaks of rain, twice as high as the picture so that any offset is a whole picture."""
    tile: U8 = np.zeros((height_px, width_px), np.uint8)
    drops = int(strength * width_px * height_px / 900)
    xs, ys = rng.integers(0, width_px, drops), rng.integers(0, height_px, drops)
    shine = rng.integers(4, 15, drops).astype(np.uint8)
    for n in range(max(4, height_px // 48)):
        tile[(ys + n) % height_px, (xs + n // 6) % width_px] = shine
    return np.concatenate((tile, tile))
