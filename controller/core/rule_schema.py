"""The form of rule files as JSON Schema, from the same tables that read them."""

from typing import Any, get_args

from controller.core import rule_fields, rulebook, surroundings
from controller.core.ground import LEAST_POINTS, MOST_POINTS
from controller.core.records import Crossing, OnHolidays
from shared.kinds import Severity

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_CAMERA = {"type": ["string", "null"], "pattern": r"^[a-z0-9-]+\.[a-z0-9-]+$"}


def rule_schema() -> dict[str, Any]:
    """What a checker or an editor needs to know of {"rules": […]}; the reader knows a little more (references)."""
    return {
        "$schema": _DIALECT,
        "title": "Rules of a site",
        "type": "object",
        "required": ["rules"],
        "additionalProperties": False,
        "properties": {
            "rules": {"type": "array", "maxItems": rulebook.MAX_RULES, "items": {"$ref": "#/$defs/rule"}},
            "cameras": _map_of({"$ref": "#/$defs/view"}),
            "shifts": _map_of({"$ref": "#/$defs/shift"}),
            "time_zone": {"type": ["string", "null"], "default": surroundings.TIME_ZONE},
            "holidays": {
                "type": ["array", "null"],
                "maxItems": surroundings.MAX_HOLIDAYS,
                "items": {"type": "string", "format": "date"},
            },
            "regulations": _map_of({"$ref": "#/$defs/texts"}),
        },
        "$defs": {"rule": _rule(), "view": _view(), "shift": _shift(), "texts": _texts()},
    }


def _rule() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["name", "kind"],
        "additionalProperties": False,
        "properties": _properties(),
        "allOf": [*_of_kinds(), *_needs(), *_usual()],
    }


def _of_kinds() -> list[dict[str, Any]]:
    """Keys that other kinds may not have."""
    rules: list[dict[str, Any]] = []
    for key, kinds in sorted(rulebook.ONLY.items()):
        others = sorted(set(rulebook.KINDS) - kinds)
        harmless = rulebook.HARMLESS.get(key)
        allowed: Any = {"type": "null"} if harmless is None else {"enum": [None, harmless]}
        rules.append({"if": _kind_is(others), "then": {"properties": {key: allowed}}})
    return rules


def _needs() -> list[dict[str, Any]]:
    """Keys that a kind must have."""
    rules = [
        {"if": _kind_is([kind]), "then": {"required": list(keys), "properties": {key: _given() for key in keys}}}
        for kind, keys in rulebook.NEEDED.items()
    ]
    some = {"required": ["required"], "properties": {"required": {"type": "array", "minItems": 1}}}
    rules.append({"if": _kind_is(["ppe_missing"]), "then": some})
    limits = [{"required": [key], "properties": {key: _given()}} for key in ("least", "most")]
    rules.append({"if": _kind_is(["occupancy"]), "then": {"anyOf": limits}})
    return rules


def _usual() -> list[dict[str, Any]]:
    """What counts for a kind where nothing is said."""
    return [
        {"if": _kind_is([kind]), "then": {"properties": {"persistence_s": {"default": value}}}}
        for kind, value in rulebook.PERSISTENCE_S.items()
    ]


def _kind_is(kinds: list[Any]) -> dict[str, Any]:
    return {"properties": {"kind": {"enum": kinds}}, "required": ["kind"]}


def _given() -> dict[str, Any]:
    return {"not": {"type": "null"}}


def _properties() -> dict[str, Any]:
    name = _text(rule_fields.MAX_NAME_CHARS, 1)
    coordinate = {"type": "number", "minimum": 0, "maximum": 1}
    point = {"type": "array", "minItems": 2, "maxItems": 2, "items": coordinate}
    least, most = rule_fields.LINE_POINTS
    plain = rulebook.PLAIN
    return {
        "name": {**name, "type": "string"},
        "kind": {"enum": list(rulebook.KINDS)},
        "camera": _CAMERA,
        "place": name,
        "classes": _names(least=1) | {"default": list(plain.classes)},
        "required": _names(),
        "others": _names(least=1),
        "zone": {"type": ["array", "null"], "minItems": 3, "maxItems": 64, "items": point},
        "zone_name": name,
        "line": {"type": ["array", "null"], "minItems": least, "maxItems": most, "items": point},
        "direction": _one_of(get_args(Crossing)),
        **{key: _number(low, high) | _default(key) for key, (low, high) in rulebook.RANGES.items()},
        **{key: {**_number(low, high), "type": ["integer", "null"]} for key, (low, high) in rulebook.COUNTS.items()},
        "severity": _one_of(get_args(Severity)) | {"default": plain.severity},
        "regulation": _text(rule_fields.MAX_TEXT_CHARS, 0),
        "shifts": _names(),
        "on_holidays": _one_of(get_args(OnHolidays)) | {"default": plain.on_holidays},
        "watch": {"type": ["boolean", "null"], "default": plain.watch},
        "enabled": {"type": ["boolean", "null"], "default": plain.enabled},
    }


def _view() -> dict[str, Any]:
    share = {"type": "number", "minimum": 0, "maximum": 1}
    metres = {"type": "number"}
    spot = {
        "type": "array",
        "minItems": 4,
        "maxItems": 4,
        "prefixItems": [share, share, metres, metres],
        "description": "x and y in the picture, metres east and north",
    }
    ground = {"type": ["array", "null"], "minItems": LEAST_POINTS, "maxItems": MOST_POINTS, "items": spot}
    return _object({"ground": ground, "place": _text(rule_fields.MAX_NAME_CHARS, 1)})


def _shift() -> dict[str, Any]:
    clock = {"type": "string", "pattern": r"^([01]?\d|2[0-4]):[0-5]\d$"}
    days = {"type": ["array", "null"], "minItems": 1, "items": {"enum": list(surroundings.DAYS)}}
    return _object({"days": days, "from": clock, "to": clock}) | {"required": ["from", "to"]}


def _texts() -> dict[str, Any]:
    text = {"type": "string", "minLength": 1, "maxLength": rule_fields.MAX_TEXT_CHARS}
    return _object(dict.fromkeys(surroundings.LANGUAGES, text)) | {"minProperties": 1}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _map_of(value: dict[str, Any]) -> dict[str, Any]:
    return {"type": ["object", "null"], "maxProperties": surroundings.MAX_NAMED, "additionalProperties": value}


def _text(most: int, least: int) -> dict[str, Any]:
    return {"type": ["string", "null"], "minLength": least, "maxLength": most}


def _names(least: int = 0) -> dict[str, Any]:
    name = {"type": "string", "minLength": 1, "maxLength": rule_fields.MAX_NAME_CHARS}
    return {"type": ["array", "null"], "minItems": least, "maxItems": rule_fields.MAX_CLASSES, "items": name}


def _number(least: float, most: float) -> dict[str, Any]:
    return {"type": ["number", "null"], "minimum": least, "maximum": most}


def _default(key: str) -> dict[str, float]:
    value = getattr(rulebook.PLAIN, key)
    return {} if value is None else {"default": value}


def _one_of(words: tuple[str, ...]) -> dict[str, Any]:
    return {"enum": [*words, None]}
