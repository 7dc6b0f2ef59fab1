"""Heads: recognised from shapes, names and one inference; decoded to known boxes; garbage does no harm."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from shared import heads
from shared.errors import Rejected

W = H = 64
CELLS = 8 * 8 + 4 * 4 + 2 * 2  # strides 8, 16, 32
Floats = NDArray[np.float32]


def zeros(*shape: int) -> Floats:
    return np.zeros(shape, np.float32)


def yolox_raw(classes: int = 3, *, decoded: bool = False) -> Floats:
    """One box of 16x24 px around (20, 28) of class 1, objectness .8, score .9; cell (2, 3) of stride 8."""
    out = zeros(1, CELLS, 5 + classes)
    out[..., 4] = 0.001
    grid = heads.grid_centres(W, H, (8, 16, 32))
    if decoded:
        out[0, :, :2] = (grid[:, :2] + 0.5) * grid[:, 2:]
        out[0, :, 2:4] = 4
    row = 3 * 8 + 2
    if decoded:
        out[0, row, :4] = (20, 28, 16, 24)
    else:
        out[0, row, :4] = (20 / 8 - 2, 28 / 8 - 3, np.log(16 / 8), np.log(24 / 8))
    out[0, row, 4:7] = (0.8, 0.1, 0.9)
    return out


def yolov5(classes: int = 3) -> Floats:
    out = zeros(1, 3 * CELLS, 5 + classes)
    out[0, 7, :7] = (20, 28, 16, 24, 0.8, 0.1, 0.9)
    return out


def ultralytics(classes: int = 3) -> Floats:
    out = zeros(1, 4 + classes, CELLS)
    out[0, :6, 7] = (20, 28, 16, 24, 0.1, 0.72)
    return out


def end_to_end() -> Floats:
    out = zeros(1, 30, 6)
    out[0, 0] = (12, 16, 28, 40, 0.72, 1)
    return out


CASES: dict[str, Floats] = {
    "yolox": yolox_raw(),
    "yolox_decoded": yolox_raw(decoded=True),
    "yolov5": yolov5(),
    "ultralytics": ultralytics(),
    "end_to_end": end_to_end(),
}


def recognise(output: Floats, names: int | None = None, **metadata: str) -> heads.Head:
    head = heads.recognise([output], W, H, metadata, names)
    return heads.settle_yolox(head, output, W, H)


@pytest.mark.parametrize("kind", CASES)
def test_every_head_gives_the_same_known_box(kind: str) -> None:
    output = CASES[kind]
    head = recognise(output)
    assert head.kind == kind
    (found,) = heads.decode(head, output, W, H, 0.3)
    np.testing.assert_allclose(found.boxes_px, [[12, 16, 28, 40]], atol=1e-3)
    np.testing.assert_allclose(found.scores, [0.72], atol=1e-4)
    assert found.classes.tolist() == [1]


@pytest.mark.parametrize("kind", CASES)
def test_half_precision_reads_the_same(kind: str) -> None:
    output = CASES[kind].astype(np.float16)
    head = recognise(output)  # type: ignore[arg-type]
    (found,) = heads.decode(head, output, W, H, 0.3)
    np.testing.assert_allclose(found.boxes_px, [[12, 16, 28, 40]], atol=0.1)


@pytest.mark.parametrize(
    ("kind", "blue_first", "unit_range", "centred"),
    [("yolox", True, False, False), ("yolov5", False, True, True), ("ultralytics", False, True, True)],
)
def test_each_head_wants_its_own_input(kind: str, blue_first: bool, unit_range: bool, centred: bool) -> None:
    head = recognise(CASES[kind])
    assert (head.blue_first, head.unit_range, head.centred) == (blue_first, unit_range, centred)


@given(st.integers(1, 30))
def test_any_class_count_is_recognised(classes: int) -> None:
    assert recognise(ultralytics(max(2, classes))).classes == max(2, classes)
    assert recognise(yolov5(max(2, classes))).classes == max(2, classes)
    assert recognise(yolox_raw(max(2, classes))).classes == max(2, classes)


def test_one_class_is_enough() -> None:
    assert recognise(zeros(1, 5, CELLS)) == heads.Head("ultralytics", 1, 0, (8, 16, 32), transposed=True)
    assert recognise(zeros(1, 3 * CELLS, 6)).kind == "yolov5"


def test_class_names_tell_rows_of_ultralytics_from_yolox() -> None:
    output = np.ascontiguousarray(ultralytics().transpose(0, 2, 1))
    head = recognise(output, names=3)
    assert (head.kind, head.classes, head.transposed) == ("ultralytics", 3, False)
    (found,) = heads.decode(head, output, W, H, 0.3)
    np.testing.assert_allclose(found.boxes_px, [[12, 16, 28, 40]], atol=1e-3)
    assert recognise(yolox_raw(), names=3).kind == "yolox"


def test_outputs_of_other_ranks_are_passed_over() -> None:
    outputs = [zeros(1, 3, 8, 8, 8), zeros(1, 2, 3, 3), yolov5()]
    head = heads.recognise(outputs, W, H, {}, None)
    assert (head.kind, head.output) == ("yolov5", 2)


def test_four_strides_are_recognised() -> None:
    assert recognise(zeros(1, 7, CELLS + 1)).strides == (8, 16, 32, 64)


@pytest.mark.parametrize("shape", [(1, 10, 11), (1, 4, CELLS), (84, CELLS), (1, 1001, 6), (1, CELLS, 5)])
def test_unfit_outputs_are_rejected_with_their_shape(shape: tuple[int, ...]) -> None:
    with pytest.raises(Rejected, match=r"fit no known head") as caught:
        recognise(zeros(*shape))
    assert caught.value.field == "model"
    assert str(shape[-1]) in caught.value.fault


def test_other_tasks_are_rejected() -> None:
    with pytest.raises(Rejected, match="task 'segment'"):
        recognise(ultralytics(), task="segment")


def test_two_readings_without_names_are_rejected_as_ambiguous() -> None:
    with pytest.raises(Rejected, match="ambiguous"):
        heads.recognise([ultralytics(), yolov5()], W, H, {}, None)


def test_constant_objectness_is_rejected() -> None:
    output = yolox_raw()
    output[..., 4] = 1.0
    with pytest.raises(Rejected, match="objectness"):
        recognise(output)


@pytest.mark.parametrize("kind", CASES)
@given(data=st.data())
def test_any_numbers_decode_to_sound_boxes_or_none(kind: str, data: st.DataObject) -> None:
    output = CASES[kind].copy()
    flat = output.reshape(-1)
    places = data.draw(st.lists(st.integers(0, flat.size - 1), max_size=20))
    wild = st.floats(width=32) | st.sampled_from([np.nan, np.inf, -np.inf, 1e38, -1e38])
    for place in places:
        flat[place] = data.draw(wild)
    head = recognise(CASES[kind])
    with np.errstate(all="ignore"):
        (found,) = heads.decode(head, output, W, H, 0.1)
    assert np.isfinite(found.boxes_px).all()
    assert (found.boxes_px[:, 2:] > found.boxes_px[:, :2]).all()
    assert (found.scores >= 0.1).all()
    assert len(found.boxes_px) == len(found.scores) == len(found.classes)
