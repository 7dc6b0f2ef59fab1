"""The still part of a rendered scene: floor, wall, markings and occluders, painted once per scene."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from edge_agent.core.scene_draw import F32, LUMA_MAX, Ink, Patch, Point, capsule, ink, polygon
from edge_agent.core.scene_layout import Layout, Lens, Thing

_DARK = ink(34, 36, 38)
_SIGNAL = (ink(214, 176, 36), ink(206, 60, 44))


@dataclass(frozen=True, slots=True)
class Occluder:
    """Something that hides what is farther than `z`: its picture rectangle and the share it lets through."""

    z: float
    x0: int
    y0: int
    open_luma: F32
    open_half: F32


@dataclass(frozen=True, slots=True)
class Backdrop:
    """The picture with nobody in it, as float planes, and what stands in it."""

    luma: F32
    uv: F32  # (2, H/2, W/2), centred
    occluders: tuple[Occluder, ...]


def paint_backdrop(layout: Layout, seed: int, width_px: int, height_px: int) -> Backdrop:
    """Paint the empty scene; the same layout and seed give the same pixels."""
    rng = np.random.default_rng((seed, 77))
    rgb = _floor_and_wall(layout, rng, width_px, height_px)
    planes = _to_planes(rgb)
    _shade_contacts(planes[0], layout, width_px, height_px)
    occluders: list[Occluder] = []
    for thing in layout.things:
        patch = _paint_thing(layout.lens, thing, rng)
        occluder = _lay(planes, patch, thing.z1)
        if occluder is not None:
            occluders.append(occluder)
    luma, uv = planes
    ys, xs = np.mgrid[-1 : 1 : height_px * 1j, -1 : 1 : width_px * 1j].astype(np.float32)
    luma -= 16
    luma *= 1 - np.float32(0.10) * (xs * xs + ys * ys)
    luma += 16
    return Backdrop(np.clip(luma, 18, LUMA_MAX), uv, tuple(occluders))


def clip_patch(patch: Patch, width_px: int, height_px: int) -> tuple[slice, slice, slice, slice] | None:
    """Where a patch lies in the picture (rows, columns) and in itself (rows, columns); None when outside."""
    y1, x1 = max(0, patch.y0), max(0, patch.x0)
    y2, x2 = min(height_px, patch.y0 + patch.h), min(width_px, patch.x0 + patch.w)
    if y2 <= y1 or x2 <= x1:
        return None
    inner = slice(y1 - patch.y0, y2 - patch.y0), slice(x1 - patch.x0, x2 - patch.x0)
    return slice(y1, y2), slice(x1, x2), *inner


def halved(part: slice) -> slice:
    """The chroma rows or columns of even luma bounds."""
    return slice(part.start // 2, part.stop // 2)


def _lay(planes: tuple[F32, F32], patch: Patch, z: float) -> Occluder | None:
    luma, uv = planes
    at = clip_patch(patch, luma.shape[1], luma.shape[0])
    if at is None:
        return None
    rows, cols, in_rows, in_cols = at
    opened = 1 - patch.alpha[in_rows, in_cols]
    opened_half = 1 - patch.alpha_half[halved(in_rows), halved(in_cols)]
    luma[rows, cols] = luma[rows, cols] * opened + patch.luma[in_rows, in_cols]
    target = uv[:, halved(rows), halved(cols)]
    target *= opened_half
    target += patch.uv[:, halved(in_rows), halved(in_cols)]
    return Occluder(z, cols.start, rows.start, opened, opened_half)


def _noise(rng: np.random.Generator, u: F32, v: F32) -> F32:
    """Smooth noise (-1..1) at world coordinates."""
    grid = rng.uniform(-1, 1, (64, 64)).astype(np.float32)
    iu, iv = np.floor(u).astype(np.int32), np.floor(v).astype(np.int32)
    fu, fv = (u - iu).astype(np.float32), (v - iv).astype(np.float32)
    u0, u1, v0, v1 = iu & 63, (iu + 1) & 63, iv & 63, (iv + 1) & 63
    low = grid[v0, u0] * (1 - fu) + grid[v0, u1] * fu
    high = grid[v1, u0] * (1 - fu) + grid[v1, u1] * fu
    return np.asarray(low * (1 - fv) + high * fv, np.float32)


def _band(distance_m: F32, px_per_m: F32) -> F32:
    """Anti-aliased coverage of a signed distance in metres (inside positive)."""
    return np.asarray(np.clip(distance_m * px_per_m + 0.5, 0, 1), np.float32)


def _mix(rgb: F32, cover: F32, colour: tuple[int, int, int]) -> None:
    lines, columns = np.flatnonzero(cover.any(axis=1)), np.flatnonzero(cover.any(axis=0))
    if lines.size:
        at = slice(lines[0], lines[-1] + 1), slice(columns[0], columns[-1] + 1)
        part = cover[at][..., None]
        rgb[at] += part * (np.asarray(colour, np.float32) - rgb[at])


def _floor_and_wall(layout: Layout, rng: np.random.Generator, width_px: int, height_px: int) -> F32:
    lens = layout.lens
    foot_px = lens.horizon_px + lens.camera_height_m * lens.scale(layout.wall_z)
    split = int(min(max(foot_px, 0), height_px))
    xs = (np.arange(width_px, dtype=np.float32) + 0.5)[None, :]
    ys = (np.arange(height_px, dtype=np.float32) + 0.5)[:, None]
    rgb = np.empty((height_px, width_px, 3), np.float32)
    rgb[:split] = _wall(layout, rng, xs, ys[:split])
    rgb[split:] = _floor(layout, rng, xs, ys[split:])
    return rgb


def _wall(layout: Layout, rng: np.random.Generator, xs: F32, ys: F32) -> F32:
    lens = layout.lens
    scale = lens.scale(layout.wall_z)
    px = np.full((len(ys), xs.shape[1]), scale, np.float32)
    wx = (xs - lens.centre_x_px) / scale + 0 * ys
    wy = lens.camera_height_m - (ys - lens.horizon_px) / scale + 0 * xs
    rgb = np.empty((*wx.shape, 3), np.float32)
    rgb[:] = np.asarray(layout.wall_colour, np.float32)
    rgb *= (1 + 0.05 * np.sin(wx * (2 * math.pi / 0.28)) + 0.05 * _noise(rng, wx * 0.7, wy * 0.7))[..., None]
    _mix(rgb, _band(0.35 - wy, px) * 0.45, (70, 70, 70))
    step = float(rng.uniform(5.2, 6.6))
    first = float(rng.uniform(-12.5, -11))
    for n in range(5):
        middle = first + n * step
        door = np.minimum(1.6 - np.abs(wx - middle), 3.1 - wy)
        _mix(rgb, _band(door + 0.12, px), (84, 88, 92))
        _mix(rgb, _band(door, px), (122, 128, 134) if n % 2 else (98, 108, 122))
        slats = _band(0.03 - np.abs(np.mod(wy, 0.32) - 0.16), px) * _band(door, px)
        _mix(rgb, slats * 0.5, (60, 64, 70))
        window = np.minimum(0.8 - np.abs(wx - middle - step / 2), 0.35 - np.abs(wy - 3.1))
        _mix(rgb, _band(window + 0.07, px), (72, 76, 80))
        _mix(rgb, _band(window, px), (108, 128, 142))
    if layout.name == "gate":
        opening = np.minimum(3.0 - np.abs(wx), 3.4 - wy)
        _mix(rgb, _band(opening + 0.25, px), (196, 168, 44))
        _mix(rgb, _band(opening, px), (70, 76, 82))
        _mix(rgb, _band(np.minimum(opening, 1.0 - wy), px), (96, 98, 98))
    sky = np.asarray((176, 190, 204), np.float32) + np.asarray((20, 14, 8), np.float32) * (ys / 200)[..., None]
    above = _band(wy - layout.wall_height, px)[..., None]
    _mix(rgb, _band(0.12 - np.abs(wy - layout.wall_height), px), (88, 90, 92))
    return np.asarray(rgb * (1 - above) + sky * above, np.float32)


def _floor(layout: Layout, rng: np.random.Generator, xs: F32, ys: F32) -> F32:
    lens = layout.lens
    z = np.maximum(lens.focal_px * lens.camera_height_m / (ys - lens.horizon_px), 0.1)
    across = lens.focal_px / z + 0 * xs
    deep = lens.camera_height_m * lens.focal_px / (z * z) + 0 * xs
    wx = (xs - lens.centre_x_px) * z / lens.focal_px
    wz = z + 0 * xs
    rgb = np.empty((*wx.shape, 3), np.float32)
    rgb[:] = np.asarray(layout.ground_colour, np.float32)
    fine = np.clip(across / 60, 0, 1)
    grain = 0.07 * _noise(rng, wx * 0.5, wz * 0.5) + 0.05 * _noise(rng, wx * 2.3 + 7, wz * 2.3)
    rgb *= (1 + grain + 0.05 * fine * _noise(rng, wx * 13, wz * 13))[..., None]
    for coordinate, px, gap in ((wx, across, 4.0), (wz, deep, 3.5)):
        line = _band(0.025 - np.abs(np.mod(coordinate + 1.3, gap) - gap / 2), px)
        _mix(rgb, line * 0.35, (60, 60, 58))
    for _ in range(6):
        at_x, at_z, size = rng.uniform(-7, 7), rng.uniform(6.5, 17), rng.uniform(0.4, 1.3)
        spot = size - np.hypot(wx - at_x, wz - at_z) + 0.25 * _noise(rng, wx * 3, wz * 3)
        _mix(rgb, np.clip(spot * 2, 0, 1).astype(np.float32) * 0.22, (58, 56, 54))
    worn = np.clip(0.82 + 0.35 * _noise(rng, wx * 5, wz * 5), 0.25, 0.95).astype(np.float32)
    for lane in (layout.drive_lane_z - 0.75, layout.drive_lane_z + 1.5):
        _mix(rgb, _band(0.06 - np.abs(wz - lane), deep) * worn, (206, 204, 196))
    for edge in (-0.45, 0.45):
        dash = np.minimum(0.05 - np.abs(wz - layout.walk_lane_z - edge), 0.5 - np.abs(np.mod(wx, 1.6) - 0.8))
        _mix(rgb, _band(dash, deep) * worn, (92, 148, 104))
    zone = layout.zone
    inside = np.minimum.reduce((wx - zone.x1, zone.x2 - wx, wz - zone.z1, zone.z2 - wz))
    px = np.minimum(across, deep)
    _mix(rgb, _band(inside, px) * 0.16, (196, 70, 50))
    frame = np.minimum(inside, 0.34 - inside)
    _mix(rgb, _band(frame, px) * worn, (214, 176, 36))
    hatch = np.minimum(frame, 0.17 - np.abs(np.mod(wx + wz, 0.68) - 0.34))
    _mix(rgb, _band(hatch, px * 0.8) * worn, (44, 42, 40))
    cross = np.minimum(inside - 0.45, 0.07 - np.abs(np.mod(wx - wz, 1.5) - 0.75))
    _mix(rgb, _band(cross, px) * worn * 0.55, (206, 160, 48))
    return rgb


def _to_planes(rgb: F32) -> tuple[F32, F32]:
    luma = 16 + rgb @ np.asarray((0.2568, 0.5041, 0.0979), np.float32)
    small = (rgb[::2, ::2] + rgb[1::2, ::2] + rgb[::2, 1::2] + rgb[1::2, 1::2]) / 4
    u = small @ np.asarray((-0.1482, -0.2910, 0.4392), np.float32)
    v = small @ np.asarray((0.4392, -0.3678, -0.0714), np.float32)
    return luma.astype(np.float32), np.stack((u, v)).astype(np.float32)


def _shade_contacts(luma: F32, layout: Layout, width_px: int, height_px: int) -> None:
    """Darken the floor at the wall's foot and beside whatever stands on it, away from the sun."""
    lens = layout.lens
    for thing in layout.things:
        depth, tall = thing.z2 - thing.z1, min(thing.height, 1.6)
        x1, x2 = thing.x1 - 0.1, thing.x2 + 0.1
        shadow = layout.sun[0] * tall
        near, far = thing.z1 - 0.12, thing.z1 + depth + layout.sun[1] * tall
        corners = [lens.project(x, 0, z) for x, z in ((x1, near), (x2, near), (x2 + shadow, far), (x1 + shadow, far))]
        patch = Patch(
            min(x for x, _ in corners) - 4,
            min(y for _, y in corners) - 4,
            max(x for x, _ in corners) + 4,
            max(y for _, y in corners) + 4,
        )
        polygon(patch, tuple(corners), _DARK)
        at = clip_patch(patch, width_px, height_px)
        if at is not None:
            luma[at[0], at[1]] *= 1 - np.float32(0.34) * patch.alpha[at[2], at[3]]


def _paint_thing(lens: Lens, thing: Thing, rng: np.random.Generator) -> Patch:
    corners = [
        lens.project(x, y, z) for x in (thing.x1, thing.x2) for y in (0.0, thing.height) for z in (thing.z1, thing.z2)
    ]
    patch = Patch(
        min(x for x, _ in corners) - 3,
        min(y for _, y in corners) - 3,
        max(x for x, _ in corners) + 3,
        max(y for _, y in corners) + 3,
    )
    colour = ink(*thing.colour)
    if thing.kind in {"drum", "cone"}:
        _round_thing(patch, lens, thing, colour)
        patch.finish()
        return patch

    def face(points: tuple[tuple[float, float, float], ...], shade: Ink) -> None:
        polygon(patch, tuple(lens.project(*point) for point in points), shade)

    x1, x2, z1, z2, top = thing.x1, thing.x2, thing.z1, thing.z2, thing.height
    if top < lens.camera_height_m:
        face(((x1, top, z1), (x2, top, z1), (x2, top, z2), (x1, top, z2)), colour.lit(1.22))
    if x1 > 0 or x2 < 0:
        side = x1 if x1 > 0 else x2
        face(((side, 0, z1), (side, top, z1), (side, top, z2), (side, 0, z2)), colour.lit(0.66))
    face(((x1, 0, z1), (x2, 0, z1), (x2, top, z1), (x1, top, z1)), colour)
    _front(patch, lens, thing, colour, rng)
    patch.finish()
    return patch


def _front(patch: Patch, lens: Lens, thing: Thing, colour: Ink, rng: np.random.Generator) -> None:
    """The lines on a box's front face that say what it is."""
    x1, x2, top = thing.x1, thing.x2, thing.height
    bars: list[tuple[Point, Point, float, Ink]]
    match thing.kind:
        case "container":
            ribs = [x1 + n * 0.26 for n in range(1, int((x2 - x1) / 0.26))]
            bars = [((x, 0.14), (x, top - 0.14), 0.035, colour.lit(0.8)) for x in ribs]
            bars.append(((x1 + 0.05, 0.07), (x2 - 0.05, 0.07), 0.06, colour.lit(0.6)))
            bars.append(((x1 + 0.05, top - 0.07), (x2 - 0.05, top - 0.07), 0.06, colour.lit(1.15)))
        case "crate":
            posts = (x1 + 0.06, x2 - 0.06, (x1 + x2) / 2)
            bars = [((x1, top * n / 4), (x2, top * n / 4), 0.02, colour.lit(0.62)) for n in range(1, 4)]
            bars += [((x, 0.04), (x, top - 0.04), 0.05, colour.lit(float(rng.uniform(0.78, 0.9)))) for x in posts]
        case "barrier":
            marks = [x1 + 0.3 + n * 0.6 for n in range(4)]
            bars = [((x, 0.5), (x + 0.3, 0.5), 0.09, _SIGNAL[n % 2]) for n, x in enumerate(marks)]
            bars.append(((x1, 0.04), (x2, 0.04), 0.05, colour.lit(0.7)))
        case "machine":
            feet = [x1 + (n + 0.5) * (x2 - x1) / 5 for n in range(5)]
            bars = [((x - 0.06, 0.1), (x + 0.06, 0.24), 0.05, _DARK) for x in feet]
            bars.append(((x1 + 0.25, top * 0.62), (x2 - 0.25, top * 0.62), 0.2, ink(74, 82, 90)))
            bars.append(((x2 - 0.22, top - 0.16), (x2 - 0.22, top - 0.16), 0.06, _SIGNAL[1]))
        case _:
            bars = [((x1 + 0.55, top * 0.62), (x2 - 0.55, top * 0.62), 0.36, ink(76, 98, 112))]
            bars.append(((x1, top - 0.08), (x2, top - 0.08), 0.1, ink(60, 92, 140)))
    for a, b, half_m, shade in bars:
        radius = half_m * lens.scale(thing.z1)
        capsule(patch, lens.project(*a, thing.z1), lens.project(*b, thing.z1), (radius, radius), shade)


def _round_thing(patch: Patch, lens: Lens, thing: Thing, colour: Ink) -> None:
    x, z = (thing.x1 + thing.x2) / 2, (thing.z1 + thing.z2) / 2
    radius = (thing.x2 - thing.x1) / 2 * lens.scale(z)
    if thing.kind == "cone":
        base, tip = lens.project(x, 0.05, z), lens.project(x, thing.height, z)
        capsule(patch, (base[0] - radius, base[1]), (base[0] + radius, base[1]), (2, 2), colour.lit(0.6))
        capsule(patch, base, tip, (radius * 0.75, radius * 0.14), colour)
        middle = lens.project(x, thing.height * 0.55, z)
        capsule(
            patch,
            (middle[0] - radius * 0.2, middle[1]),
            (middle[0] + radius * 0.2, middle[1]),
            (radius * 0.22, radius * 0.22),
            ink(220, 220, 214),
        )
        return
    steps = 7
    for n in range(steps):
        at = -1 + (2 * n + 1) / steps
        shade = colour.lit(1.1 - 0.5 * abs(at + 0.25))
        foot, head = lens.project(x, 0.05, z), lens.project(x, thing.height, z)
        dx, half = at * radius, radius / steps
        corners = (
            (foot[0] + dx - half, foot[1]),
            (foot[0] + dx + half, foot[1]),
            (head[0] + dx + half, head[1]),
            (head[0] + dx - half, head[1]),
        )
        polygon(patch, corners, shade)
    for y in (0.3, 0.62):
        left = lens.project(x, y, z)
        capsule(patch, (left[0] - radius, left[1]), (left[0] + radius, left[1]), (1, 1), colour.lit(0.6))
    lid = lens.project(x, thing.height, z)
    capsule(
        patch,
        (lid[0] - radius * 0.7, lid[1]),
        (lid[0] + radius * 0.7, lid[1]),
        (radius * 0.28, radius * 0.28),
        colour.lit(1.3),
    )
