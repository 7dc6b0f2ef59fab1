"""For how long each rule saw those whom it is about, and for how long against it.

Only time between two judged frames that both show somebody in the zone counts, as it does for conditions of the scene.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from controller.core.ppe import Consensus
from controller.core.records import PersonTime, Rule, RuleKind
from controller.core.report import STEP_MS
from controller.core.rules.equipment import required
from controller.core.rules.scene import SPARSE_MS, Frame
from controller.core.rules.situation import Judge
from controller.core.schedule import in_force
from controller.core.tracking import Observation
from controller.core.zones import margin

TIMED: frozenset[RuleKind] = frozenset(
    {"zone_intrusion", "loitering", "occupancy", "wrong_way", "ppe_missing", "proximity", "man_down"}
)
"""About somebody for as long as they are there. The others are about moments, an empty zone or the whole picture."""


@dataclass(slots=True)
class Meter:
    """One rule's measure on one camera."""

    rule: Rule
    _frame_ms: int | None = None  # the frame before in which it was in force
    _there: frozenset[int] = frozenset()
    _met: set[int] = field(default_factory=set)

    def step(self, frame: Frame, judge: Judge) -> PersonTime | None:
        """What this frame adds; None: nothing."""
        now, before = frame.now_ms, self._frame_ms
        if not in_force(self.rule.schedule, now):
            self._frame_ms, self._there = None, frozenset()
            return None
        passed_ms = 0 if before is None or not 0 < now - before <= SPARSE_MS else now - before
        there = frozenset(seen.box.track_id for seen in frame.of_classes(self.rule.classes) if self._in(seen, frame))
        stayed = there & self._there if passed_ms else frozenset()
        against = {track for track in stayed if judge.violates(track)}
        untold = sum(_untold(self.rule, track, frame.memory.equipment) for track in stayed - against)
        fresh = sum(track not in self._met and frame.memory.parent(track) not in self._met for track in there)
        self._met = {track for track in self._met | there if frame.memory.knows(track)}
        self._frame_ms, self._there = now, there
        if not passed_ms and not fresh:
            return None
        return PersonTime(
            rule=self.rule.id,
            rule_name=self.rule.name,
            kind=self.rule.kind,
            zone_name=self.rule.zone_name,
            step=now // STEP_MS,
            judged_ms=passed_ms,
            present_ms=passed_ms * len(stayed),
            breach_ms=passed_ms * len(against),
            unknown_ms=passed_ms * untold,
            tracks=fresh,
        )

    def _in(self, seen: Observation, frame: Frame) -> bool:
        zone = self.rule.zone
        if not seen.confirmed or not frame.sure(seen, self.rule):
            return False
        if frame.contains(zone, seen):
            return True
        trembles = zone is not None and seen.box.track_id in self._there
        return trembles and zone is not None and frame.edge_distance(zone, seen) <= margin(seen.box.box)


def meters(rules: Sequence[Rule], known: Sequence[Meter] = ()) -> list[Meter]:
    """One for each rule that can be timed; those of unchanged rules go on."""
    by_rule = {meter.rule: meter for meter in known}
    return [by_rule.get(rule) or Meter(rule) for rule in rules if rule.kind in TIMED]


def _untold(rule: Rule, track: int, equipment: Mapping[tuple[int, str], Consensus]) -> bool:
    """Whether nobody can say of this track whether it keeps the rule."""
    known = (equipment.get((track, item)) for item in required(rule))
    return any(consensus is None or consensus.state == "unknown" for consensus in known)
