"""Boxes of accelerators: the order of corners, pixels and shares, broken rows."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from edge_agent.core.accelerator_boxes import boxes_by_class, rows_of_nanodet, rows_of_sensor, sound_rows
from shared.errors import Broken
from shared.letterbox import fit

NAMES = ("person", "car")


def test_hailos_boxes_lie_in_the_picture_without_its_bars() -> None:
    place = fit(640, 320, 64, 64, centred=True)  # bars of 16 above and below
    output = [np.array([[0.25, 0.5, 0.5, 0.75, 0.8]], np.float32), np.zeros((0, 5), np.float32)]
    (thing,) = boxes_by_class(output, (64, 64), place, NAMES, 0.5)
    assert (thing.name, round(thing.score, 3)) == ("person", 0.8)
    assert np.allclose((thing.box.x1, thing.box.y1, thing.box.x2, thing.box.y2), (0.5, 0.0, 0.75, 0.5))


def test_the_best_comes_first_and_unnamed_classes_are_left_out() -> None:
    place = fit(64, 64, 64, 64, centred=True)
    rows = np.array([[0.1, 0.1, 0.2, 0.2, 0.6]], np.float32)
    better = np.array([[0.1, 0.1, 0.2, 0.2, 0.9], [0.3, 0.3, 0.4, 0.4, 0.2]], np.float32)
    things = boxes_by_class([rows, better, better], (64, 64), place, NAMES, 0.5)
    assert [thing.name for thing in things] == ["car", "person"]


@given(arrays.arrays(np.float32, (7, 5), elements=st.floats(width=32)))
def test_whatever_it_gives_things_are_sound(rows: NDArray[Any]) -> None:
    with np.errstate(all="ignore"):
        things = boxes_by_class([rows], (64, 64), fit(640, 360, 64, 64, centred=True), NAMES, 0.25)
    for thing in things:
        assert 0.25 <= thing.score <= 1
        assert 0 <= thing.box.x1 < thing.box.x2 <= 1
        assert 0 <= thing.box.y1 < thing.box.y2 <= 1


def test_a_sensors_rows_are_read_in_either_order_and_unit() -> None:
    scores, classes = np.array([[0.9, 0.4]], np.float32), np.array([[2.0, 1.0]], np.float32)
    boxes = np.array([[[0.1, 0.2, 0.3, 0.4], [0.0, 0.0, 1.0, 1.0]]], np.float32)
    rows = rows_of_sensor([boxes, scores, classes], (64, 32), 0.5, in_pixels=False, x_first=False)
    assert np.allclose(rows.corners, [[0.1, 0.2, 0.3, 0.4]])
    assert (rows.scores.tolist(), rows.classes.tolist()) == ([scores[0, 0]], [2])
    pixels = boxes[..., [1, 0, 3, 2]] * np.array([64, 32, 64, 32], np.float32)
    rows = rows_of_sensor([pixels, scores, classes, np.ones((1, 1))], (64, 32), 0.5, in_pixels=True, x_first=True)
    assert np.allclose(rows.corners, [[0.1, 0.2, 0.3, 0.4]])


@pytest.mark.parametrize(
    "shapes", [[], [(1, 3, 4)], [(1, 3, 4), (1, 3), (1, 2)], [(1, 3), (1, 3), (1, 3)], [(3, 4), (3,), (3,)]]
)
def test_other_tensors_are_no_rows(shapes: list[tuple[int, ...]]) -> None:
    with pytest.raises(Broken, match="boxes, scores and classes are needed"):
        rows_of_sensor([np.zeros(shape) for shape in shapes], (64, 64), 0.5, in_pixels=False, x_first=False)


@given(arrays.arrays(np.float32, (7, 6), elements=st.floats(width=32)))
def test_whatever_a_sensor_gives_its_rows_are_sound(values: NDArray[Any]) -> None:
    with np.errstate(all="ignore"):
        rows = sound_rows(values[:, :4], values[:, 4], values[:, 5], 0.25)
    assert len(rows.corners) == len(rows.scores) == len(rows.classes)
    for (y0, x0, y1, x1), score, kind in zip(rows.corners.tolist(), rows.scores.tolist(), rows.classes, strict=True):
        assert 0 <= y0 < y1 <= 1
        assert 0 <= x0 < x1 <= 1
        assert 0.25 <= score <= 1
        assert -1 <= kind <= 1_000_000


@examples(max_examples=30)
@given(arrays.arrays(np.float32, (1, 43, 33), elements=st.floats(width=32)))
def test_whatever_nanodet_gives_its_rows_are_sound(output: NDArray[Any]) -> None:
    rows = rows_of_nanodet(output, (64, 32), 0.25)
    assert np.isfinite(rows.corners).all()
    assert (rows.classes == 0).all()
    assert ((rows.scores >= 0.25) & (rows.scores <= 1)).all()
