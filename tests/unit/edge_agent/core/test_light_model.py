"""A model's tensors: inputs that fit, the four outputs of an SSD in any order, numbers that are none, way to boxes."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from edge_agent.core import light_model
from edge_agent.core.light_model import Layout, Ssd, Tensor
from edge_agent.core.sightings import Thing
from shared import heads
from shared.class_names import COCO_80
from shared.errors import Rejected

PICTURE = Tensor("images", (1, 64, 64, 3), np.dtype(np.float32))
BYTES = Tensor("images", (1, 64, 64, 3), np.dtype(np.uint8), 1 / 128, 128)
NAMES = ("person", "car")
BOXES = np.array([[[0.25, 0.5, 0.75, 0.625], [0.0, 0.0, 0.5, 0.5], [0.5, 0.5, 0.6, 0.6]]], np.float32)
CLASSES = np.array([[0, 1, 0]], np.float32)
SCORES = np.array([[0.9, 0.6, 0.2]], np.float32)
COUNT = np.array([3], np.float32)


def outputs(values: list[NDArray[Any]]) -> list[Tensor]:
    return [Tensor(f"o{index}", tuple(value.shape), value.dtype) for index, value in enumerate(values)]


def ssd(values: list[NDArray[Any]], picture: Tensor = BYTES) -> Layout:
    return light_model.recognise(picture, outputs(values), values, {}, None)


@pytest.mark.parametrize(
    ("values", "head"),
    [
        ([BOXES, CLASSES, SCORES, COUNT], Ssd(0, 1, 2, 3)),
        ([SCORES, BOXES, COUNT, CLASSES], Ssd(1, 3, 0, 2)),
        ([COUNT, SCORES, CLASSES, BOXES], Ssd(3, 2, 1, 0)),
        ([CLASSES, SCORES, COUNT, BOXES], Ssd(3, 0, 1, 2)),
    ],
)
def test_the_four_outputs_are_told_apart_in_any_order(values: list[NDArray[Any]], head: Ssd) -> None:
    layout = ssd(values)
    assert layout.head == head
    assert layout.kind == "ssd"
    things = light_model.read(layout, values, layout.place(640, 360), NAMES, 0.5)
    assert [(thing.name, round(thing.score, 3)) for thing in things] == [("person", 0.9), ("car", 0.6)]
    box = things[0].box
    assert np.allclose((box.x1, box.y1, box.x2, box.y2), (0.5, 0.25, 0.625, 0.75))


def test_an_empty_view_is_told_by_the_usual_order() -> None:
    zero = np.zeros((1, 3), np.float32)
    assert ssd([BOXES, zero, zero, COUNT]).head == Ssd(0, 1, 2, 3)
    with pytest.raises(Rejected, match="cannot be told apart"):
        ssd([zero, COUNT, zero, BOXES])


def test_unnamed_classes_and_rows_beyond_the_count_are_left_out() -> None:
    layout = ssd([BOXES, CLASSES, SCORES, COUNT])
    values = [BOXES, CLASSES, SCORES, np.array([1], np.float32)]
    assert len(light_model.read(layout, values, layout.place(640, 360), NAMES, 0.1)) == 1
    assert light_model.read(layout, [BOXES, CLASSES + 2, SCORES, COUNT], layout.place(640, 360), NAMES, 0.1) == ()


def test_an_ssd_takes_a_stretched_picture_a_yolo_one_with_bars() -> None:
    layout = ssd([BOXES, CLASSES, SCORES, COUNT])
    place = layout.place(640, 360)
    assert (place.scaled_width_px, place.scaled_height_px, place.top_px) == (64, 64, 0)
    yolo = Layout(PICTURE, (), heads.Head("ultralytics", 2, 0, (8, 16, 32), transposed=True, unit_boxes=True))
    place = yolo.place(640, 360)
    assert (place.scaled_width_px, place.scaled_height_px, place.top_px) == (64, 36, 14)


def test_numbers_of_the_input_are_those_the_model_was_trained_with() -> None:
    red = np.zeros((64, 64, 3), np.uint8)
    red[:, :, 0] = 255
    for picture, wanted in (
        (PICTURE, [1.0, -1.0, -1.0]),
        (BYTES, [255, 0, 0]),
        (Tensor("i", (1, 64, 64, 3), np.dtype(np.int8), 1 / 128, 0), [127, -128, -128]),
    ):
        layout = ssd([BOXES, CLASSES, SCORES, COUNT], picture)
        fed = light_model.feed(layout, red, layout.place(64, 64))
        assert fed.dtype == picture.dtype
        assert fed[0, 5, 5].tolist() == wanted
    yolox = Layout(PICTURE, (), heads.Head("yolox", 2, 0, (8, 16, 32)))
    assert light_model.feed(yolox, red, yolox.place(64, 64))[0, 5, 5].tolist() == [0.0, 0.0, 255.0]
    yolo = Layout(PICTURE, (), heads.Head("ultralytics", 2, 0, (8, 16, 32)))
    assert light_model.feed(yolo, red, yolo.place(64, 64))[0, 5, 5].tolist() == [1.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("inputs", "fault"),
    [
        ([], "has 0 inputs"),
        ([PICTURE, PICTURE], "has 2 inputs"),
        ([Tensor("i", (1, 3, 64, 64), np.dtype(np.float32))], "is not one picture of three colours"),
        ([Tensor("i", (2, 64, 64, 3), np.dtype(np.float32))], "is not one picture"),
        ([Tensor("i", (64, 64, 3), np.dtype(np.float32))], "is not one picture"),
        ([Tensor("i", (1, 16, 64, 3), np.dtype(np.float32))], "input of 64x16 pixels"),
        ([Tensor("i", (1, 64, 9000, 3), np.dtype(np.float32))], "input of 9000x64 pixels"),
        ([Tensor("i", (1, 64, 64, 3), np.dtype(np.int64))], "input of int64"),
        ([Tensor("i", (1, 64, 64, 3), np.dtype(np.int8))], "without a scale"),
    ],
)
def test_an_input_that_does_not_fit_is_refused(inputs: list[Tensor], fault: str) -> None:
    with pytest.raises(Rejected, match=fault):
        light_model.check_input(inputs)


def test_outputs_of_no_known_head_and_numbers_that_are_none_are_refused() -> None:
    odd = np.zeros((1, 7, 13), np.float32)
    with pytest.raises(Rejected, match="fit no known head"):
        light_model.recognise(PICTURE, outputs([odd]), [odd], {}, None)
    broken = np.full((1, 84, 7), np.nan, np.float32)
    with pytest.raises(Rejected, match="numbers that are none"):
        light_model.recognise(PICTURE, outputs([broken]), [broken], {}, None)


def test_names_are_settled() -> None:
    head = heads.Head("ultralytics", 80, 0, (8, 16, 32))
    assert light_model.settle_names(Layout(PICTURE, (), head), None) == COCO_80
    with pytest.raises(Rejected, match="labels: 2 names for 80 classes"):
        light_model.settle_names(Layout(PICTURE, (), head), NAMES)
    with pytest.raises(Rejected, match="labels: the classes have no names"):
        light_model.settle_names(Layout(BYTES, (), Ssd(0, 1, 2, 3)), None)


@given(arrays.arrays(np.float32, (3, 5), elements=st.floats(-1, 1, width=32)), st.sampled_from(["uint8", "int8"]))
def test_quantised_numbers_come_back_to_within_half_a_step(real: NDArray[np.float32], kind: str) -> None:
    tensor = Tensor("t", (3, 5), np.dtype(kind), 2 / 255, 128 if kind == "uint8" else 0)
    assert np.abs(tensor.read(tensor.write(real)) - real).max() <= 2 / 255 + 1e-6


numbers = st.floats(width=32, allow_nan=True, allow_infinity=True)


@given(
    arrays.arrays(np.float32, (1, 6, 4), elements=numbers),
    arrays.arrays(np.float32, (1, 6), elements=numbers),
    arrays.arrays(np.float32, (1, 6), elements=numbers),
    arrays.arrays(np.float32, (1,), elements=numbers),
)
def test_whatever_an_ssd_gives_things_are_sound(
    boxes: NDArray[np.float32], classes: NDArray[np.float32], scores: NDArray[np.float32], count: NDArray[np.float32]
) -> None:
    values: list[NDArray[Any]] = [boxes, classes, scores, count]
    layout = Layout(BYTES, tuple(outputs(values)), Ssd(0, 1, 2, 3))
    check(light_model.read(layout, values, layout.place(640, 360), NAMES, 0.25))


@given(arrays.arrays(np.float32, (1, 84, 7), elements=numbers), st.sampled_from(["yolox", "ultralytics", "yolov5"]))
def test_whatever_a_yolo_gives_things_are_sound(values: NDArray[np.float32], kind: heads.HeadKind) -> None:
    layout = Layout(PICTURE, tuple(outputs([values])), heads.Head(kind, 2, 0, (8, 16, 32)))
    with np.errstate(all="ignore"):
        check(light_model.read(layout, [values], layout.place(640, 360), NAMES, 0.25))


def check(things: tuple[Thing, ...]) -> None:
    for thing in things:
        assert thing.name in NAMES
        assert 0.25 <= thing.score <= 1
        assert 0 <= thing.box.x1 < thing.box.x2 <= 1
        assert 0 <= thing.box.y1 < thing.box.y2 <= 1
    scores = [thing.score for thing in things]
    assert scores == sorted(scores, reverse=True)
