"""Rule files: every key read, every fault named by its place, nothing else ever raised."""

import itertools
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from controller.core.records import Rule
from controller.core.rulebook import KINDS, MAX_RULES, parse_rulebook
from shared.errors import Rejected
from shared.ids import RuleId
from shared.texts import said

LAWN = {
    "name": "lawn",
    "kind": "zone_intrusion",
    "classes": ["person"],
    "zone": [[0, 0.42], [0.23, 0.467], [0.69, 0.736]],
    "persistence_s": 1.0,
    "cooldown_s": 15,
    "severity": "high",
}
HELMET = {"name": "helmet", "kind": "ppe_missing", "required": ["helmet"], "severity": "critical"}


def parse(*rules: object) -> Any:
    ids = itertools.count(1)
    return parse_rulebook({"rules": list(rules)}, lambda: f"id{next(ids)}").settled()


def test_the_example_is_read_with_its_defaults() -> None:
    lawn, helmet = parse(LAWN, HELMET)
    assert (lawn.name, lawn.persistence_s, lawn.cooldown_s, lawn.zone[1]) == ("lawn", 1.0, 15.0, (0.23, 0.467))
    assert (lawn.id, helmet.id) == ("id1", "id2")
    assert helmet.classes == ("person",)
    assert (helmet.required, helmet.zone, helmet.persistence_s, helmet.enabled) == (("helmet",), None, 2.0, True)


def test_what_an_entry_does_not_say_is_as_any_rule_has_it() -> None:
    (rule,) = parse({"name": "yard", "kind": "zone_intrusion"})
    assert rule == Rule(RuleId("id1"), "yard", "zone_intrusion")


def test_every_key_is_read() -> None:
    (rule,) = parse(
        LAWN
        | {
            "zone_name": "grass",
            "camera": "gate.front",
            "min_confidence": 0.3,
            "regulation": "art. 7",
            "enabled": False,
        }
    )
    assert (rule.zone_name, rule.camera, rule.min_confidence) == ("grass", "gate.front", 0.3)
    assert (rule.regulation, rule.enabled) == ("art. 7", False)


def test_null_is_not_given() -> None:
    assert parse(LAWN | {"camera": None, "zone": None})[0].zone is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"colour": "red"}, "rules[1].colour"),
        ({"name": ""}, "rules[1].name"),
        ({"name": "x" * 101}, "rules[1].name"),
        ({"name": "a\x00b"}, "rules[1].name"),
        ({"name": 7}, "rules[1].name"),
        ({"name": "helmet", "camera": None}, "rules[1].name"),
        ({"kind": "dance"}, "rules[1].kind"),
        ({"kind": None}, "rules[1].kind"),
        ({"kind": "ppe_missing"}, "rules[1].required"),
        ({"required": ["helmet"]}, "rules[1].required"),
        ({"classes": []}, "rules[1].classes"),
        ({"classes": "person"}, "rules[1].classes"),
        ({"classes": ["person", 3]}, "rules[1].classes[1]"),
        ({"classes": ["x"] * 21}, "rules[1].classes"),
        ({"zone": [[0, 0], [1, 1]]}, "rules[1].zone"),
        ({"zone": [[0, 0], [1, 1], [2, 0]]}, "rules[1].zone[2]"),
        ({"persistence_s": -1}, "rules[1].persistence_s"),
        ({"persistence_s": float("nan")}, "rules[1].persistence_s"),
        ({"persistence_s": True}, "rules[1].persistence_s"),
        ({"persistence_s": "1"}, "rules[1].persistence_s"),
        ({"cooldown_s": 1e9}, "rules[1].cooldown_s"),
        ({"min_confidence": 1.1}, "rules[1].min_confidence"),
        ({"severity": "dire"}, "rules[1].severity"),
        ({"camera": "gate"}, "rules[1].camera"),
        ({"camera": 5}, "rules[1].camera"),
        ({"enabled": "yes"}, "rules[1].enabled"),
        ({"regulation": "x" * 501}, "rules[1].regulation"),
    ],
)
def test_a_fault_is_named_by_its_place(change: dict[str, object], field: str) -> None:
    with pytest.raises(Rejected) as caught:
        parse(HELMET, LAWN | change)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ([], "rules"),
        (None, "rules"),
        ({}, "rules"),
        ({"rules": {}}, "rules"),
        ({"rules": [], "version": 1}, "version"),
        ({"rules": [3]}, "rules[0]"),
        ({"rules": [{"kind": "zone_intrusion"}]}, "rules[0].name"),
        ({"rules": [{"name": "a"}]}, "rules[0].kind"),
        ({"rules": [{}] * (MAX_RULES + 1)}, "rules"),
    ],
)
def test_a_wrong_document_is_rejected(document: object, field: str) -> None:
    with pytest.raises(Rejected) as caught:
        parse_rulebook(document, lambda: "id").settled()
    assert caught.value.field == field


def test_an_empty_rule_file_is_a_rule_file() -> None:
    assert parse_rulebook({"rules": []}, lambda: "id").settled() == ()


def test_the_same_name_on_two_cameras_is_two_rules() -> None:
    assert len(parse(LAWN | {"camera": "a.b"}, LAWN | {"camera": "a.c"}, LAWN)) == 3


plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
anything = st.recursive(
    plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)


@given(st.dictionaries(st.sampled_from([*LAWN, *HELMET, "camera", "zone_name", "enabled", "x"]), anything), anything)
def test_any_document_is_read_or_rejected(entry: dict[str, object], document: object) -> None:
    for given_document in ({"rules": [HELMET, LAWN | entry]}, {"rules": [entry]}, {"rules": document}, document):
        try:
            parse_rulebook(given_document, lambda: "id").settled()
        except Rejected as fault:
            assert fault.field
            assert fault.fault


def test_a_number_too_large_for_a_float_is_named() -> None:
    rule = {"name": "a", "kind": "zone_intrusion", "persistence_s": 10**400}
    with pytest.raises(Rejected, match=r"rules\[0\].persistence_s"):
        parse_rulebook({"rules": [rule]}, lambda: "id").settled()


def test_every_fault_has_a_code_that_pages_say_in_their_language() -> None:
    wrong: list[dict[str, Any]] = [
        {"zone": [[0, 0]]},
        {"zone": [[0, 0], [1, 2], [0, 1]]},
        {"zone": [[0, 0], 1, [0, 1]]},
        {"camera": 5},
        {"camera": "yard"},
        {"camera": "a.B"},
        {"classes": []},
        {"classes": "person"},
        {"classes": ["x"] * 21},
        {"required": ["helmet"]},
        {"kind": "ppe_missing"},
        {"kind": "war"},
        {"name": ""},
        {"name": "a\x00b"},
        {"name": None},
        {"colour": "red"},
        {"persistence_s": -1},
        {"persistence_s": "2"},
        {"enabled": 1},
    ]
    for change in wrong:
        entry = {"name": "yard", "kind": "zone_intrusion", **change}
        with pytest.raises(Rejected) as caught:
            parse_rulebook({"rules": [entry]}, lambda: "1").settled()
        assert caught.value.field.startswith(f"rules[0].{'required' if change == wrong[10] else next(iter(change))}")
        assert said(caught.value.fault) is not None, change
    documents: list[object] = [[], {}, {"rules": {}}, {"rules": [], "x": 1}, {"rules": [[]]}, {"rules": [{}] * 201}]
    for document in documents:
        with pytest.raises(Rejected) as caught:
            parse_rulebook(document, lambda: "1").settled()
        assert said(caught.value.fault) is not None, document


@pytest.mark.parametrize("page", ["rules.md", "rules.ko.md"])
def test_the_example_of_the_manual_is_right_and_has_every_kind(page: str) -> None:
    docs = Path(__file__).resolve().parents[4] / "docs"
    text = (docs / page).read_text(encoding="utf-8").partition("```yaml\n")[2].partition("```")[0]
    read = parse_rulebook(yaml.safe_load(text), lambda: "id").settled()
    assert {rule.kind for rule in read} == set(KINDS)
