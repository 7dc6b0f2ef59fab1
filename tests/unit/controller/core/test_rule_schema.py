"""The schema of rule files says what the reader says, for good files and for bad ones."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.core.rule_schema import rule_schema
from controller.core.rulebook import KINDS, RULE_KEYS, parse_rulebook
from shared.errors import Rejected

SCHEMA = rule_schema()
LINE = [[0, 0.5], [1, 0.5]]
ZONE = [[0, 0], [1, 0], [1, 1]]
GOOD: dict[str, dict[str, Any]] = {
    "zone_intrusion": {},
    "zone_entry": {"zone": ZONE},
    "zone_exit": {"zone": ZONE},
    "line_crossing": {"line": LINE},
    "loitering": {"dwell_s": 30},
    "occupancy": {"most": 3},
    "wrong_way": {"heading_deg": 90},
    "ppe_missing": {"required": ["helmet"]},
    "proximity": {"others": ["truck"], "distance_m": 3},
    "man_down": {},
    "absence": {"persistence_s": 600},
    "anomaly": {"threshold": 0.7},
}
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


def is_of(value: Any, name: str) -> bool:
    if name in {"number", "integer"}:
        good = isinstance(value, int | float) and not isinstance(value, bool)
        return good and (name == "number" or value == int(value))
    return isinstance(value, TYPES[name])


def fits(value: Any, schema: dict[str, Any]) -> bool:  # noqa: C901, PLR0911 - a keyword a line
    """Just as much of JSON Schema as this one uses."""
    if "$ref" in schema:
        return fits(value, SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]])
    names = schema.get("type", [])
    if names and not any(is_of(value, name) for name in ([names] if isinstance(names, str) else names)):
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    if "not" in schema and fits(value, schema["not"]):
        return False
    if not all(fits(value, one) for one in schema.get("allOf", [])):
        return False
    if "anyOf" in schema and not any(fits(value, one) for one in schema["anyOf"]):
        return False
    if "if" in schema and fits(value, schema["if"]) and not fits(value, schema["then"]):
        return False
    if isinstance(value, dict):
        return fits_object(value, schema)
    if isinstance(value, list):
        inner = schema.get("prefixItems", [schema.get("items", {})] * len(value))
        sized = schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", 10**9)
        return sized and all(fits(one, part) for one, part in zip(value, inner, strict=False))
    if isinstance(value, str):
        sized = schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", 10**9)
        return sized and re.search(schema.get("pattern", ""), value) is not None
    if isinstance(value, int | float):
        return bool(schema.get("minimum", value) <= value <= schema.get("maximum", value))
    return True


def fits_object(value: dict[str, Any], schema: dict[str, Any]) -> bool:
    properties, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    if not set(schema.get("required", [])) <= set(value):
        return False
    for key, one in value.items():
        if key in properties and not fits(one, properties[key]):
            return False
        if key not in properties and (others is False or (isinstance(others, dict) and not fits(one, others))):
            return False
    return True


def reads(document: Any) -> bool:
    try:
        parse_rulebook(document, lambda: "id")
    except Rejected:
        return False
    return True


@pytest.mark.parametrize("kind", KINDS)
def test_the_least_that_every_kind_needs_is_right_for_both(kind: str) -> None:
    entry = {"name": "x", "kind": kind, **GOOD[kind]}
    assert fits({"rules": [entry]}, SCHEMA)
    assert reads({"rules": [entry]})
    for needed in GOOD[kind]:
        if needed not in {"dwell_s", "persistence_s", "threshold"}:
            short = {key: value for key, value in entry.items() if key != needed}
            assert not fits({"rules": [short]}, SCHEMA)
            assert not reads({"rules": [short]})


def test_it_knows_every_key() -> None:
    assert set(SCHEMA["$defs"]["rule"]["properties"]) == RULE_KEYS


values: dict[str, st.SearchStrategy[Any]] = {
    "zone": st.sampled_from([ZONE, [[0, 0]], None, "x"]),
    "line": st.sampled_from([LINE, [[0, 0]], None, [[0, 2], [1, 1]]]),
    "required": st.sampled_from([[], ["helmet"], None, "helmet"]),
    "others": st.sampled_from([["truck"], [], None]),
    "classes": st.sampled_from([["person"], ["truck"], [], None]),
    "direction": st.sampled_from(["both", "left", None]),
    "on_holidays": st.sampled_from(["off", "only", "never", None]),
    "shifts": st.just([]),
    "watch": st.sampled_from([True, None, 1]),
    "enabled": st.sampled_from([True, False, 0]),
    "severity": st.sampled_from(["high", "awful", None]),
    "camera": st.sampled_from(["gate.front", None, 3]),
    "colour": st.just("red"),
    "place": st.sampled_from(["gate", "", None]),
    **{
        key: st.sampled_from([0, 0.05, 1, 2.5, 30, 500, 5000, None, "1", True])
        for key in ("persistence_s", "dwell_s", "heading_deg", "tolerance_deg", "least", "most", "distance_m")
    },
    **{key: st.sampled_from([0, 0.5, 1, 1.5, None]) for key in ("threshold", "min_confidence", "closing_mps")},
}
entries = st.sampled_from(KINDS).flatmap(
    lambda kind: st.fixed_dictionaries({}, optional=values).map(lambda more: {"name": "x", "kind": kind} | more)
)


@settings(max_examples=80)
@given(entries, st.booleans())
def test_reader_and_schema_agree(entry: dict[str, Any], whole: bool) -> None:
    if whole:
        entry = {**entry, **GOOD[entry["kind"]]}
    least, most = entry.get("least"), entry.get("most")
    if isinstance(least, int | float) and isinstance(most, int | float) and least > most:
        return  # that one is not over the other is beyond a schema
    assert fits({"rules": [entry]}, SCHEMA) == reads({"rules": [entry]})


strange = st.one_of(st.none(), st.booleans(), st.floats(), st.text(max_size=3))


@given(st.dictionaries(st.sampled_from(sorted(values)), strange))
def test_any_entry_is_read_or_refused_by_name(entry: dict[str, Any]) -> None:
    for kind in ("proximity", "line_crossing", "occupancy"):
        try:
            parse_rulebook({"rules": [{"name": "x", "kind": kind} | entry]}, lambda: "id")
        except Rejected as refused:
            assert refused.field.startswith("rules[0]")


def usual(kind: str, key: str) -> Any:
    """What the schema says of a field that a rule of this kind leaves out."""
    schema = SCHEMA["$defs"]["rule"]
    own = [
        clause["then"]["properties"][key]["default"]
        for clause in schema["allOf"]
        if kind in clause["if"]["properties"]["kind"]["enum"]
        and "default" in clause["then"].get("properties", {}).get(key, {})
    ]
    return own[0] if own else schema["properties"][key].get("default")


@pytest.mark.parametrize("kind", KINDS)
def test_what_counts_where_nothing_is_said_is_in_the_schema(kind: str) -> None:
    book = parse_rulebook({"rules": [{"name": "a", "kind": kind, **GOOD[kind]}]}, lambda: "id")
    for key in ("persistence_s", "cooldown_s", "min_confidence", "tolerance_deg", "dwell_s", "severity"):
        if key not in GOOD[kind]:
            assert usual(kind, key) == getattr(book.rules[0], key), key
