"""Judges one camera frame by frame: detections -> tracks -> rules -> occurrences; offline and live alike."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from controller.core.ppe import PixelScale
from controller.core.records import Detection, FrameBoxes, Occurrence, PersonTime, Rule
from controller.core.rules import RuleEngine, Scene, TrackState
from controller.core.tracking import Observation, Tracker, TrackerSettings
from shared.ids import CameraId
from shared.nms import suppress

_MERGE_IOU = 0.55


@dataclass(frozen=True, slots=True)
class Judged:
    """What one frame gave. `states` has every box's track."""

    frame: FrameBoxes
    states: dict[int, TrackState]
    occurrences: tuple[Occurrence, ...]  # raised, changed or ended in this frame
    person_time: tuple[PersonTime, ...] = ()  # what it adds


class ModelInput(Protocol):
    """A model's input size."""

    @property
    def input_width_px(self) -> int: ...

    @property
    def input_height_px(self) -> int: ...


class CameraJudge:
    """One camera's memory: tracks and conditions live on from frame to frame and from event to event."""

    def __init__(
        self,
        camera: CameraId,
        rules: Sequence[Rule],
        classes: Sequence[str],
        mint: Callable[[], str],
        tracker: TrackerSettings | None = None,
    ) -> None:
        self.camera = camera
        self.rules = RuleEngine(camera, _in_force(camera, rules), classes, mint)
        self._given = tracker
        self._tracker = Tracker(tracker or tracker_for(_in_force(camera, rules)))
        self._aspect = 1.0

    def replace_rules(self, rules: Sequence[Rule]) -> tuple[Occurrence, ...]:
        """Take other rules into force, and follow what they ask for; returns the occurrences that this ended."""
        ours = _in_force(self.camera, rules)
        self._tracker.settings = self._given or tracker_for(ours)
        return self.rules.replace_rules(ours)

    def know(self, classes: Sequence[str]) -> None:
        """Another model looks from now on: these are its classes. Tracks and conditions live on."""
        self.rules.know(classes)

    @property
    def thresholds(self) -> tuple[tuple[str, float], ...]:
        """The least confidences that tracks are made by now."""
        settings = self._tracker.settings
        return (("sure", settings.sure), ("strong", settings.strong), ("weak", settings.weak))

    def track(self, pts_ms: int, detections: Sequence[Detection], aspect: float) -> tuple[Observation, ...]:
        """First half of a frame: who is who. `pts_ms` rises from call to call; `aspect` is width / height."""
        self._aspect = aspect
        return self._tracker.step(pts_ms, detections, aspect)

    def decide(
        self,
        pts_ms: int,
        seen: tuple[Observation, ...],
        detections: Sequence[Detection],
        scale: PixelScale,
        scores: Mapping[str, float] | None = None,
    ) -> Judged:
        """Second half: what the rules say to it. Boxes are those of confirmed tracks.

        `scores`: of the whole picture, like "anomaly" -> 0..1, where somebody has them.
        """
        scene = Scene(pts_ms, seen, tuple(detections), scale, scores or {}, self._aspect)
        occurrences = self.rules.step(scene)
        boxes = tuple(o.box for o in seen if o.confirmed)
        states = {b.track_id: self.rules.track_state(b.track_id) for b in boxes}
        return Judged(FrameBoxes(pts_ms, boxes), states, occurrences, self.rules.person_time)

    def finish(self) -> tuple[Occurrence, ...]:
        """The stream is over: end what is open."""
        return self.rules.finish()


def tracker_for(rules: Sequence[Rule]) -> TrackerSettings:
    """Thresholds that let through what the rules ask for: a rule about faint things lowers them."""
    usual = TrackerSettings()
    strong = min([usual.strong, *(rule.min_confidence for rule in rules)])
    return replace(usual, strong=max(usual.weak, strong), sure=strong + usual.sure - usual.strong)


def _in_force(camera: CameraId, rules: Sequence[Rule]) -> tuple[Rule, ...]:
    return tuple(r for r in rules if r.enabled and r.camera in (None, camera))


def merge_detections(of_models: Sequence[Sequence[Detection]]) -> tuple[Detection, ...]:
    """Several models' detections of one picture as one: classes by name, doubles suppressed per class."""
    if len(of_models) == 1:
        return tuple(of_models[0])
    every = [d for detections in of_models for d in detections]
    if not every:
        return ()
    spelled: dict[str, str] = {}  # as the first model spells it
    every = [replace(d, class_name=spelled.setdefault(d.class_name.casefold(), d.class_name)) for d in every]
    names = {name: index for index, name in enumerate(spelled.values())}
    boxes = np.array([[d.box.x1, d.box.y1, d.box.x2, d.box.y2] for d in every], np.float32)
    scores = np.array([d.confidence for d in every], np.float32)
    classes = np.array([names[d.class_name] for d in every], np.int64)
    return tuple(every[i] for i in suppress(boxes, scores, classes, _MERGE_IOU).tolist())


def with_camera(rules: Sequence[Rule], camera: CameraId) -> tuple[Rule, ...]:
    """The same rules, all meant for one camera: offline there is no other."""
    return tuple(replace(rule, camera=camera) for rule in rules)


def pixel_scale(source_height_px: int, aspect: float, inputs: Sequence[ModelInput]) -> PixelScale:
    """How tall a picture is in the source, and for the model that sees it largest."""
    heights = [min(i.input_height_px, i.input_width_px / aspect) for i in inputs]
    return PixelScale(source_height_px, max(heights, default=0.0))
