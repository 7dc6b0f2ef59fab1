"""Rules over tracked frames: when a condition holds long enough an occurrence is raised, when clear it ends."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from controller.core import ppe
from controller.core.records import CLEAR_MS, Detection, Occurrence, Rule, TrackedBox
from controller.core.tracking import Observation
from controller.core.zones import present
from shared.class_names import names_one_of
from shared.geometry import Box, iou
from shared.ids import CameraId

TrackState = Literal["normal", "violation", "unknown"]

_FLICKER_MS = 700
"""A condition may be out of sight this long without starting anew (three frames at 5 per second)."""

_SPARSE_MS = 2000
"""From one judged frame to the next a condition goes on when both show it: a busy worker judges 1 per second."""

_HEIR_MS = 1000
_HEIR_OVERLAP = 0.1
_CONFIDENCE_MS = 1000


@dataclass(frozen=True, slots=True)
class Scene:
    """One judged frame as the rules see it."""

    pts_ms: int
    tracks: tuple[Observation, ...]
    items: tuple[Detection, ...]  # everything detected: equipment is looked up here
    scale: ppe.PixelScale
    scores: Mapping[str, float] = field(default_factory=dict)  # of the whole picture: "anomaly" -> 0..1


@dataclass(slots=True)
class _Hold:
    """A rule's condition on one track."""

    start_ms: int
    true_ms: int
    box: Box
    confidence: float
    ripe: bool = False  # held for the rule's persistence


@dataclass(slots=True)
class _RuleState:
    rule: Rule
    holds: dict[int, _Hold] = field(default_factory=dict)
    inside: set[int] = field(default_factory=set)
    occurrence: Occurrence | None = None
    true_ms: int = 0
    frame_ms: int | None = None  # the frame before


class RuleEngine:
    """One camera's rules. Call `step` with rising times; `mint` makes an occurrence's id."""

    def __init__(
        self, camera: CameraId, rules: Sequence[Rule], classes: Sequence[str], mint: Callable[[], str]
    ) -> None:
        self._camera = camera
        self._known = ppe.items_known(classes)
        self._mint = mint
        self._states = [_RuleState(rule) for rule in rules]
        self._equipment: dict[tuple[int, str], ppe.Consensus] = {}
        self._confidences: dict[int, list[tuple[int, float]]] = {}
        self._seen_ms: dict[int, int] = {}

    @property
    def open_occurrences(self) -> tuple[Occurrence, ...]:
        return tuple(s.occurrence for s in self._states if s.occurrence is not None)

    def replace_rules(self, rules: Sequence[Rule]) -> tuple[Occurrence, ...]:
        """Take other rules into force; unchanged ones go on. Returns the occurrences that this ended."""
        by_rule = {state.rule: state for state in self._states}
        kept = [by_rule.pop(rule) if rule in by_rule else _RuleState(rule) for rule in rules]
        ended = [_end(state) for state in by_rule.values()]
        self._states = kept
        return tuple(o for o in ended if o is not None)

    def step(self, scene: Scene) -> tuple[Occurrence, ...]:
        """Judge one frame; returns the occurrences that were raised, changed or ended."""
        self._remember(scene)
        changed: list[Occurrence] = []
        for state in self._states:
            changed += self._step_rule(state, scene)
        return tuple(changed)

    def finish(self) -> tuple[Occurrence, ...]:
        """Nothing more comes: end what is open at the last time it was seen to hold."""
        ended = [_end(state) for state in self._states]
        for state in self._states:
            state.holds.clear()
        return tuple(o for o in ended if o is not None)

    def track_state(self, track_id: int) -> TrackState:
        """How to draw a track: in violation, not to be told, or normal."""
        holds = [state.holds.get(track_id) for state in self._states]
        if any(hold is not None and hold.ripe for hold in holds):
            return "violation"
        wanted = {item for s in self._states for item in _required(s.rule)} if self._states else set()
        unknown = any(
            (track_id, item) in self._equipment and self._equipment[track_id, item].state == "unknown"
            for item in wanted
        )
        return "unknown" if unknown else "normal"

    def attributes(self, track_id: int) -> tuple[tuple[str, str], ...]:
        """What is agreed about a track's equipment: ("helmet", "missing")."""
        return tuple(sorted((item, c.state) for (track, item), c in self._equipment.items() if track == track_id))

    def _remember(self, scene: Scene) -> None:
        for seen in scene.tracks:
            track = seen.box.track_id
            self._seen_ms[track] = scene.pts_ms
            recent = self._confidences.setdefault(track, [])
            recent.append((scene.pts_ms, seen.box.confidence))
            self._confidences[track] = [r for r in recent if scene.pts_ms - r[0] <= _CONFIDENCE_MS]
        gone = {t for t, at in self._seen_ms.items() if scene.pts_ms - at > 2 * CLEAR_MS}
        for track in gone:
            del self._seen_ms[track], self._confidences[track]
            for state in self._states:
                state.inside.discard(track)
        self._equipment = {key: c for key, c in self._equipment.items() if key[0] not in gone}
        for item in {i for s in self._states for i in _required(s.rule)} & self._known:
            persons = [
                o.box
                for o in scene.tracks
                if any(
                    item in _required(s.rule) and names_one_of(o.box.class_name, s.rule.classes) for s in self._states
                )
            ]
            for track, seen_state in ppe.states_in_frame(persons, scene.items, item, scene.scale).items():
                self._equipment.setdefault((track, item), ppe.Consensus()).vote(scene.pts_ms, seen_state)

    def _step_rule(self, state: _RuleState, scene: Scene) -> list[Occurrence]:
        rule, now = state.rule, scene.pts_ms
        visible = {o.box.track_id for o in scene.tracks}
        true_now: list[tuple[Observation, _Hold]] = []
        for seen in scene.tracks:
            since_ms = self._condition_since(state, seen, now)
            if since_ms is not None:
                true_now.append((seen, self._hold(state, seen.box, since_ms, now, visible)))
        state.holds = {t: h for t, h in state.holds.items() if now - h.true_ms <= _SPARSE_MS}
        state.frame_ms = now
        persistence_ms = round(rule.persistence_s * 1000)
        for seen, hold in true_now:
            hold.ripe = hold.ripe or (seen.confirmed and now - hold.start_ms >= persistence_ms)
        return self._advance(state, now, [(o, h) for o, h in true_now if o.confirmed], persistence_ms)

    def _condition_since(self, state: _RuleState, seen: Observation, now: int) -> int | None:
        """Since when this track fulfils the rule's condition in this frame; None when it does not."""
        rule, box = state.rule, seen.box
        if not names_one_of(box.class_name, rule.classes):
            return None
        if max(c for _, c in self._confidences[box.track_id]) < rule.min_confidence:
            return None
        inside = present(rule.zone, box.box, was_present=box.track_id in state.inside)
        (state.inside.add if inside else state.inside.discard)(box.track_id)
        if not inside:
            return None
        match rule.kind:
            case "zone_intrusion":
                return now
            case "ppe_missing":
                lacking = [
                    c.since_ms
                    for item in _required(rule)
                    if (c := self._equipment.get((box.track_id, item))) is not None and c.state == "missing"
                ]
                return min(lacking) if lacking else None
            case _:
                return None  # `rulebook.SUPPORTED` does not let them in

    def _hold(self, state: _RuleState, box: TrackedBox, since_ms: int, now: int, visible: set[int]) -> _Hold:
        hold = state.holds.get(box.track_id)
        gap_ms = _SPARSE_MS if hold is not None and hold.true_ms == state.frame_ms else _FLICKER_MS
        if hold is None or now - hold.true_ms > gap_ms:
            hold = _heir(state.holds, box, now, visible) or _Hold(since_ms, now, box.box, box.confidence)
            state.holds[box.track_id] = hold
        hold.true_ms, hold.box = now, box.box
        hold.confidence = max(hold.confidence, box.confidence)
        return hold

    def _advance(
        self, state: _RuleState, now: int, true_now: list[tuple[Observation, _Hold]], persistence_ms: int
    ) -> list[Occurrence]:
        ripe = [(o, h) for o, h in true_now if h.ripe]
        changed: list[Occurrence] = []
        if state.occurrence is not None and now - state.true_ms >= CLEAR_MS:
            ended = _end(state)
            changed += [ended] if ended else []
        if true_now:
            state.true_ms = now
        if state.occurrence is None:
            if ripe:
                start_ms = min(h.start_ms for _, h in ripe)
                state.occurrence = Occurrence(
                    id=self._mint(),
                    rule=state.rule,
                    camera=self._camera,
                    start_ms=start_ms,
                    condition_ms=start_ms + persistence_ms,
                    end_ms=None,
                    track_ids=tuple(sorted(o.box.track_id for o, _ in ripe)),
                    confidence=max(h.confidence for _, h in ripe),
                )
                changed.append(state.occurrence)
            return changed
        tracks = tuple(sorted({*state.occurrence.track_ids, *(o.box.track_id for o, _ in ripe)}))
        if tracks != state.occurrence.track_ids:
            confidence = max(state.occurrence.confidence, *(h.confidence for _, h in ripe))
            state.occurrence = replace(state.occurrence, track_ids=tracks, confidence=confidence)
            changed.append(state.occurrence)
        return changed


def _required(rule: Rule) -> frozenset[str]:
    if rule.kind != "ppe_missing":
        return frozenset()
    return frozenset(ppe.canonical_item(name) for name in rule.required)


def _heir(holds: dict[int, _Hold], box: TrackedBox, now: int, visible: set[int]) -> _Hold | None:
    """A track that broke: the new one takes over its hold when it stands where the old one was lost."""
    near = [
        (iou(hold.box, box.box), track)
        for track, hold in holds.items()
        if track not in visible and now - hold.true_ms <= _HEIR_MS
    ]
    overlap, track = max(near, default=(0.0, 0))
    return holds.pop(track) if overlap >= _HEIR_OVERLAP else None


def _end(state: _RuleState) -> Occurrence | None:
    if state.occurrence is None:
        return None
    ended = replace(state.occurrence, end_ms=max(state.true_ms, state.occurrence.condition_ms))
    state.occurrence = None
    return ended
