"""Ways of the foot point: over a directed line, into a zone, out of it. Counted once, however it trembles."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Protocol

from controller.core.records import Occurrence, Rule
from controller.core.rules.scene import Frame
from controller.core.rules.situation import Situation
from controller.core.tracking import Observation
from controller.core.zones import inside_share, margin
from shared.geometry import Box, Point, Polygon

_LINE_MARGIN_OF_HEIGHT = 0.08
_LEAST_LINE_MARGIN = 0.005


class Border(Protocol):
    """Something that a track can cross."""

    def look(self, seen: Observation, before: Box | None, frame: Frame) -> bool:
        """Whether the track crossed it on its way from where it was seen before."""
        ...

    def inherit(self, track: int, parent: int) -> None:
        """A broken track goes on as another."""
        ...

    def keep(self, frame: Frame) -> None:
        """Forget whom the memory forgot."""
        ...

    def forget(self) -> None: ...


def crossings(line: Polygon, start: Point, end: Point) -> int:
    """How often the straight way from `start` to `end` crosses a polyline, net: left to right counts up.

    Left and right as seen when looking along the line, in a picture whose y grows downwards.
    """
    net = 0
    (x, y), (far_x, far_y) = sorted((start, end))  # in one order: there and back cross the same pieces
    dx, dy = far_x - x, far_y - y
    for (ax, ay), (bx, by) in pairwise(line):
        before = (bx - ax) * (start[1] - ay) - (by - ay) * (start[0] - ax) > 0
        after = (bx - ax) * (end[1] - ay) - (by - ay) * (end[0] - ax) > 0
        if before == after:
            continue
        first = dx * (ay - y) - dy * (ax - x) > 0
        last = dx * (by - y) - dy * (bx - x) > 0
        if first != last:
            net += 1 if after else -1
    return net


def line_distance(line: Polygon, point: Point) -> float:
    """How far the nearest point of a polyline is, in picture units."""
    best = float("inf")
    for (ax, ay), (bx, by) in pairwise(line):
        dx, dy = bx - ax, by - ay
        length2 = dx * dx + dy * dy
        along = 0.0 if length2 == 0 else max(0.0, min(1.0, ((point[0] - ax) * dx + (point[1] - ay) * dy) / length2))
        best = min(best, ((point[0] - ax - along * dx) ** 2 + (point[1] - ay - along * dy) ** 2) ** 0.5)
    return best


@dataclass(slots=True)
class Line:
    """A directed line. A crossing counts once the foot is clear of the line on the other side."""

    rule: Rule
    _net: dict[int, int] = field(default_factory=dict)

    def look(self, seen: Observation, before: Box | None, frame: Frame) -> bool:  # noqa: ARG002 - as every border
        line, track, box = self.rule.line, seen.box.track_id, seen.box.box
        if line is None or before is None:
            return False
        net = self._net.get(track, 0) + crossings(line, before.foot, box.foot)
        self._net[track] = net
        if net == 0:
            return False
        clear = max(_LEAST_LINE_MARGIN, _LINE_MARGIN_OF_HEIGHT * (box.y2 - box.y1))
        if line_distance(line, box.foot) < clear:
            return False
        self._net[track] = 0
        return {"left_to_right": net > 0, "right_to_left": net < 0, "both": True}[self.rule.direction]

    def inherit(self, track: int, parent: int) -> None:
        if parent in self._net:
            self._net[track] = self._net.pop(parent)

    def keep(self, frame: Frame) -> None:
        self._net = {track: net for track, net in self._net.items() if frame.memory.knows(track)}

    def forget(self) -> None:
        self._net.clear()


@dataclass(slots=True)
class Edge:
    """A zone's edge: in counts at once, out once the foot is clear of the edge. Who was never seen out never came in.

    Who runs through between two frames came in and went out.
    """

    rule: Rule
    _inside: dict[int, bool] = field(default_factory=dict)

    def look(self, seen: Observation, before: Box | None, frame: Frame) -> bool:
        zone, track = self.rule.zone, seen.box.track_id
        if zone is None:
            return False
        was = self._inside.get(track)
        inside = frame.contains(zone, seen)
        if not inside and was:
            inside = frame.edge_distance(zone, seen) <= margin(seen.box.box)
        self._inside[track] = inside
        if was is None or before is None:
            return False
        if inside != was:
            return inside == (self.rule.kind == "zone_entry")
        return not inside and inside_share(zone, before.foot, seen.box.box.foot) > margin(seen.box.box)

    def inherit(self, track: int, parent: int) -> None:
        if parent in self._inside:
            self._inside[track] = self._inside.pop(parent)

    def keep(self, frame: Frame) -> None:
        self._inside = {track: inside for track, inside in self._inside.items() if frame.memory.knows(track)}

    def forget(self) -> None:
        self._inside.clear()


@dataclass(slots=True)
class Crossed:
    """One rule about crossings; those less than two seconds apart are one occurrence, with their count."""

    rule: Rule
    situation: Situation
    border: Border
    _before: dict[int, Box] = field(default_factory=dict)
    _pending: dict[int, list[int]] = field(default_factory=dict)  # times; of tracks that are not believed yet
    _count: int = 0

    @property
    def occurrence(self) -> Occurrence | None:
        return self.situation.occurrence

    def violates(self, track: int) -> bool:
        return self.situation.occurrence is not None and track in self.situation.occurrence.track_ids

    def finish(self) -> list[Occurrence]:
        self._before.clear()
        self._pending.clear()
        self.border.forget()
        return self.situation.end()

    def step(self, frame: Frame) -> list[Occurrence]:
        changed = self.situation.clear(frame.now_ms)
        for seen in frame.of_classes(self.rule.classes):
            track = seen.box.track_id
            parent = frame.memory.parent(track)
            if track not in self._before and parent in self._before and parent is not None:
                self._before[track] = self._before.pop(parent)
                self.border.inherit(track, parent)
            if self.border.look(seen, self._before.get(track), frame):
                self._pending.setdefault(track, []).append(frame.now_ms)
            self._before[track] = seen.box.box
            if track in self._pending and seen.confirmed and frame.sure(seen, self.rule):
                changed += self._raise(seen, self._pending.pop(track), frame.now_ms)
        self._before = {track: at for track, at in self._before.items() if frame.memory.knows(track)}
        self._pending = {track: at for track, at in self._pending.items() if frame.memory.knows(track)}
        self.border.keep(frame)
        return _last_of_each(changed)

    def _raise(self, seen: Observation, passed_ms: Sequence[int], now: int) -> list[Occurrence]:
        situation = self.situation
        situation.true_ms = now
        fresh = situation.occurrence is None
        self._count = len(passed_ms) + (0 if fresh else self._count)
        situation.numbers.note([("count", self._count)])
        tracks, confidence = (seen.box.track_id,), seen.box.confidence
        lasting = situation.occurrence
        if lasting is None:
            return [situation.begin(min(passed_ms), now, tracks, confidence)]
        return [situation.change(tuple(sorted({*lasting.track_ids, *tracks})), confidence)]


def _last_of_each(changed: Sequence[Occurrence]) -> list[Occurrence]:
    return list({one.id: one for one in changed}.values())
