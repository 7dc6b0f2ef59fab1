"""Reads rule files: a parsed document into rules; every fault names its place, like `rules[1].colour`."""

from collections.abc import Callable, Mapping
from typing import Any, get_args

from controller.core.records import Rule, RuleKind
from shared.errors import Rejected
from shared.geometry import parse_polygon
from shared.ids import RuleId, parse_camera
from shared.kinds import Severity
from shared.texts import say

MAX_RULES = 200
MAX_PERSISTENCE_S = 3600.0
MAX_COOLDOWN_S = 86_400.0
_MAX_NAME_CHARS = 100
_MAX_TEXT_CHARS = 500
_MAX_CLASSES = 20
SUPPORTED: tuple[RuleKind, ...] = ("zone_intrusion", "ppe_missing")
_PLAIN = Rule(RuleId(""), "", "zone_intrusion")
"""What a rule is where its entry says nothing."""

_KEYS = frozenset({
    "name", "kind", "classes", "required", "zone", "zone_name", "camera", "persistence_s",
    "cooldown_s", "severity", "min_confidence", "regulation", "enabled",
})  # fmt: skip


def parse_rules(document: object, mint: Callable[[], str]) -> tuple[Rule, ...]:
    """Read {"rules": […]}; `mint` makes each rule's id. Any fault raises `Rejected` that names the field."""
    if not isinstance(document, Mapping):
        raise Rejected("rules", say("not_map"))
    for key in document:
        if key != "rules":
            raise Rejected(_shown(key), say("unknown_key", known="rules"))
    if "rules" not in document:
        raise Rejected("rules", say("missing"))
    entries = document["rules"]
    if not isinstance(entries, list):
        raise Rejected("rules", say("not_list"))
    if len(entries) > MAX_RULES:
        raise Rejected("rules", say("too_many", count=len(entries), most=MAX_RULES))
    rules = tuple(_rule(f"rules[{index}]", entry, mint) for index, entry in enumerate(entries))
    seen: dict[tuple[str, str | None], int] = {}
    for index, rule in enumerate(rules):
        first = seen.setdefault((rule.name, rule.camera), index)
        if first != index:
            raise Rejected(f"rules[{index}].name", say("name_doubled", name=rule.name, other=f"rules[{first}]"))
    return rules


def _rule(place: str, entry: object, mint: Callable[[], str]) -> Rule:
    if not isinstance(entry, Mapping):
        raise Rejected(place, say("not_map"))
    for key in entry:
        if key not in _KEYS:
            raise Rejected(f"{place}.{_shown(key)}", say("unknown_key", known=", ".join(sorted(_KEYS))))
    for needed in ("name", "kind"):
        if needed not in entry:
            raise Rejected(f"{place}.{needed}", say("missing"))
    given: dict[str, Any] = {key: value for key, value in entry.items() if value is not None}
    kind = _choice(f"{place}.kind", given.get("kind"), SUPPORTED)
    required = _names(f"{place}.required", given.get("required", _PLAIN.required))
    if kind == "ppe_missing" and not required:
        raise Rejected(f"{place}.required", say("required_empty"))
    if kind != "ppe_missing" and required:
        raise Rejected(f"{place}.required", say("required_misplaced"))
    classes = _names(f"{place}.classes", given.get("classes", _PLAIN.classes))
    if not classes:
        raise Rejected(f"{place}.classes", say("classes_empty"))
    zone = parse_polygon(f"{place}.zone", given["zone"]) if "zone" in given else None
    camera = given.get("camera")
    if camera is not None and not isinstance(camera, str):
        raise Rejected(f"{place}.camera", say("not_text"))
    return Rule(
        id=RuleId(mint()),
        name=_text(f"{place}.name", given.get("name"), _MAX_NAME_CHARS, least=1),
        kind=kind,
        classes=classes,
        required=required,
        zone=zone,
        zone_name=(
            _text(f"{place}.zone_name", given["zone_name"], _MAX_NAME_CHARS, least=1) if "zone_name" in given else None
        ),
        camera=parse_camera(camera, f"{place}.camera") if camera is not None else None,
        persistence_s=_number(
            f"{place}.persistence_s", given.get("persistence_s", _PLAIN.persistence_s), 0, MAX_PERSISTENCE_S
        ),
        cooldown_s=_number(f"{place}.cooldown_s", given.get("cooldown_s", _PLAIN.cooldown_s), 0, MAX_COOLDOWN_S),
        severity=_choice(f"{place}.severity", given.get("severity", _PLAIN.severity), get_args(Severity)),
        min_confidence=_number(f"{place}.min_confidence", given.get("min_confidence", _PLAIN.min_confidence), 0, 1),
        regulation=_text(f"{place}.regulation", given.get("regulation", _PLAIN.regulation), _MAX_TEXT_CHARS),
        enabled=_flag(f"{place}.enabled", given.get("enabled", _PLAIN.enabled)),
    )


def _shown(key: object) -> str:
    return str(key)[:_MAX_NAME_CHARS] or repr(key)


def _choice(field: str, value: object, choices: tuple[Any, ...]) -> Any:
    if not isinstance(value, str) or value not in choices:
        raise Rejected(field, say("not_one_of", value=_shown(value), choices=", ".join(choices)))
    return value


def _names(field: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise Rejected(field, say("not_list"))
    if len(value) > _MAX_CLASSES:
        raise Rejected(field, say("too_many", count=len(value), most=_MAX_CLASSES))
    return tuple(dict.fromkeys(_text(f"{field}[{i}]", name, _MAX_NAME_CHARS, least=1) for i, name in enumerate(value)))


def _text(field: str, value: object, most: int, least: int = 0) -> str:
    if not isinstance(value, str):
        raise Rejected(field, say("not_text"))
    plain = value.strip()
    if not least <= len(plain) <= most:
        raise Rejected(field, say("text_length", length=len(plain), least=least, most=most))
    if not plain.isprintable():
        raise Rejected(field, say("control_characters"))
    return plain


def _number(field: str, value: object, least: float, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Rejected(field, say("not_number", value=_shown(value)))
    if not least <= value <= most:  # false for NaN too
        raise Rejected(field, say("out_of_range", value=_shown(value), least=least, most=most))
    return float(value)


def _flag(field: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise Rejected(field, say("not_flag", value=_shown(value)))
    return value
