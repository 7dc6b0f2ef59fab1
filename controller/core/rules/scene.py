"""One judged frame as the rules see it, and what they remember of every track."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from controller.core.ppe import Consensus, PixelScale
from controller.core.records import CLEAR_MS, Detection, Rule, TrackedBox
from controller.core.tracking import Observation
from controller.core.zones import ZoneField
from shared.class_names import names_one_of
from shared.geometry import Box, Polygon, iou

TrackState = Literal["normal", "violation", "unknown"]

FLICKER_MS = 700
"""A condition may be out of sight this long without starting anew (three frames at 5 per second)."""

SPARSE_MS = 2000
"""From one judged frame to the next a condition goes on when both show it: a busy worker judges 1 per second."""

_HEIR_MS = 1000
_HEIR_OVERLAP = 0.1
_CONFIDENCE_MS = 1000
_PATH_MS = 2500


@dataclass(frozen=True, slots=True)
class Scene:
    """One judged frame."""

    pts_ms: int
    tracks: tuple[Observation, ...]
    items: tuple[Detection, ...]  # everything detected: equipment is looked up here
    scale: PixelScale
    scores: Mapping[str, float] = field(default_factory=dict)  # of the whole picture: "anomaly" -> 0..1
    aspect: float = 16 / 9  # width / height of the picture


@dataclass(slots=True)
class _Known:
    """One track."""

    seen_ms: int
    box: Box
    class_name: str
    parent: int | None
    confidences: list[tuple[int, float]] = field(default_factory=list)
    path: list[tuple[int, Box]] = field(default_factory=list)


class Memory:
    """What is remembered of a camera's tracks, for all rules together."""

    def __init__(self) -> None:
        self._tracks: dict[int, _Known] = {}
        self.equipment: dict[tuple[int, str], Consensus] = {}

    def take(self, scene: Scene) -> None:
        """Take one frame in; who has been away for long is forgotten."""
        now = scene.pts_ms
        visible = {seen.box.track_id for seen in scene.tracks}
        for seen in scene.tracks:
            known = self._tracks.get(seen.box.track_id)
            if known is None:
                parent = self._lost_at(seen.box, visible, now)
                known = self._tracks[seen.box.track_id] = _Known(now, seen.box.box, seen.box.class_name, parent)
            known.seen_ms, known.box = now, seen.box.box
            known.confidences.append((now, seen.box.confidence))
            known.path.append((now, seen.box.box))
            while now - known.confidences[0][0] > _CONFIDENCE_MS:
                del known.confidences[0]
            while now - known.path[0][0] > _PATH_MS:
                del known.path[0]
        gone = {track for track, known in self._tracks.items() if now - known.seen_ms > 2 * CLEAR_MS}
        for track in gone:
            del self._tracks[track]
        if gone:
            self.equipment = {key: c for key, c in self.equipment.items() if key[0] not in gone}

    def _lost_at(self, box: TrackedBox, visible: set[int], now: int) -> int | None:
        """The track that a new one goes on with: lost just now, where the new one stands."""
        near = [
            (iou(known.box, box.box), track)
            for track, known in self._tracks.items()
            if track not in visible and now - known.seen_ms <= _HEIR_MS and known.class_name == box.class_name
        ]
        overlap, track = max(near, default=(0.0, None))
        return track if overlap >= _HEIR_OVERLAP else None

    def knows(self, track: int) -> bool:
        return track in self._tracks

    def parent(self, track: int) -> int | None:
        """The track that this one took over from where it broke."""
        known = self._tracks.get(track)
        return None if known is None else known.parent

    def confidence(self, track: int) -> float:
        """The best of the last second."""
        return max(confidence for _, confidence in self._tracks[track].confidences)

    def path(self, track: int) -> Sequence[tuple[int, Box]]:
        """Where it was in the last seconds, oldest first; the last is now."""
        return self._tracks[track].path


@dataclass(frozen=True, slots=True)
class Frame:
    """A scene with what is known of its tracks, measured against all zones at once."""

    scene: Scene
    memory: Memory
    columns: Mapping[Polygon, int]
    rows: Mapping[int, int]
    inside: NDArray[np.bool_]
    distance: NDArray[np.float64]

    @property
    def now_ms(self) -> int:
        return self.scene.pts_ms

    def of_classes(self, classes: Sequence[str]) -> list[Observation]:
        return [seen for seen in self.scene.tracks if names_one_of(seen.box.class_name, classes)]

    def sure(self, seen: Observation, rule: Rule) -> bool:
        """Whether it was seen clearly enough for this rule within the last second."""
        return self.memory.confidence(seen.box.track_id) >= rule.min_confidence

    def contains(self, zone: Polygon | None, seen: Observation) -> bool:
        """Whether its foot point is in the zone; None: the whole picture."""
        return zone is None or bool(self.inside[self.rows[seen.box.track_id], self.columns[zone]])

    def edge_distance(self, zone: Polygon, seen: Observation) -> float:
        return float(self.distance[self.rows[seen.box.track_id], self.columns[zone]])


class Zones:
    """The zones of some rules, each measured once."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        zones = list(dict.fromkeys(rule.zone for rule in rules if rule.zone is not None))
        self._columns = {zone: index for index, zone in enumerate(zones)}
        self._field = ZoneField(zones)

    def frame(self, scene: Scene, memory: Memory) -> Frame:
        inside, distance = self._field.measure([seen.box.box.foot for seen in scene.tracks])
        rows = {seen.box.track_id: index for index, seen in enumerate(scene.tracks)}
        return Frame(scene, memory, self._columns, rows, inside, distance)
