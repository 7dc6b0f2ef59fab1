"""Where things stand in a rendered scene: the camera, the yard or gate, its occluders and its danger zone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from edge_agent.core.scene_draw import Point
from shared.source_url import SCENE_NAMES

NAMES: Final = SCENE_NAMES
REFERENCE_HEIGHT_PX: Final = 720
RGB = tuple[int, int, int]


class Dice:
    """Draws from a seed: the same key gives the same draws."""

    def __init__(self, *key: int) -> None:
        self.rng = np.random.default_rng(key)

    def pick(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))

    def chance(self, of: float) -> bool:
        return bool(self.rng.random() < of)

    def one(self, of: tuple[RGB, ...]) -> RGB:
        return of[int(self.rng.integers(len(of)))]

    def some(self, low: int, high: int) -> int:
        """A whole number, `high` included."""
        return int(self.rng.integers(low, high + 1))


@dataclass(frozen=True, slots=True)
class Lens:
    """A level pinhole with its horizon shifted up: metres (x right, y up, z away) to pixels."""

    focal_px: float
    centre_x_px: float
    horizon_px: float
    camera_height_m: float

    def scale(self, z: float) -> float:
        """Pixels per metre at the distance `z`."""
        return self.focal_px / z

    def project(self, x: float, y: float, z: float) -> Point:
        """The picture point of a point in the world."""
        scale = self.focal_px / z
        return self.centre_x_px + x * scale, self.horizon_px + (self.camera_height_m - y) * scale


@dataclass(frozen=True, slots=True)
class Thing:
    """A static object: its kind, footprint in metres, height and main colour."""

    kind: str  # "container" | "crate" | "barrier" | "drum" | "cone" | "machine" | "booth"
    x1: float
    x2: float
    z1: float
    z2: float
    height: float
    colour: RGB


@dataclass(frozen=True, slots=True)
class Zone:
    """The danger zone as a rectangle on the floor, in metres."""

    x1: float
    x2: float
    z1: float
    z2: float

    @property
    def corners(self) -> tuple[Point, ...]:
        """Its corners (x, z), far left first."""
        return (self.x1, self.z2), (self.x2, self.z2), (self.x2, self.z1), (self.x1, self.z1)


@dataclass(frozen=True, slots=True)
class Layout:
    """All that a seed decides about the place."""

    name: str
    lens: Lens
    zone: Zone
    things: tuple[Thing, ...]  # far to near
    wall_z: float
    wall_height: float
    wall_colour: RGB
    ground_colour: RGB
    entry_side: int  # -1: people come into the zone from the left; 1: from the right
    walk_lane_z: float
    drive_lane_z: float
    sun: Point  # shadow of a metre of height on the floor, in metres (x, z)
    rain: float  # 0: this place stays dry .. 1: showers


_CONTAINERS = ((58, 92, 132), (142, 62, 48), (62, 104, 82), (150, 118, 62), (98, 102, 110), (120, 52, 70))
_WALLS = ((150, 152, 150), (126, 136, 146), (158, 148, 132), (112, 120, 116), (170, 168, 160))
_GROUNDS = ((128, 126, 120), (114, 116, 118), (140, 134, 122), (104, 106, 106))
_DRUMS = ((40, 80, 150), (190, 100, 40), (70, 76, 84), (60, 120, 80))
_ROW_ENDS_M = 11.0


def make_layout(name: str, seed: int, width_px: int, height_px: int) -> Layout:
    """The place that a name and a seed mean, seen by a camera of this picture size."""
    dice = Dice(seed, NAMES.index(name))
    unit = height_px / REFERENCE_HEIGHT_PX
    pick = dice.pick
    lens = Lens(pick(960, 1080) * unit, width_px / 2, pick(44, 84) * unit, pick(3.7, 4.3))
    entry = 1 if dice.chance(0.5) else -1
    wall_z = pick(18.0, 19.2)
    middle = pick(-0.9, 0.9) - entry * 0.8
    zone = Zone(middle - pick(1.7, 2.2), middle + pick(1.7, 2.2), pick(8.2, 8.7), pick(11.4, 12.2))
    back = _containers(dice, wall_z) if name == "yard" else [_thing("booth", -entry * 7.1, wall_z - 2.6, (2.2, 2, 2.7))]
    things = back + _around(dice, zone, middle, -entry)
    return Layout(
        name=name,
        lens=lens,
        zone=zone,
        things=tuple(sorted(things, key=lambda thing: -thing.z1)),
        wall_z=wall_z,
        wall_height=pick(4.0, 5.4),
        wall_colour=dice.one(_WALLS),
        ground_colour=dice.one(_GROUNDS),
        entry_side=entry,
        walk_lane_z=pick(13.7, 14.2),
        drive_lane_z=pick(15.0, 15.6),
        sun=(pick(-0.75, 0.75), pick(0.05, 0.45)),
        rain=pick(0.4, 1.0) if dice.chance(0.5) else 0.0,
    )


def _thing(kind: str, x: float, z: float, size: tuple[float, float, float], colour: RGB = (196, 196, 188)) -> Thing:
    """Something of a size (across, deep, tall) with its front's middle at a place."""
    return Thing(kind, x - size[0] / 2, x + size[0] / 2, z, z + size[1], size[2], colour)


def _containers(dice: Dice, wall_z: float) -> list[Thing]:
    """The row in front of the wall, with gaps."""
    row: list[Thing] = []
    x = -_ROW_ENDS_M
    while x < _ROW_ENDS_M:
        length = 6.0 if dice.chance(0.6) else 3.0
        if dice.chance(0.72):
            row.append(_thing("container", x + length / 2, wall_z - 1.9, (length, 1.7, 2.6), dice.one(_CONTAINERS)))
        x += length + dice.pick(0.3, 1.4)
    return row


def _around(dice: Dice, zone: Zone, middle: float, side: int) -> list[Thing]:
    """What stands at the danger zone, most of it on the side from which nobody enters."""
    pick = dice.pick
    border = zone.x2 if side > 0 else zone.x1
    size = (pick(1.2, 1.9), 0.8, pick(1.0, 1.4))
    things = [
        _thing("machine", middle + pick(-0.4, 0.4), zone.z2 + 0.25, size, (186, 150, 40)),
        _thing("barrier", border + side * pick(2.0, 2.6), pick(8.8, 9.6), (2.6, 0.45, 0.85), (168, 166, 160)),
    ]
    for _ in range(dice.some(1, 3)):
        size = (pick(0.9, 1.4), 0.9, pick(0.7, 1.3))
        things.append(_thing("crate", border + side * pick(1.6, 4.0), pick(10.4, 12.6), size, (134, 104, 66)))
    things += [
        _thing("drum", side * (4.3 + 0.85 * n + pick(0, 0.2)), pick(13.0, 13.4), (0.6, 0.6, 0.9), dice.one(_DRUMS))
        for n in range(dice.some(1, 3))
    ]
    things += [_thing("cone", x, z, (0.36, 0.36, 0.62), (214, 92, 34)) for x, z in zone.corners if dice.chance(0.7)]
    if dice.chance(0.7):
        size = (1.3, 0.9, pick(0.7, 1.0))
        things.append(_thing("crate", side * pick(3.2, 3.8), pick(6.3, 6.7), size, (120, 96, 66)))
    return things
