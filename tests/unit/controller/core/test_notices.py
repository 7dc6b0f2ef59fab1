"""What is told of rules that nothing will fulfil."""

import pytest

from controller.core import notices
from controller.core.records import Rule
from controller.core.rulebook import parse_rulebook
from controller.core.surroundings import read_surroundings
from shared.errors import Rejected
from shared.ids import CameraId
from shared.mint import uuid7
from shared.texts import said


def rules(*given: dict[str, object]) -> tuple[Rule, ...]:
    named = [{"name": f"r{n}", "kind": "zone_intrusion"} | one for n, one in enumerate(given)]
    return parse_rulebook({"rules": named}, uuid7).settled()


def test_each_unknown_camera_is_told_of_once_with_those_that_are_known() -> None:
    off = {"camera": "n.x", "enabled": False}
    given = rules({"camera": "n.gaet"}, {"camera": "n.gaet"}, {"camera": "n.gate"}, {}, off)
    found = notices.of_cameras(given, ["n.gate", "n.roof"])
    assert [said(told) for told in found] == [
        {"code": "camera_unknown", "params": {"camera": "n.gaet", "known": "n.gate, n.roof"}}
    ]
    assert said(notices.unknown_camera(CameraId("n.gate"), [])) is not None


def test_many_cameras_are_not_all_named() -> None:
    told = notices.unknown_camera(CameraId("n.x"), [f"n.c{n}" for n in range(100)])
    assert told is not None
    assert "n.c19, …" in told
    assert "n.c20" not in told


def test_what_a_model_cannot_see_is_told_by_rule() -> None:
    given = rules(
        {"classes": ["Person"]},
        {"classes": ["dog", "cat"]},
        {"kind": "ppe_missing", "required": ["helmet", "vest"]},
        {"classes": ["dog"], "enabled": False},
    )
    assert [said(told) for told in notices.of_classes(given, "yolo", ["person", "no-helmet"])] == [
        {"code": "rule_classes_unknown", "params": {"rule": "r1", "model": "yolo", "classes": "dog, cat"}},
        {"code": "rule_items_unknown", "params": {"rule": "r2", "model": "yolo", "items": "vest"}},
    ]


def test_a_rule_of_another_camera_is_refused() -> None:
    given = rules({}, {"camera": "n.gate"}, {"camera": "n.roof"})
    with pytest.raises(Rejected, match=r"rules\[2\].camera: is 'n.roof'"):
        notices.check_cameras(given, CameraId("n.gate"))
    notices.check_cameras(given, None)


def test_a_rule_about_metres_needs_the_ground_of_each_camera() -> None:
    ground = [[0, 1, 0, 0], [1, 1, 4, 0], [0.8, 0.4, 4, 9], [0.2, 0.4, 0, 9]]
    around = read_surroundings({"cameras": {"gate.front": {"ground": ground}}})
    near = {"name": "near", "kind": "proximity", "others": ["truck"], "distance_m": 3}
    known = ("gate.back", "gate.front")
    (told,) = notices.of_ground(rules(near), known, around)
    assert told.params == {"rule": "near", "camera": "gate.back"}
    assert notices.of_ground(rules({**near, "camera": "gate.front"}), known, around) == ()
    assert notices.of_ground(rules({**near, "enabled": False}), known, around) == ()


def test_what_must_not_come_near_has_to_be_known_and_an_anomaly_needs_no_class() -> None:
    near = {"name": "near", "kind": "proximity", "others": ["truck"], "distance_m": 3}
    (told,) = notices.of_classes(rules(near), "yard", ("person",))
    assert told.params["classes"] == "truck"
    assert notices.of_classes(rules({"name": "odd", "kind": "anomaly"}), "yard", ("truck",)) == ()


def test_a_rule_about_scores_needs_a_model_on_each_of_its_cameras() -> None:
    odd: dict[str, object] = {"name": "odd", "kind": "anomaly"}
    known = ("gate.back", "gate.front")
    assert notices.of_scores(rules(odd), known, {"gate.back", "gate.front"}) == ()
    (told,) = notices.of_scores(rules(odd), known, {"gate.front"})
    assert said(told) == {"code": "rule_scores_missing", "params": {"rule": "odd", "cameras": "gate.back"}}
    (every,) = notices.of_scores(rules(odd), known, ())
    assert every.params["cameras"] == "gate.back, gate.front"
    assert notices.of_scores(rules({**odd, "camera": "gate.front"}), known, {"gate.front"}) == ()
    assert notices.of_scores(rules({**odd, "enabled": False}), known, ()) == ()
    assert notices.of_scores(rules({"name": "in", "kind": "zone_intrusion"}), known, ()) == ()


def test_a_zone_that_is_named_and_not_drawn_is_told_of() -> None:
    zone = [[0, 0], [1, 0], [1, 1]]
    line: dict[str, object] = {"kind": "line_crossing", "line": [[0, 0], [1, 1]], "zone_name": "gate line"}
    given = rules(
        {"zone_name": "press"}, {"zone_name": "press", "zone": zone}, {}, line, {"zone_name": "x", "enabled": False}
    )
    (told,) = notices.of_zones(given)
    assert said(told) == {"code": "rule_zone_undrawn", "params": {"rule": "r0", "zone": "press"}}


@pytest.mark.parametrize("number", ["kr-999", "KR-20", "20", "kr_20", "own-3"])
def test_a_regulation_that_nobody_has_the_text_of_is_told_of(number: str) -> None:
    (told,) = notices.of_regulations(rules({"regulation": number}, {"regulation": "kr-20"}), read_surroundings({}))
    assert told.code == "rule_regulation_unknown"
    assert (told.params["rule"], told.params["regulation"]) == ("r0", number)
    assert "kr-20" in str(told.params["known"])
    own = read_surroundings({"regulations": {number: {"ko": "x"}}})
    assert notices.of_regulations(rules({"regulation": number}), own) == ()
    assert notices.of_regulations(rules({"regulation": number, "enabled": False}), read_surroundings({})) == ()


@pytest.mark.parametrize(
    "text", ["", "산업안전보건기준에 관한 규칙 제20조", "Article 20, no entry", "helmets", "제20조"]
)
def test_a_regulation_in_its_own_words_is_right(text: str) -> None:
    assert notices.of_regulations(rules({"regulation": text}), read_surroundings({})) == ()
