"""Reads rule files: a parsed document into rules; every fault names its place, like `rules[1].colour`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, get_args

from controller.core.records import Crossing, OnHolidays, Rule, RuleKind
from controller.core.rule_fields import (
    MAX_NAME_CHARS,
    MAX_TEXT_CHARS,
    choice,
    flag,
    items,
    line,
    mapping,
    names,
    number,
    only_keys,
    text,
    whole,
)
from controller.core.surroundings import KEYS, NOTHING, Surroundings, check_names, read_surroundings, settle
from controller.core.zone_shape import check_shape
from shared.errors import Rejected
from shared.geometry import parse_polygon
from shared.ids import CameraId, RuleId, parse_camera
from shared.kinds import Severity
from shared.texts import say

MAX_RULES = 200
MAX_PERSISTENCE_S = 3600.0
MAX_COOLDOWN_S = 86_400.0

RANGES: Mapping[str, tuple[float, float]] = {
    "persistence_s": (0, MAX_PERSISTENCE_S),
    "cooldown_s": (0, MAX_COOLDOWN_S),
    "min_confidence": (0, 1),
    "heading_deg": (0, 360),
    "tolerance_deg": (10, 170),
    "dwell_s": (1, MAX_PERSISTENCE_S),
    "distance_m": (0.1, 1000),
    "closing_mps": (0.1, 100),
    "threshold": (0, 1),
}
COUNTS: Mapping[str, tuple[int, int]] = {"least": (1, 1000), "most": (0, 1000)}

KINDS: tuple[RuleKind, ...] = get_args(RuleKind)
AT_ONCE: frozenset[RuleKind] = frozenset({"zone_entry", "zone_exit", "line_crossing"})
"""Nothing has to hold for a while."""

ONLY: Mapping[str, frozenset[RuleKind]] = {
    "required": frozenset({"ppe_missing"}),
    "watch": frozenset({"ppe_missing"}),
    "zone": frozenset(KINDS) - {"line_crossing", "anomaly"},
    "classes": frozenset(KINDS) - {"anomaly"},
    "persistence_s": frozenset(KINDS) - AT_ONCE - {"loitering"},
    "line": frozenset({"line_crossing"}),
    "direction": frozenset({"line_crossing"}),
    "heading_deg": frozenset({"wrong_way"}),
    "tolerance_deg": frozenset({"wrong_way"}),
    "dwell_s": frozenset({"loitering"}),
    "least": frozenset({"occupancy"}),
    "most": frozenset({"occupancy"}),
    "others": frozenset({"proximity"}),
    "distance_m": frozenset({"proximity"}),
    "closing_mps": frozenset({"proximity"}),
    "threshold": frozenset({"anomaly"}),
}
"""Keys that belong to some kinds only; the others belong to all."""

OF_KIND = tuple(key for key in ONLY if key not in {"required", "zone", "classes", "persistence_s"})
"""What a rule's row keeps together: only some kinds have it."""

NEEDED: Mapping[RuleKind, tuple[str, ...]] = {
    "zone_entry": ("zone",),
    "zone_exit": ("zone",),
    "line_crossing": ("line",),
    "wrong_way": ("heading_deg",),
    "proximity": ("others", "distance_m"),
}
"""Keys without which a kind says nothing, besides `name` and `kind`."""

PERSISTENCE_S: Mapping[RuleKind, float] = {
    "zone_entry": 0.0,
    "zone_exit": 0.0,
    "line_crossing": 0.0,
    "loitering": 0.0,
    "proximity": 1.0,
    "man_down": 5.0,
    "absence": 60.0,
}
"""Where it is not the usual 2 s."""

RULE_KEYS = frozenset(ONLY) | {
    "name", "kind", "zone_name", "camera", "cooldown_s", "severity", "min_confidence", "regulation", "enabled",
    "place", "shifts", "on_holidays",
}  # fmt: skip
HARMLESS: Mapping[str, Any] = {"persistence_s": 0, "classes": ["person"], "required": []}
"""What a rule that is shown has although it says nothing: it may be given back."""

PLAIN = Rule(RuleId(""), "", "zone_intrusion")
"""What a rule is where its entry says nothing."""


@dataclass(frozen=True, slots=True)
class Rulebook:
    """A whole document: rules, and what they refer to."""

    rules: tuple[Rule, ...]
    around: Surroundings

    def settled(self) -> tuple[Rule, ...]:
        """The rules with what they refer to; those for every camera without any camera's ground."""
        return tuple(settle(rule, self.around, rule.camera) for rule in self.rules)

    def on(self, camera: CameraId) -> tuple[Rule, ...]:
        """The rules as they hold on one camera, with its ground and place."""
        return tuple(settle(rule, self.around, camera) for rule in self.rules)

    def alone(self) -> tuple[Rule, ...]:
        """The same where there is one camera only: its ground is the only one that the document has."""
        grounds = {view.ground for view in self.around.cameras.values() if view.ground}
        only = grounds.pop() if len(grounds) == 1 else ()
        return tuple(replace(rule, ground=rule.ground or only) for rule in self.settled())


def parse_rulebook(document: object, mint: Callable[[], str], known: Surroundings = NOTHING) -> Rulebook:
    """Read {"rules": […]} with what they refer to; any fault raises `Rejected` that names the field.

    `mint` makes each rule's id; what it does not say of `Surroundings` is as known.
    """
    whole_document = mapping("rules", document)
    only_keys("", whole_document, frozenset({"rules", *KEYS}))
    if "rules" not in whole_document:
        raise Rejected("rules", say("missing"))
    around = read_surroundings(whole_document, known)
    entries = items("rules", whole_document["rules"], MAX_RULES)
    rules = tuple(_rule(f"rules[{index}]", entry, mint) for index, entry in enumerate(entries))
    seen: dict[tuple[str, str | None], int] = {}
    for index, rule in enumerate(rules):
        first = seen.setdefault((rule.name, rule.camera), index)
        if first != index:
            raise Rejected(f"rules[{index}].name", say("name_doubled", name=rule.name, other=f"rules[{first}]"))
        check_names(f"rules[{index}]", rule, around)
    return Rulebook(rules, around)


def _rule(place: str, entry: object, mint: Callable[[], str]) -> Rule:
    only_keys(place, mapping(place, entry), RULE_KEYS)
    given: dict[str, Any] = {key: value for key, value in mapping(place, entry).items() if value is not None}
    for needed in ("name", "kind"):
        if needed not in given:
            raise Rejected(f"{place}.{needed}", say("missing"))
    kind: RuleKind = choice(f"{place}.kind", given["kind"], KINDS)
    required = names(f"{place}.required", given.get("required", ()))
    if kind == "ppe_missing" and not required:
        raise Rejected(f"{place}.required", say("required_empty"))
    if kind != "ppe_missing" and required:
        raise Rejected(f"{place}.required", say("required_misplaced"))
    _check_kind(place, kind, given)
    classes = names(f"{place}.classes", given.get("classes", PLAIN.classes))
    if not classes:
        raise Rejected(f"{place}.classes", say("classes_empty"))
    camera = given.get("camera")
    if camera is not None and not isinstance(camera, str):
        raise Rejected(f"{place}.camera", say("not_text"))
    persistence_s = given.get("persistence_s", PERSISTENCE_S.get(kind, PLAIN.persistence_s))
    rule = Rule(
        id=RuleId(mint()),
        name=text(f"{place}.name", given["name"], MAX_NAME_CHARS, least=1),
        kind=kind,
        classes=classes,
        required=required,
        zone=parse_polygon(f"{place}.zone", given["zone"]) if "zone" in given else None,
        zone_name=_name(place, "zone_name", given),
        camera=parse_camera(camera, f"{place}.camera") if camera is not None else None,
        persistence_s=_number(place, "persistence_s", persistence_s),
        cooldown_s=_number(place, "cooldown_s", given.get("cooldown_s", PLAIN.cooldown_s)),
        severity=choice(f"{place}.severity", given.get("severity", PLAIN.severity), get_args(Severity)),
        min_confidence=_number(place, "min_confidence", given.get("min_confidence", PLAIN.min_confidence)),
        regulation=text(f"{place}.regulation", given.get("regulation", PLAIN.regulation), MAX_TEXT_CHARS),
        enabled=flag(f"{place}.enabled", given.get("enabled", PLAIN.enabled)),
        place=_name(place, "place", given),
        watch=flag(f"{place}.watch", given.get("watch", PLAIN.watch)),
        shifts=names(f"{place}.shifts", given.get("shifts", ())),
        on_holidays=choice(f"{place}.on_holidays", given.get("on_holidays", "as usual"), get_args(OnHolidays)),
    )
    if rule.zone is not None:
        check_shape(f"{place}.zone", rule.zone, rule.zone_name or rule.name)
    return replace(rule, **_of_kind(place, given))


def _check_kind(place: str, kind: RuleKind, given: Mapping[str, Any]) -> None:
    for key, value in given.items():
        if kind not in ONLY.get(key, KINDS) and key != "required" and value != HARMLESS.get(key, ...):
            raise Rejected(f"{place}.{key}", say("kind_misplaced", kinds=", ".join(sorted(ONLY[key]))))
    for needed in NEEDED.get(kind, ()):
        if needed not in given:
            raise Rejected(f"{place}.{needed}", say("missing"))


def _of_kind(place: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that only some kinds have."""
    readers: dict[str, Callable[[str, Any], Any]] = {
        "line": line,
        "direction": lambda field, value: choice(field, value, get_args(Crossing)),
        "others": names,
    }
    found = {key: read(f"{place}.{key}", given[key]) for key, read in readers.items() if key in given}
    found |= {key: _number(place, key, given[key]) for key in RANGES if key in given and key in OF_KIND}
    found |= {key: whole(f"{place}.{key}", given[key], *COUNTS[key]) for key in COUNTS if key in given}
    if "others" in found and not found["others"]:
        raise Rejected(f"{place}.others", say("classes_empty"))
    if given["kind"] == "occupancy" and (
        not found.keys() & {"least", "most"} or found.get("least", 0) > found.get("most", COUNTS["most"][1])
    ):
        raise Rejected(f"{place}.most", say("limits"))
    return found


def _number(place: str, key: str, value: object) -> float:
    return number(f"{place}.{key}", value, *RANGES[key])


def _name(place: str, key: str, given: Mapping[str, Any]) -> str | None:
    return text(f"{place}.{key}", given[key], MAX_NAME_CHARS, least=1) if key in given else None


def details(rule: Rule) -> dict[str, Any]:
    """What a rule says beyond what every kind has, as its entry has it; nothing for what it leaves out."""
    of_kind = {key: getattr(rule, key) for key in OF_KIND if rule.kind in ONLY[key]}
    said = {**of_kind, "place": rule.place, "shifts": rule.shifts, "on_holidays": rule.on_holidays}
    return {key: _plain(value) for key, value in said.items() if value != getattr(PLAIN, key)}


def with_details(rule: Rule, said: Mapping[str, Any]) -> Rule:
    """The rule with what `details` told of it; keys of a later version are left out."""
    known = {*OF_KIND, "place", "shifts", "on_holidays"}
    return replace(rule, **{key: _frozen(value) for key, value in said.items() if key in known})


def _plain(value: Any) -> Any:
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


def _frozen(value: Any) -> Any:
    return tuple(_frozen(one) for one in value) if isinstance(value, list) else value
