"""What an assessment teaches a detector."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.label_set import (
    Assessed,
    Label,
    LabelBox,
    classes_of,
    coco_boxes,
    label_of,
    name_of,
    nearest,
    part_of,
    yolo_text,
)
from shared.geometry import Box

PERSON = LabelBox("person", 1, Box(0.1, 0.2, 0.3, 0.6))
TRUCK = LabelBox("truck", 2, Box(0.5, 0.5, 0.9, 0.9))
ONE = Assessed("a1", 12, "01ab-cd", "zone_intrusion", "gate.yard", "true", 1000, "k", (1,), 1000, (PERSON, TRUCK))


def test_a_true_alarm_has_every_box_and_a_false_one_none_that_raised_it() -> None:
    assert label_of(ONE) == Label("positive", (PERSON, TRUCK))
    assert label_of(replace(ONE, assessment="false")) == Label("negative", (TRUCK,))
    assert label_of(replace(ONE, assessment="false", boxes=(PERSON,))) == Label("negative")
    assert label_of(replace(ONE, assessment="false", boxes=(), frame_ms=None)) == Label("negative")


@pytest.mark.parametrize("kind", ["ppe_missing", "man_down", "absence", "proximity", "occupancy", "anomaly"])
def test_where_something_was_there_and_misjudged_somebody_has_to_look(kind: str) -> None:
    assert label_of(replace(ONE, assessment="false", kind=kind)) == Label("review")


def test_a_false_alarm_whose_boxes_are_not_in_the_frame_is_looked_at() -> None:
    assert label_of(replace(ONE, assessment="false", boxes=(TRUCK,))) == Label("review")


def test_what_says_nothing_is_no_label() -> None:
    assert "nuisance" in str(label_of(replace(ONE, assessment="nuisance")))
    assert "no boxes" in str(label_of(replace(ONE, boxes=())))


def test_the_frame_of_the_picture_is_near_it() -> None:
    frames = [(0, "a"), (400, "b"), (1600, "c")]
    assert nearest(frames, 850) == (400, "b")
    assert nearest(frames, 1000) is None
    assert nearest([], 5) is None


def test_boxes_as_yolo_and_coco_write_them() -> None:
    classes = classes_of([(PERSON, TRUCK), (PERSON,)])
    assert classes == ("person", "truck")
    assert yolo_text((TRUCK, PERSON), classes) == (
        "1 0.700000 0.700000 0.400000 0.400000\n0 0.200000 0.400000 0.200000 0.400000\n"
    )
    assert yolo_text((), classes) == ""
    assert coco_boxes((PERSON,), classes, 640, 360) == [
        {"category_id": 1, "bbox": [64.0, 72.0, 128.0, 144.0], "area": 18432.0, "iscrowd": 0}
    ]


@given(*[st.floats(-1, 2)] * 4)
def test_no_box_leaves_its_picture(x1: float, y1: float, x2: float, y2: float) -> None:
    one = LabelBox("x", 1, Box(x1, y1, x2, y2))
    (found,) = coco_boxes((one,), ("x",), 100, 50)
    left, top, wide, high = found["bbox"]
    assert left >= 0 <= top
    assert wide >= 0 <= high
    assert left + wide <= 100.01
    assert top + high <= 50.01
    numbers = [float(word) for word in yolo_text((one,), ("x",)).split()[1:]]
    assert all(0 <= number <= 1 for number in numbers)


@given(st.text(max_size=40), st.floats(0, 1), st.floats(0, 1))
def test_an_alarms_part_is_its_own_and_only_grows_towards_val(alarm: str, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert part_of(alarm, low) == part_of(alarm, low)
    assert part_of(alarm, low) == "train" or part_of(alarm, high) == "val"


def test_the_share_is_about_what_was_asked_for() -> None:
    val = sum(part_of(f"alarm {n}", 0.2) == "val" for n in range(2000))
    assert 320 < val < 480


@given(st.text(max_size=60))
def test_a_files_name_is_plain_whatever_an_id_holds(occurrence: str) -> None:
    name = name_of(replace(ONE, occurrence=occurrence))
    assert set(name) <= set("0123456789abcdef-")
    assert name.startswith("000012-")
