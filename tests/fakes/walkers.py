"""Scripted tracks with known metres and times: people and vehicles on the ground of a calibrated camera."""

import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from controller.core.ppe import PixelScale
from controller.core.records import Detection, GroundPoint, Occurrence, Rule, TrackedBox
from controller.core.rules import RuleEngine, Scene
from controller.core.tracking import Observation
from shared.geometry import Box, Point, Polygon
from shared.ids import CameraId

CAM = CameraId("gate.front")
RATES = (1, 3, 5, 15)
ASPECT = 16 / 9
SCALE = PixelScale(720, 640)

_CAMERA = np.array([[0.05, 0.03, 0.5], [0.0, -0.01, 0.95], [0.0, 0.06, 1.0]])
"""Metres to picture: it looks north over a yard, and its own foot is at (0, 0)."""


def seen_at(east: float, north: float) -> Point:
    """Where the camera sees a spot of the ground."""
    x, y, depth = _CAMERA @ np.array([east, north, 1.0])
    return float(x / depth), float(y / depth)


def spot(east: float, north: float) -> GroundPoint:
    return (*seen_at(east, north), east, north)


GROUND = (spot(-4, 2), spot(4, 2), spot(6, 14), spot(-6, 14))


def area(*corners: Point) -> Polygon:
    """A zone or line on the ground, as the camera sees it."""
    return tuple(seen_at(*corner) for corner in corners)


Way = Callable[[int], Point | None]
"""Where someone is (east, north) at a time in ms; None while not in sight."""


@dataclass(frozen=True)
class Walker:
    """Someone on a way, as the tracker tells of them."""

    at: Way
    track: int = 1
    class_name: str = "person"
    width_m: float = 0.6
    height_m: float = 1.7
    confidence: float = 0.9
    confirmed: bool = True
    tremble: float = 0.0  # of the box's height, one sigma

    def seen(self, t: int) -> Observation | None:
        place = self.at(t)
        return None if place is None else self.standing(place, t)

    def standing(self, place: Point, t: int) -> Observation:
        east, north = place
        (left, y), (right, _) = seen_at(east - self.width_m / 2, north), seen_at(east + self.width_m / 2, north)
        height = self.height_m * (right - left) / self.width_m * ASPECT
        noise = random.Random(hash((self.track, t)))
        dx, dy = (noise.gauss(0, self.tremble * height) for _ in range(2))
        box = Box(left + dx, y - height, right + dx, y + dy)
        return Observation(TrackedBox(self.track, self.class_name, self.confidence, box), self.confirmed, 0)


def straight(start: Point, end: Point, from_ms: int, to_ms: int, waits_ms: int = 0) -> Way:
    """From `start` to `end` between two times at an even pace; waits at both, and is out of sight before and after."""

    def at(t: int) -> Point | None:
        if not from_ms - waits_ms <= t <= to_ms + waits_ms:
            return None
        share = min(1.0, max(0.0, (t - from_ms) / max(1, to_ms - from_ms)))
        return start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])

    return at


def still(place: Point, from_ms: int = 0, to_ms: int = 10**12) -> Way:
    return straight(place, place, from_ms, to_ms)


def times(fps: float, seconds: float, seed: int | None = None) -> list[int]:
    """Judged times; with a seed they are uneven, as a busy worker's are."""
    step = 1000 / fps
    noise = random.Random(seed)
    jitter = 0.0 if seed is None else 0.4
    return [round(i * step + noise.uniform(-jitter, jitter) * step / 2) for i in range(1, int(seconds * fps) + 1)]


def engine(*rules: Rule, classes: Sequence[str] = ("person", "truck", "helmet")) -> RuleEngine:
    ids = itertools.count(1)
    return RuleEngine(CAM, rules, classes, lambda: f"o{next(ids)}")


def scenes(walkers: Sequence[Walker], at_ms: Sequence[int]) -> Iterator[Scene]:
    for t in at_ms:
        tracks = tuple(one for walker in walkers if (one := walker.seen(t)) is not None)
        items = tuple(Detection(o.box.class_name, o.box.confidence, o.box.box) for o in tracks)
        yield Scene(t, tracks, items, SCALE, aspect=ASPECT)


def play(rule: Rule, walkers: Sequence[Walker], at_ms: Sequence[int], *, finish: bool = True) -> tuple[Occurrence, ...]:
    """What a rule said to it in the end, in the order of raising."""
    machine = engine(rule)
    known: dict[str, Occurrence] = {}
    for scene in scenes(walkers, at_ms):
        known |= {o.id: o for o in machine.step(scene)}
    if finish:
        known |= {o.id: o for o in machine.finish()}
    return tuple(known.values())


def number(occurrence: Occurrence, name: str) -> float:
    return dict(occurrence.numbers)[name]
