"""AP50 by hand: perfect, half, doubles, ignored things, classes by name."""

import pytest

from controller.core.average_precision import Known, ap50
from controller.core.records import Detection
from shared.geometry import Box

LEFT, RIGHT = Box(0.1, 0.1, 0.3, 0.5), Box(0.6, 0.1, 0.8, 0.5)
NEARLY = Box(0.12, 0.1, 0.3, 0.5)


def seen(box: Box, confidence: float = 0.9, name: str = "person") -> Detection:
    return Detection(name, confidence, box)


def test_perfect_is_one_and_nothing_is_none() -> None:
    known = [[Known("person", LEFT), Known("person", RIGHT)]]
    assert ap50([[seen(NEARLY), seen(RIGHT)]], known) == pytest.approx(1.0)
    assert ap50([[]], known) == 0.0
    assert ap50([[seen(LEFT)]], [[]]) is None
    assert ap50([[seen(LEFT)]], [[Known("person", LEFT, ignored=True)]]) is None


def test_a_false_one_costs_by_how_sure_it_was() -> None:
    known = [[Known("person", LEFT)], [Known("person", LEFT)]]
    sure = [[seen(LEFT, 0.9)], [seen(RIGHT, 0.95), seen(LEFT, 0.8)]]
    faint = [[seen(LEFT, 0.9)], [seen(RIGHT, 0.1), seen(LEFT, 0.8)]]
    assert ap50(sure, known) == pytest.approx(2 / 3)
    assert ap50(faint, known) == pytest.approx(1.0)


def test_a_double_is_false_and_a_missed_one_is_missing() -> None:
    known = [[Known("person", LEFT), Known("person", RIGHT)]]
    assert ap50([[seen(LEFT, 0.9), seen(LEFT, 0.8)]], known) == pytest.approx(0.5)
    assert ap50([[seen(LEFT, 0.9), seen(LEFT, 0.8), seen(RIGHT, 0.7)]], known) == pytest.approx(5 / 6)


def test_ignored_things_are_neither_right_nor_wrong() -> None:
    known = [[Known("person", LEFT), Known("person", RIGHT, ignored=True)]]
    assert ap50([[seen(LEFT, 0.5), seen(RIGHT, 0.9)]], known) == pytest.approx(1.0)


def test_classes_are_averaged_and_compared_without_case() -> None:
    known = [[Known("person", LEFT), Known("car", RIGHT)]]
    assert ap50([[seen(LEFT, name="Person")]], known) == pytest.approx(0.5)
    assert ap50([[seen(LEFT), seen(RIGHT, name="truck")]], known) == pytest.approx(0.5)
