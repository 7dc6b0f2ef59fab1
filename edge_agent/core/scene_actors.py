"""Who is in a rendered scene, where and when: visits derived from the seed, a pure function of time."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from edge_agent.core.scene_figures import CLOTHES, Look, Pose, make_look
from edge_agent.core.scene_layout import NAMES, RGB, Dice, Layout

_GAIT_M: Final = 1.45  # a full step cycle
_EASE_S: Final = 0.25
_VEHICLES: Final[tuple[RGB, ...]] = ((226, 150, 36), (204, 70, 44), (60, 110, 160), (86, 140, 70))
_IDS_PER_CYCLE: Final = 16


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody or something at one moment; a worker has a look and a pose, a vehicle neither."""

    id: int
    kind: str  # "worker" | "forklift" | "truck"
    x: float
    z: float
    heading: int = 1
    colour: RGB = (0, 0, 0)
    look: Look | None = None
    pose: Pose | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a visitor is at a time; between two marks at the same place it stands, facing `yaw`."""

    at_s: float
    x: float
    z: float
    yaw: float = math.pi
    work: float = 0.0


@dataclass(frozen=True, slots=True)
class Visit:
    """One stay in the picture, from the first mark to the last."""

    id: int
    kind: str
    marks: tuple[Mark, ...]
    look: Look | None = None
    colour: RGB = (0, 0, 0)

    def actor(self, t_s: float) -> Actor | None:
        """The visitor at a time; None before and after the stay."""
        marks = self.marks
        if not marks[0].at_s <= t_s < marks[-1].at_s:
            return None
        n = bisect_right(marks, t_s, key=lambda mark: mark.at_s) - 1
        a, b = marks[n], marks[n + 1]
        share = (t_s - a.at_s) / (b.at_s - a.at_s)
        x, z = a.x + (b.x - a.x) * share, a.z + (b.z - a.z) * share
        if self.look is None:
            return Actor(self.id, self.kind, x, z, 1 if b.x >= a.x else -1, self.colour)
        moving = math.hypot(b.x - a.x, b.z - a.z) > 0
        since, left = t_s - a.at_s, b.at_s - t_s
        ease = min(1.0, since / _EASE_S)
        before = _yaw(marks[n - 1], a) if n else _yaw(a, b)
        yaw = _turn(before, _yaw(a, b), ease)
        walked = sum(math.hypot(q.x - p.x, q.z - p.z) for p, q in pairwise(marks[: n + 1])) + share * math.hypot(
            b.x - a.x, b.z - a.z
        )
        pose = Pose(
            x=x,
            z=z,
            yaw=yaw,
            phase=walked * 2 * math.pi / _GAIT_M,
            stride=min(ease, left / _EASE_S, 1.0) if moving else 0.0,
            work=0.0 if moving else a.work * min(ease, left / _EASE_S, 1.0),
        )
        return Actor(self.id, "worker", x, z, look=self.look, pose=pose)


def _yaw(a: Mark, b: Mark) -> float:
    if a.x == b.x and a.z == b.z:
        return a.yaw
    return math.atan2(b.x - a.x, b.z - a.z)


def _turn(old: float, new: float, share: float) -> float:
    return old + math.remainder(new - old, 2 * math.pi) * share


class Schedule:
    """The visits of a place, cycle after cycle; nothing is there before time 0."""

    def __init__(self, layout: Layout, seed: int) -> None:
        self._layout = layout
        self._seed = seed
        dice = Dice(seed, NAMES.index(layout.name), 1)
        low, high = (29.0, 35.0) if layout.name == "yard" else (57.0, 63.0)
        self._period_s = dice.pick(low, high)
        self._entry_s = dice.pick(4.6, 6.2)
        self._visits = lru_cache(maxsize=4)(self._plan)

    def actors(self, t_ms: int) -> tuple[Actor, ...]:
        """Everybody in or near the picture at a scene time, in no order."""
        cycle = int(t_ms / 1000 // self._period_s)
        found: list[Actor] = []
        for n in (cycle - 1, cycle, cycle + 1):
            if n < 0:
                continue
            for visit in self._visits(n):
                actor = visit.actor(t_ms / 1000)
                if actor is not None:
                    found.append(actor)
        return tuple(found)

    def _plan(self, cycle: int) -> tuple[Visit, ...]:
        dice = Dice(self._seed, NAMES.index(self._layout.name), 2, cycle)
        start_s = cycle * self._period_s
        jitter = 0.0 if cycle == 0 else dice.pick(-1.9, 1.9)
        plan = _Plan(self._layout, dice, cycle * _IDS_PER_CYCLE, [])
        entry_s = start_s + self._entry_s + jitter
        if self._layout.name == "yard":
            plan.yard(entry_s)
        else:
            plan.gate(start_s, entry_s + 4)
        return tuple(plan.visits)


@dataclass(frozen=True, slots=True)
class _Plan:
    """The visits of one cycle while they are drawn up."""

    layout: Layout
    dice: Dice
    first_id: int
    visits: list[Visit]

    def yard(self, entry_s: float) -> None:
        first = self.first_id == 0
        self.enter_zone(entry_s, helmet=False, vest=self.dice.chance(0.5), stay_s=self.dice.pick(6.6, 9.4))
        self.pass_by(entry_s + self.dice.pick(-4, 1), self.layout.walk_lane_z)
        if self.dice.chance(0.6):
            self.stand_by(entry_s + self.dice.pick(-4, 0))
        if self.dice.chance(0.6):
            self.drive("forklift", entry_s + self.dice.pick(-2, 4), 2.3)
        if not first and self.dice.chance(0.4):
            self.pass_by(entry_s + self.dice.pick(9.5, 10.5), self.dice.pick(6.95, 7.3))

    def gate(self, start_s: float, entry_s: float) -> None:
        self.enter_zone(entry_s, helmet=False, vest=self.dice.chance(0.7), stay_s=self.dice.pick(6.6, 9.4))
        self.drive("truck", start_s + self.dice.pick(2, 40), 3.0)
        if self.dice.chance(0.5):
            self.drive("forklift", start_s + self.dice.pick(16, 36), 2.3)
        for n in range(3):
            self.pass_by(start_s + n * 18 + self.dice.pick(0, 6), self.layout.walk_lane_z, helmet=True)
        if self.dice.chance(0.7):
            self.stand_by(start_s + self.dice.pick(4, 20), helmet=True)
        for after_s in (18.0, 36.0):
            if self.dice.chance(0.7):
                stay_s = self.dice.pick(4, 8)
                self.enter_zone(entry_s + after_s + self.dice.pick(0, 3), helmet=True, vest=True, stay_s=stay_s)

    def add(self, kind: str, marks: list[Mark], look: Look | None = None, colour: RGB = (0, 0, 0)) -> None:
        self.visits.append(Visit(self.first_id + len(self.visits), kind, tuple(marks), look, colour))

    def edge_x(self, z: float, beyond_m: float = 0.7) -> float:
        """How far from the middle somebody at `z` is out of the picture."""
        return self.layout.lens.centre_x_px / self.layout.lens.scale(z) + beyond_m

    def walk(self, marks: list[Mark], x: float, z: float, speed: float, yaw: float = math.pi, work: float = 0) -> None:
        """Add the mark reached by walking on at a speed."""
        last = marks[-1]
        marks.append(Mark(last.at_s + math.hypot(x - last.x, z - last.z) / speed, x, z, yaw, work))

    def hold(self, marks: list[Mark], for_s: float) -> None:
        """Stay at the last mark for a while."""
        last = marks[-1]
        marks.append(Mark(last.at_s + for_s, last.x, last.z, last.yaw, last.work))

    def enter_zone(self, entry_s: float, *, helmet: bool, vest: bool, stay_s: float) -> None:
        """Walk into the danger zone, crossing its border at `entry_s`, and out again after `stay_s`."""
        zone, side = self.layout.zone, self.layout.entry_side
        border = zone.x2 if side > 0 else zone.x1
        speed = self.dice.pick(1.3, 1.5)
        z_in, z_out = self.dice.pick(9.9, 10.3), self.dice.pick(9.6, 10.4)
        away = side * self.edge_x(z_in)
        marks = [Mark(entry_s - abs(away - border) / speed, away, z_in)]
        self.walk(marks, border, z_in, speed)
        facing = self.dice.pick(-0.5, 0.5) if self.dice.chance(0.6) else math.pi + self.dice.pick(-0.9, 0.9)
        spot = border - side * self.dice.pick(1.2, 1.6), self.dice.pick(9.6, 10.6)
        self.walk(marks, *spot, speed, facing, self.dice.pick(0.4, 1.0))
        inside_s, back_s = marks[-1].at_s - entry_s, math.hypot(spot[0] - border, spot[1] - z_out) / speed
        self.hold(marks, max(0.5, stay_s - inside_s - back_s))
        self.walk(marks, border, z_out, speed)
        self.walk(marks, side * self.edge_x(z_out), z_out, speed)
        self.add("worker", marks, make_look(self.dice, helmet=helmet, vest=vest))

    def pass_by(self, start_s: float, z: float, *, helmet: bool | None = None) -> None:
        """Walk through the picture, sometimes stopping on the way."""
        side = 1 if self.dice.chance(0.5) else -1
        speed = self.dice.pick(1.25, 1.55)
        marks = [Mark(start_s, side * self.edge_x(z), z)]
        if self.dice.chance(0.3):
            self.walk(
                marks, side * self.dice.pick(1, 4), z, speed, math.pi + self.dice.pick(-1, 1), self.dice.pick(0, 1)
            )
            self.hold(marks, self.dice.pick(1, 3))
        self.walk(marks, -side * self.edge_x(z), z, speed)
        worn = self.dice.chance(0.8) if helmet is None else helmet
        self.add("worker", marks, make_look(self.dice, helmet=worn, vest=self.dice.chance(0.75)))

    def stand_by(self, start_s: float, *, helmet: bool | None = None) -> None:
        """Come to the barrier beside the zone, stand there and leave."""
        zone, side = self.layout.zone, -self.layout.entry_side
        speed = self.dice.pick(1.2, 1.4)
        z = self.dice.pick(10.1, 10.3)
        marks = [Mark(start_s, side * self.edge_x(z), z)]
        spot = (zone.x2 if side > 0 else zone.x1) + side * self.dice.pick(1.7, 2.6)
        self.walk(marks, spot, z, speed, math.pi + self.dice.pick(-1.2, 1.2), self.dice.pick(0, 1))
        self.hold(marks, self.dice.pick(8, 12))
        self.walk(marks, side * self.edge_x(z), z, speed)
        worn = self.dice.chance(0.8) if helmet is None else helmet
        self.add("worker", marks, make_look(self.dice, helmet=worn, vest=self.dice.chance(0.75)))

    def drive(self, kind: str, start_s: float, speed: float) -> None:
        """Drive through the picture."""
        z = self.layout.drive_lane_z
        side = 1 if self.dice.chance(0.5) else -1
        marks = [Mark(start_s, side * self.edge_x(z, 3.6), z)]
        if self.dice.chance(0.4):
            self.walk(marks, side * self.dice.pick(-2, 4), z, speed)
            self.hold(marks, self.dice.pick(1.5, 4))
        heading = Mark(marks[-1].at_s, -side * self.edge_x(z, 3.6), z)
        self.walk(marks, heading.x, heading.z, speed)
        colour = self.dice.one(_VEHICLES) if kind == "forklift" else CLOTHES[5]
        self.add(kind, marks, colour=colour)
