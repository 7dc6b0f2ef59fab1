"""Protective equipment: what a track's frames agree on, and who lacks what is required."""

from collections.abc import Sequence
from dataclasses import dataclass

from controller.core import ppe
from controller.core.records import Rule
from controller.core.rules.held import Condition, Found
from controller.core.rules.scene import Frame, Memory, Scene
from controller.core.tracking import Observation
from shared.class_names import names_one_of


def required(rule: Rule) -> frozenset[str]:
    """The items of a rule by their one name."""
    return frozenset(ppe.canonical_item(name) for name in rule.required)


def look_for_items(scene: Scene, memory: Memory, rules: Sequence[Rule], known: frozenset[str]) -> None:
    """Let every track that a rule asks about vote on each item that the model knows."""
    for item in {item for rule in rules for item in required(rule)} & known:
        asking = [rule for rule in rules if item in required(rule)]
        persons = [
            seen.box for seen in scene.tracks if any(names_one_of(seen.box.class_name, rule.classes) for rule in asking)
        ]
        for track, state in ppe.states_in_frame(persons, scene.items, item, scene.scale).items():
            memory.equipment.setdefault((track, item), ppe.Consensus()).vote(scene.pts_ms, state)


@dataclass(slots=True)
class Lacking(Condition):
    """At least one required item is agreed to be missing; what nobody can tell is not missing."""

    rule: Rule

    def look(self, seen: Observation, frame: Frame) -> Found | None:
        track = seen.box.track_id
        since = [
            consensus.since_ms
            for item in required(self.rule)
            if (consensus := frame.memory.equipment.get((track, item))) is not None and consensus.state == "missing"
        ]
        return Found(min(since)) if since else None
