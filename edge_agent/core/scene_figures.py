"""How a worker, a forklift and a truck look in a rendered scene."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from edge_agent.core.scene_draw import F32, Ink, Patch, Point, Rect, capsule, dome, ink, polygon
from edge_agent.core.scene_layout import RGB, Dice, Lens

Cover = tuple[Rect, F32]

HELMETS: Final[tuple[RGB, ...]] = (
    (238, 200, 40), (236, 236, 232), (44, 96, 186), (206, 44, 40), (236, 120, 32), (60, 150, 80)
)  # fmt: skip
VESTS: Final[tuple[RGB, ...]] = ((206, 236, 48), (244, 128, 36), (232, 226, 60))
CLOTHES: Final[tuple[RGB, ...]] = (
    (44, 56, 92), (86, 88, 92), (112, 84, 60), (58, 78, 62), (36, 38, 44), (92, 112, 146),
    (146, 60, 54), (150, 144, 132),
)  # fmt: skip
SKINS: Final[tuple[RGB, ...]] = ((232, 190, 160), (206, 156, 120), (166, 116, 84), (112, 76, 56))
HAIRS: Final[tuple[RGB, ...]] = ((30, 26, 24), (66, 46, 34), (110, 80, 50), (150, 146, 142), (186, 150, 92))
CAPS: Final[tuple[RGB, ...]] = ((40, 44, 60), (112, 46, 50), (60, 62, 60), (118, 110, 96), (66, 82, 70))
HEADGEAR: Final = ("bare", "bare", "cap", "beanie", "bald")

_FROM_BEHIND: Final = 0.55  # of the yaw's cosine: beyond it no face is seen
_BROADSIDE: Final = 0.5  # of the yaw's cosine: beyond it both shoulders are seen


@dataclass(frozen=True, slots=True)
class Look:
    """What a worker wears; `helmet` and `vest` are None when not worn, `headgear` is then on the head instead."""

    size: float  # 1 is a person of 1.75 m
    helmet: RGB | None
    vest: RGB | None
    headgear: str
    cap: RGB
    hair: RGB
    skin: RGB
    top: RGB
    trousers: RGB


@dataclass(frozen=True, slots=True)
class Pose:
    """Where a worker is (metres), where to (yaw, 0 = away from the camera), and how the limbs are."""

    x: float
    z: float
    yaw: float
    phase: float  # of the walk, radians
    stride: float  # 0 standing .. 1 walking
    work: float  # 0 arms down .. 1 both hands busy in front


@dataclass(frozen=True, slots=True)
class Figure:
    """A painted actor and which parts of it are helmet and vest."""

    patch: Patch
    helmet: tuple[Cover, ...]
    vest: tuple[Cover, ...]


def make_look(dice: Dice, *, helmet: bool, vest: bool) -> Look:
    """Somebody at random, with or without helmet and vest."""
    return Look(
        size=dice.pick(0.93, 1.06),
        helmet=dice.one(HELMETS) if helmet else None,
        vest=dice.one(VESTS) if vest else None,
        headgear=HEADGEAR[dice.some(0, len(HEADGEAR) - 1)],
        cap=dice.one(CAPS),
        hair=dice.one(HAIRS),
        skin=dice.one(SKINS),
        top=dice.one(CLOTHES),
        trousers=dice.one(CLOTHES[:6]),
    )


def paint_worker(lens: Lens, look: Look, pose: Pose) -> Figure:
    """Paint a worker in even light."""
    unit = lens.scale(pose.z) * look.size
    foot = lens.project(pose.x, 0, pose.z)
    patch = Patch(foot[0] - 0.62 * unit, foot[1] - 1.86 * unit, foot[0] + 0.62 * unit, foot[1] + 0.3 * unit)
    body = _Body(lens, look, pose, patch, unit)
    far, near = (-1, 1) if math.sin(pose.yaw) > 0 else (1, -1)
    body.leg(far)
    body.leg(near)
    body.arm(far)
    vest = body.torso()
    body.arm(near)
    helmet = body.head()
    shade = 1 + np.float32(0.22 / unit) * (patch.xs - np.float32(foot[0]))
    patch.luma *= shade
    patch.finish()
    return Figure(patch, helmet, vest)


class _Body:
    """One worker while being painted: joints are (forward, right, up) in metres of a 1.75 m person."""

    __slots__ = ("forward", "hip", "knees", "lens", "look", "patch", "pose", "right", "unit")

    def __init__(self, lens: Lens, look: Look, pose: Pose, patch: Patch, unit: float) -> None:
        self.lens, self.look, self.pose, self.patch, self.unit = lens, look, pose, patch, unit
        self.forward = (math.sin(pose.yaw), math.cos(pose.yaw))
        self.right = (math.cos(pose.yaw), -math.sin(pose.yaw))
        self.knees = {side: self._swing(side) for side in (-1, 1)}
        self.hip = 0.07 + max(0.43 * (math.cos(a) + math.cos(a - bend)) for a, bend in self.knees.values())

    def _swing(self, side: int) -> tuple[float, float]:
        phase = self.pose.phase + (math.pi if side > 0 else 0)
        return (
            0.48 * self.pose.stride * math.sin(phase),
            0.85 * self.pose.stride * max(0.0, math.cos(phase)) + 0.04,
        )

    def at(self, forward: float, right: float, up: float) -> Point:
        size = self.look.size
        x = self.pose.x + size * (self.forward[0] * forward + self.right[0] * right)
        z = self.pose.z + size * (self.forward[1] * forward + self.right[1] * right)
        return self.lens.project(x, size * up, z)

    def limb(self, a: Point, b: Point, radius_m: tuple[float, float], colour: Ink) -> Cover | None:
        radius = (radius_m[0] * self.unit, radius_m[1] * self.unit)
        return capsule(self.patch, a, b, radius, colour)

    def leg(self, side: int) -> None:
        swing, bend = self.knees[side]
        near = side * math.sin(self.pose.yaw) > 0
        colour = ink(*self.look.trousers).lit(1.0 if near else 0.78)
        across = side * 0.095
        knee = (0.43 * math.sin(swing), self.hip - 0.43 * math.cos(swing))
        ankle = (knee[0] + 0.43 * math.sin(swing - bend), knee[1] - 0.43 * math.cos(swing - bend))
        joint = self.at(knee[0], across, knee[1])
        heel = self.at(ankle[0], across, ankle[1])
        lift = 0.5 * max(0.0, bend - swing)
        toe = self.at(ankle[0] + 0.15, across * 1.15, ankle[1] - 0.02 - 0.1 * lift)
        self.limb(heel, toe, (0.062, 0.05), ink(46, 40, 36))
        self.limb(joint, heel, (0.075, 0.055), colour)
        self.limb(self.at(0, across, self.hip), joint, (0.1, 0.078), colour)

    def arm(self, side: int) -> None:
        swing = -0.55 * self.pose.stride * math.sin(self.pose.phase + (math.pi if side > 0 else 0))
        swing += 0.35 * self.pose.work
        bend = 0.2 + 0.25 * self.pose.stride + 1.15 * self.pose.work
        near = side * math.sin(self.pose.yaw) > 0
        colour = ink(*self.look.top).lit(0.94 if near else 0.74)
        up = self.hip + 0.52
        across = side * 0.215
        elbow = (0.28 * math.sin(swing), up - 0.28 * math.cos(swing))
        wrist = (elbow[0] + 0.27 * math.sin(swing + bend), elbow[1] - 0.27 * math.cos(swing + bend))
        shoulder = self.at(0, across, up)
        middle = self.at(elbow[0], side * 0.235, elbow[1])
        hand = self.at(wrist[0], side * (0.22 - 0.1 * self.pose.work), wrist[1])
        self.limb(middle, hand, (0.052, 0.04), colour)
        self.limb(hand, hand, (0.044, 0.044), ink(*self.look.skin))
        self.limb(shoulder, middle, (0.064, 0.054), colour)

    def torso(self) -> tuple[Cover, ...]:
        wide = abs(self.right[0])
        unit = self.unit
        shoulder_y, hip_y = self.at(0, 0, self.hip + 0.58)[1], self.at(0, 0, self.hip - 0.08)[1]
        x = self.at(0.01, 0, self.hip + 0.3)[0]
        top, mid, low = (0.07 + 0.07 * wide) * unit, (0.125 + 0.1 * wide) * unit, (0.115 + 0.065 * wide) * unit
        bevel = shoulder_y + 0.09 * unit
        colour = ink(*(self.look.vest or self.look.top))
        outline = (
            (x - top, shoulder_y), (x + top, shoulder_y), (x + mid, bevel),
            (x + low, hip_y), (x - low, hip_y), (x - mid, bevel),
        )  # fmt: skip
        cover = polygon(self.patch, outline, colour)
        if self.look.vest is None or cover is None:
            return ()
        stripe = ink(216, 218, 212)
        for up in (0.1, 0.26):
            y = self.at(0, 0, self.hip + up)[1]
            half = low + (mid - low) * (up + 0.08) / 0.57 - 0.03 * unit
            self.limb((x - half, y), (x + half, y), (0.026, 0.026), stripe)
        if wide > _BROADSIDE:
            for side in (-1, 1):
                upper, lower = self.at(0, side * 0.11, self.hip + 0.53), self.at(0, side * 0.11, self.hip + 0.3)
                self.limb(upper, lower, (0.022, 0.022), stripe)
        return (cover,)

    def head(self) -> tuple[Cover, ...]:
        look, unit = self.look, self.unit
        x, y = self.at(0.03, 0, self.hip + 0.745)
        ahead = self.forward[0]
        away = self.forward[1]  # 1: seen from behind
        radius = 0.105
        skin = ink(*look.skin)
        self.limb(self.at(0, 0, self.hip + 0.56), (x, y), (0.06, 0.06), skin.lit(0.85))
        face = ((x, y - 0.02 * unit), (x + 0.008 * ahead * unit, y + 0.045 * unit))
        hair = ink(*look.hair)
        if look.headgear != "bald" or look.helmet is not None:
            back = (x - 0.03 * ahead * unit, y - 0.015 * unit)
            self.limb(back, (back[0], back[1] + 0.04 * unit), (radius * 1.06, radius * 0.92), hair)
        if away < _FROM_BEHIND:
            shift = 0.035 * ahead * unit
            self.limb(
                (face[0][0] + shift, face[0][1] + 0.018 * unit), (face[1][0] + shift, face[1][1]),
                (radius * 0.88, radius * 0.74), skin,
            )  # fmt: skip
        else:
            self.limb(face[0], face[1], (radius, radius * 0.86), skin if look.headgear == "bald" else hair)
        if look.helmet is not None:
            return self._helmet(x, y, ahead, away)
        if look.headgear == "cap":
            self._cap(x, y, ahead, away)
        elif look.headgear == "beanie":
            dome(self.patch, (x, y - 0.01 * unit), (0.116 * unit, 0.125 * unit), y - 0.012 * unit,
                 ink(*look.cap).lit(0.9))  # fmt: skip
        elif look.headgear == "bare" and away < _FROM_BEHIND:
            dome(self.patch, (x - 0.015 * ahead * unit, y - 0.01 * unit), (0.11 * unit, 0.118 * unit),
                 y - 0.045 * unit, hair)  # fmt: skip
        return ()

    def _helmet(self, x: float, y: float, ahead: float, away: float) -> tuple[Cover, ...]:
        unit = self.unit
        shell = ink(*(self.look.helmet or (0, 0, 0)))
        rim = y - 0.035 * unit
        reach = 0.03 * ahead * unit
        droop = -0.018 * away * unit
        brim = capsule(
            self.patch,
            (x - 0.1 * unit + reach * 1.6, rim + droop), (x + 0.1 * unit + reach * 1.6, rim + droop),
            (0.04 * unit, 0.04 * unit), shell.lit(0.8),
        )  # fmt: skip
        crown = dome(self.patch, (x, rim + 0.012 * unit), (0.138 * unit, 0.142 * unit), rim + 0.02 * unit, shell)
        ridge = capsule(
            self.patch, (x - 0.03 * unit, rim - 0.095 * unit), (x + 0.02 * unit, rim - 0.1 * unit),
            (0.022 * unit, 0.022 * unit), shell.lit(1.14),
        )  # fmt: skip
        return tuple(part for part in (brim, crown, ridge) if part is not None)

    def _cap(self, x: float, y: float, ahead: float, away: float) -> None:
        unit = self.unit
        cloth = ink(*self.look.cap)
        rim = y - 0.04 * unit
        if away < _FROM_BEHIND:
            out = x + 0.15 * ahead * unit
            self.limb((x + 0.05 * ahead * unit, rim), (out, rim + 0.025 * unit * (1 - away) / 2), (0.045, 0.03),
                      ink(*self.look.cap).lit(0.75))  # fmt: skip
        dome(self.patch, (x, rim + 0.01 * unit), (0.112 * unit, 0.092 * unit), rim + 0.012 * unit, cloth)


def paint_vehicle(kind: str, lens: Lens, z: float, heading: int, colour: RGB) -> Patch:
    """A "forklift" or "truck" seen from its side at the middle of the picture, going left (-1) or right (1)."""
    length, height = (3.4, 2.3) if kind == "forklift" else (6.4, 2.9)
    left, top = lens.project(-length / 2 - 0.3, height + 0.2, z)
    right, bottom = lens.project(length / 2 + 0.3, -0.15, z)
    patch = Patch(left, top, right, bottom)
    side = _Side(patch, lens, z, heading)
    (_forklift if kind == "forklift" else _truck)(side, ink(*colour))
    patch.finish()
    return patch


@dataclass(frozen=True, slots=True)
class _Side:
    """Paints in metres on the side of a vehicle, its front towards +x."""

    patch: Patch
    lens: Lens
    z: float
    heading: int

    def at(self, x: float, y: float) -> Point:
        return self.lens.project(x * self.heading, y, self.z)

    def area(self, colour: Ink, *points: Point) -> None:
        polygon(self.patch, tuple(self.at(*point) for point in points), colour)

    def bar(self, a: Point, b: Point, half_m: float, colour: Ink) -> None:
        radius = half_m * self.lens.scale(self.z)
        capsule(self.patch, self.at(*a), self.at(*b), (radius, radius), colour)

    def wheel(self, x: float, radius_m: float) -> None:
        self.bar((x, radius_m), (x, radius_m), radius_m, ink(28, 28, 30))
        self.bar((x, radius_m), (x, radius_m), radius_m * 0.5, ink(120, 122, 124))


_IRON: Final = ink(52, 54, 58)
_GLASS: Final = ink(70, 86, 98)


def _forklift(side: _Side, paint: Ink) -> None:
    side.bar((0.62, 0.1), (1.65, 0.1), 0.045, _IRON)
    side.area(ink(136, 106, 66), (0.75, 0.2), (1.6, 0.2), (1.6, 0.3), (0.75, 0.3))
    side.area(ink(158, 124, 80), (0.8, 0.3), (1.55, 0.3), (1.55, 0.95), (0.8, 0.95))
    side.area(_GLASS, (-0.75, 0.95), (0.35, 0.95), (0.12, 2.05), (-0.65, 2.05))
    side.area(paint.lit(1.15), (-1.35, 0.92), (-0.6, 0.98), (-0.6, 1.12), (-1.2, 1.12))
    side.area(paint, (-1.4, 0.3), (0.5, 0.3), (0.45, 0.95), (-1.35, 0.98))
    side.area(_IRON, (-1.45, 0.3), (-0.95, 0.3), (-0.95, 0.85), (-1.4, 0.85))
    side.area(_DARK_STRIPE, (-0.9, 0.42), (0.3, 0.42), (0.3, 0.5), (-0.9, 0.5))
    for a, b in (((-0.7, 0.98), (-0.62, 2.1)), ((0.38, 0.95), (0.12, 2.1)), ((-0.7, 2.1), (0.2, 2.1))):
        side.bar(a, b, 0.045, _IRON)
    side.bar((0.6, 0.15), (0.6, 2.2), 0.06, _IRON)
    side.bar((0.72, 0.15), (0.72, 1.9), 0.04, _IRON.lit(1.5))
    side.bar((-0.25, 2.18), (-0.25, 2.2), 0.06, ink(236, 132, 36))
    side.wheel(-0.95, 0.26)
    side.wheel(0.28, 0.32)


_DARK_STRIPE: Final = ink(40, 40, 40)


def _truck(side: _Side, paint: Ink) -> None:
    side.area(_IRON, (-3.1, 0.45), (3.0, 0.45), (3.0, 0.7), (-3.1, 0.7))
    side.area(ink(208, 208, 204), (-3.15, 0.68), (1.35, 0.68), (1.35, 2.75), (-3.15, 2.75))
    side.area(ink(222, 222, 218), (-3.15, 2.75), (1.35, 2.75), (1.3, 2.88), (-3.1, 2.88))
    side.area(paint.lit(0.9), (-3.15, 1.35), (1.35, 1.35), (1.35, 1.75), (-3.15, 1.75))
    for n in range(9):
        side.bar((-2.9 + n * 0.5, 0.75), (-2.9 + n * 0.5, 2.7), 0.012, ink(172, 172, 168))
    side.area(paint, (1.5, 0.45), (3.1, 0.45), (3.12, 1.35), (2.75, 2.35), (1.5, 2.35))
    side.area(_GLASS, (2.05, 1.4), (2.98, 1.4), (2.66, 2.2), (2.05, 2.2))
    side.bar((3.06, 0.75), (3.1, 0.75), 0.07, ink(236, 230, 190))
    for x in (-2.3, -1.45, 2.3):
        side.wheel(x, 0.46)
