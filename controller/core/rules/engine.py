"""Rules over tracked frames: when a condition holds long enough an occurrence is raised, when clear it ends."""

from collections.abc import Callable, Sequence

from controller.core import ppe
from controller.core.ground import Ground
from controller.core.records import Occurrence, PersonTime, Rule
from controller.core.rules.counting import Absence, Anomaly, Occupancy, SceneCondition, Standing
from controller.core.rules.crossing import Crossed, Edge, Line
from controller.core.rules.equipment import Lacking, look_for_items, required
from controller.core.rules.heading import WrongWay
from controller.core.rules.held import Condition, Held
from controller.core.rules.man_down import Down
from controller.core.rules.person_time import meters
from controller.core.rules.presence import Dwelling, InZone
from controller.core.rules.proximity import Near
from controller.core.rules.scene import FLICKER_MS, SPARSE_MS, Frame, Memory, Scene, TrackState, Zones
from controller.core.rules.situation import Judge, Situation
from controller.core.schedule import in_force
from controller.core.tracking import Observation
from shared.ids import CameraId


class RuleEngine:
    """One camera's rules. Call `step` with rising times; `mint` makes an occurrence's id.

    Everything follows from judged frames. A rule about metres without its camera's ground is silent.
    """

    def __init__(
        self, camera: CameraId, rules: Sequence[Rule], classes: Sequence[str], mint: Callable[[], str]
    ) -> None:
        self._camera = camera
        self._classes = tuple(classes)
        self._known = ppe.items_known(classes)
        self._mint = mint
        self._memory = Memory()
        self._judges = [self._judge(rule) for rule in rules]
        self._meters = meters(rules)
        self._zones = Zones(rules)
        self.person_time: tuple[PersonTime, ...] = ()
        """What the last judged frame adds."""

    @property
    def open_occurrences(self) -> tuple[Occurrence, ...]:
        return tuple(j.occurrence for j in self._judges if j.occurrence is not None)

    def replace_rules(self, rules: Sequence[Rule]) -> tuple[Occurrence, ...]:
        """Take other rules into force; unchanged ones go on. Returns the occurrences that this ended."""
        by_rule = {judge.rule: judge for judge in self._judges}
        self._judges = [by_rule.pop(rule) if rule in by_rule else self._judge(rule) for rule in rules]
        self._meters = meters(rules, self._meters)
        self._zones = Zones(rules)
        return tuple(one for judge in by_rule.values() for one in judge.finish())

    def know(self, classes: Sequence[str]) -> None:
        """Another model looks from now on: these are its classes."""
        if tuple(classes) != self._classes:
            self._classes, self._known = tuple(classes), ppe.items_known(classes)

    def step(self, scene: Scene) -> tuple[Occurrence, ...]:
        """Judge one frame; returns the occurrences that were raised, changed or ended."""
        self._memory.take(scene)
        look_for_items(scene, self._memory, [judge.rule for judge in self._judges], self._known)
        frame = self._zones.frame(scene, self._memory)
        changed: list[Occurrence] = []
        for judge in self._judges:
            changed += judge.step(frame) if in_force(judge.rule.schedule, scene.pts_ms) else judge.finish()
        of_rules = {judge.rule.id: judge for judge in self._judges}
        added = (meter.step(frame, of_rules[meter.rule.id]) for meter in self._meters)
        self.person_time = tuple(one for one in added if one is not None)
        return tuple(changed)

    def finish(self) -> tuple[Occurrence, ...]:
        """Nothing more comes: end what is open at the last time it was seen to hold."""
        return tuple(one for judge in self._judges for one in judge.finish())

    def wants_scores(self, now_ms: int) -> bool:
        """Whether a rule is in force that needs the picture's anomaly score."""
        return any(j.rule.kind == "anomaly" and in_force(j.rule.schedule, now_ms) for j in self._judges)

    def track_state(self, track_id: int) -> TrackState:
        """How to draw a track: in violation, not to be told, or normal."""
        if any(judge.violates(track_id) for judge in self._judges):
            return "violation"
        wanted = {item for judge in self._judges for item in required(judge.rule)}
        equipment = self._memory.equipment
        unknown = any((known := equipment.get((track_id, item))) and known.state == "unknown" for item in wanted)
        return "unknown" if unknown else "normal"

    def attributes(self, track_id: int) -> tuple[tuple[str, str], ...]:
        """What is agreed about a track's equipment: ("helmet", "missing")."""
        equipment = self._memory.equipment
        return tuple(sorted((item, known.state) for (track, item), known in equipment.items() if track == track_id))

    def _judge(self, rule: Rule) -> Judge:
        situation = Situation(rule, self._camera, self._mint)
        match rule.kind:
            case "line_crossing":
                return Crossed(rule, situation, Line(rule))
            case "zone_entry" | "zone_exit":
                return Crossed(rule, situation, Edge(rule))
            case "occupancy" | "absence" | "anomaly":
                return _standing(rule, situation)
            case "loitering":
                return Held(rule, situation, Dwelling(rule), patience_ms=SPARSE_MS, dwell=True)
            case "man_down":
                return Held(rule, situation, Down(rule), patience_ms=SPARSE_MS)
            case _:
                situation.numbers.lowest = frozenset({"distance_m"})
                return Held(rule, situation, _condition(rule))


def _standing(rule: Rule, situation: Situation) -> Standing:
    condition: SceneCondition
    match rule.kind:
        case "absence":
            return Standing(rule, situation, Absence(rule), timed="absent_s")
        case "anomaly":
            condition = Anomaly(rule)
        case _:
            condition = Occupancy(rule)
    if rule.least is not None:
        situation.numbers.lowest = frozenset({"count"})
        return Standing(rule, situation, condition)
    return Standing(rule, situation, condition, patience_ms=FLICKER_MS)


def _condition(rule: Rule) -> Condition:
    match rule.kind:
        case "ppe_missing":
            return Lacking(rule)
        case "wrong_way":
            return WrongWay(rule)
        case "proximity":
            return Near(rule, Ground(rule.ground)) if rule.ground else _Never()
        case _:
            return InZone()


class _Never(Condition):
    """What nothing fulfils."""

    def look(self, seen: Observation, frame: Frame) -> None:  # noqa: ARG002 - as every condition
        return
