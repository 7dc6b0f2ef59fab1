"""One camera's judge: the rules that are meant for it, several models as one, thresholds that rules lower."""

from dataclasses import replace

import pytest

from controller.core.judge import CameraJudge, merge_detections, pixel_scale, tracker_for, with_camera
from controller.core.records import Detection, Rule
from controller.ports import ModelInfo
from shared.geometry import Box
from shared.ids import CameraId, RuleId

CAM = CameraId("gate.front")
RULE = Rule(RuleId("r"), "r", "zone_intrusion", persistence_s=0.4)
MAN = Detection("person", 0.9, Box(0.4, 0.2, 0.5, 0.6))
INPUT = ModelInfo("m", "", "", (), 416, 416, "yolox")


def alarms(rule: Rule, detection: Detection = MAN, *, later: bool = False) -> int:
    """What a rule raises that was in force from the start, or came `later`, as it does live."""
    judge = CameraJudge(CAM, [] if later else [rule], ("person",), lambda: "id")
    if later:
        judge.replace_rules([rule])
    raised = 0
    for i in range(10):
        seen = judge.track(i * 200, [detection], 1.5)
        judged = judge.decide(i * 200, seen, [detection], pixel_scale(720, 1.5, [INPUT]))
        raised += len(judged.occurrences)
        assert set(judged.states) == {b.track_id for b in judged.frame.boxes}
    return raised + 10 * len(judge.finish())


def test_only_enabled_rules_of_this_camera_are_in_force() -> None:
    assert alarms(RULE) == 11
    assert alarms(replace(RULE, camera=CAM)) == 11
    assert alarms(replace(RULE, camera=CameraId("gate.back"))) == 0
    assert alarms(replace(RULE, enabled=False)) == 0
    assert [r.camera for r in with_camera([RULE, replace(RULE, camera=CameraId("x.y"))], CAM)] == [CAM, CAM]


@pytest.mark.parametrize("later", [False, True])
def test_a_rule_about_faint_things_lowers_the_tracker(later: bool) -> None:
    faint, asks = replace(MAN, confidence=0.4), replace(RULE, min_confidence=0.25)
    assert alarms(RULE, faint, later=later) == 0
    assert alarms(asks, faint, later=later) == 11
    assert alarms(replace(asks, camera=CameraId("x.y")), faint, later=later) == 0
    assert tracker_for([]).strong == 0.5


def test_the_thresholds_told_are_those_of_the_rules_in_force() -> None:
    judge = CameraJudge(CAM, [], ("person",), lambda: "id")
    assert dict(judge.thresholds)["strong"] == 0.5
    judge.replace_rules([replace(RULE, min_confidence=0.25)])
    assert dict(judge.thresholds) == {"sure": 0.35, "strong": 0.25, "weak": 0.1}
    judge.replace_rules([])
    assert dict(judge.thresholds)["strong"] == 0.5


def test_replaced_rules_count_for_this_camera_only() -> None:
    assert alarms(RULE, later=True) == 11
    assert alarms(replace(RULE, camera=CameraId("x.y")), later=True) == 0


def test_two_models_see_one_person_once_and_keep_their_own_classes() -> None:
    again = Detection("person", 0.7, Box(0.41, 0.2, 0.51, 0.61))
    hat = Detection("helmet", 0.6, Box(0.42, 0.2, 0.48, 0.25))
    assert merge_detections([[MAN], [again, hat]]) == (MAN, hat)
    assert merge_detections([[MAN]]) == (MAN,)
    assert merge_detections([[], []]) == ()


def test_models_and_rules_that_spell_a_class_in_capitals_mean_the_same() -> None:
    capital = Detection("Person", 0.7, Box(0.41, 0.2, 0.51, 0.61))
    assert merge_detections([[MAN], [capital]]) == (MAN,)
    assert merge_detections([[replace(MAN, box=Box(0.0, 0.0, 0.1, 0.3))], [capital]])[1].class_name == "person"
    assert alarms(RULE, replace(MAN, class_name="Person")) == 11


def test_the_scale_is_that_of_the_model_that_sees_largest() -> None:
    big = replace(INPUT, input_width_px=640, input_height_px=640)
    assert pixel_scale(1080, 16 / 9, [INPUT, big]).input_height_px == 360
    assert pixel_scale(1080, 1, []).input_height_px == 0
