"""The DETR family: every published layout tells the same known box; garbage does no harm."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from controller.core.detr_heads import (
    DetrHead,
    Outputs,
    decode_detr,
    recognise_detr,
    settle_detr_names,
)
from shared.class_names import COCO_80
from shared.errors import Rejected

W, H = 640, 320
QUERIES = 300
Floats = NDArray[np.float32]
RNG = np.random.default_rng(3)
PLACES: Floats = RNG.uniform((0.2, 0.2, 0.05, 0.05), (0.8, 0.8, 0.2, 0.2), (1, QUERIES, 4)).astype(np.float32)
NAMES = ("person", "helmet", "vest")
KNOWN = (320, 80, 480, 240)  # of class 1, score 0.9


def boxes(*, corners: bool = False, pixels: bool = False) -> Floats:
    out = PLACES.copy()
    out[0, 7] = (0.625, 0.5, 0.25, 0.5)
    if corners:
        half = out[..., 2:] / 2
        out = np.concatenate([out[..., :2] - half, out[..., :2] + half], axis=-1)
    scale = np.array([W, H, W, H] if pixels else [1] * 4, np.float32)
    return np.asarray(out * scale, np.float32)


def logits(columns: int, winner: int = 1, *, background: int | None = None) -> Floats:
    out = np.full((1, QUERIES, columns), -6.0, np.float32)
    if background is not None:
        out[..., background] = 6.0
        out[0, 7] = -30.0
        out[0, 7, background] = 0.0
    out[0, 7, winner] = 2.1972246  # sigmoid: 0.9
    return out


def decoded(*, pixels: bool = True) -> Outputs:
    scores = np.full((1, QUERIES), 0.02, np.float32)
    scores[0, 7] = 0.9
    labels = np.arange(QUERIES, dtype=np.int64)[None] % 3
    labels[0, 7] = 1
    return {"labels": labels, "boxes": boxes(corners=True, pixels=pixels), "scores": scores}


def rows() -> Outputs:
    scores = 1 / (1 + np.exp(-logits(3)))
    return {"output0": np.concatenate([boxes(), scores], axis=-1).astype(np.float32)}


LAYOUTS: dict[str, tuple[Outputs, str]] = {
    "rf-detr": ({"dets": boxes(), "labels": logits(4)}, "rf_detr"),
    "rf-detr, three and a background as wide as a box": ({"labels": logits(4), "dets": boxes()}, "rf_detr"),
    "rt-detr by transformers": ({"logits": logits(3), "pred_boxes": boxes()}, "detr"),
    "detr, softmax": ({"logits": logits(4, background=3), "pred_boxes": boxes()}, "detr"),
    "boxes as corners": ({"boxes": boxes(corners=True), "scores": logits(3)}, "detr"),
    "boxes as corners in pixels": ({"boxes": boxes(corners=True, pixels=True), "scores": logits(3)}, "detr"),
    "d-fine's own export": (decoded(), "detr_decoded"),
    "d-fine, shares": (decoded(pixels=False), "detr_decoded"),
    "one row for each query": (rows(), "detr_rows"),
}


def head_of(outputs: Outputs, named: int | None = 3) -> DetrHead:
    head = recognise_detr(outputs, W, H, named)
    assert head is not None
    return head


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_tells_the_same_known_box(layout: str) -> None:
    outputs, kind = LAYOUTS[layout]
    head = head_of(outputs)
    assert head.kind == kind
    (found,) = decode_detr(head, outputs, W, H, 0.5)
    np.testing.assert_allclose(found.boxes_px, [KNOWN], atol=0.01)
    np.testing.assert_allclose(found.scores, [0.9], atol=0.01)
    assert found.classes.tolist() == [1]
    assert settle_detr_names(head, NAMES, outputs)[1] == "helmet"


@pytest.mark.parametrize("layout", LAYOUTS)
def test_half_precision_tells_it_too(layout: str) -> None:
    outputs = {n: o.astype(np.float16) if o.dtype == np.float32 else o for n, o in LAYOUTS[layout][0].items()}
    (found,) = decode_detr(head_of(outputs), outputs, W, H, 0.5)
    np.testing.assert_allclose(found.boxes_px, [KNOWN], atol=1)


def test_each_wants_its_own_input() -> None:
    wanted = {kind: head_of(outputs).preparation for outputs, kind in LAYOUTS.values() if kind != "detr"}
    assert {p.placing for p in wanted.values()} == {"stretch"}
    assert {kind: p.values for kind, p in wanted.items()} == {
        "rf_detr": "imagenet", "detr_decoded": "unit", "detr_rows": "unit",
    }  # fmt: skip
    assert head_of(LAYOUTS["rt-detr by transformers"][0]).preparation.values == "unit"
    assert head_of(LAYOUTS["detr, softmax"][0]).preparation.values == "imagenet"


def test_several_pictures_are_read_one_by_one() -> None:
    outputs = {n: np.concatenate([o, np.zeros_like(o)]) for n, o in decoded().items()}
    assert [len(found.scores) for found in decode_detr(head_of(outputs), outputs, W, H, 0.5)] == [1, 0]


def test_coco_with_its_holes_is_told_by_name() -> None:
    for columns, background in ((91, None), (92, 91)):
        outputs = {"dets": boxes(), "labels": logits(columns, 90, background=background)}
        head = head_of(outputs, None)
        names = settle_detr_names(head, None, outputs)
        assert (names[0], names[1], names[3], names[90]) == (None, "person", "car", "toothbrush")
        assert tuple(name for name in names if name is not None) == COCO_80
        assert settle_detr_names(head, COCO_80, outputs) == names
        assert head.softmax == (background is not None)


def test_unnamed_classes_are_cocos_only_where_they_look_so() -> None:
    outputs = dict(decoded())
    with pytest.raises(Rejected, match="have no names"):
        settle_detr_names(head_of(outputs, None), None, outputs)
    outputs["labels"] = np.arange(QUERIES, dtype=np.int64)[None] % 80
    assert settle_detr_names(head_of(outputs, None), None, outputs) == COCO_80
    eighty = {"logits": logits(80), "pred_boxes": boxes()}
    assert settle_detr_names(head_of(eighty, None), None, eighty) == COCO_80


def test_names_that_do_not_fit_are_refused() -> None:
    outputs = {"logits": logits(6), "pred_boxes": boxes()}
    with pytest.raises(Rejected, match="3 class names for 6 classes"):
        settle_detr_names(head_of(outputs), NAMES, outputs)
    with pytest.raises(Rejected, match="6 classes have no names"):
        settle_detr_names(head_of(outputs, None), None, outputs)


@pytest.mark.parametrize(
    "outputs",
    [
        {"output": np.zeros((1, 84, 8400), np.float32)},
        {"output": np.zeros((1, 8400, 84), np.float32)},
        {"output": np.zeros((1, 300, 6), np.float32)},
        {"a": np.zeros((1, 300, 4), np.float32), "b": np.zeros((1, 300, 4), np.float32)},
        {"a": np.zeros((1, 300, 4), np.float32), "b": np.zeros((1, 100, 80), np.float32)},
        {"a": np.zeros((1, 300, 4), np.float32)},
        {},
    ],
)
def test_other_families_are_left_to_others(outputs: Outputs) -> None:
    assert recognise_detr(outputs, 640, 640, None) is None


@pytest.mark.parametrize("layout", LAYOUTS)
@settings(max_examples=20)
@given(data=st.data())
def test_any_numbers_decode_to_sound_boxes_or_none(layout: str, data: st.DataObject) -> None:
    clean = LAYOUTS[layout][0]
    outputs = {name: values.copy() for name, values in clean.items()}
    for values in outputs.values():
        flat = values.reshape(-1)
        wild: st.SearchStrategy[float] = st.floats(width=32) | st.sampled_from([np.nan, np.inf, -np.inf, 1e38])
        if values.dtype == np.int64:
            wild = st.sampled_from([-1, -(2**63), 2**63 - 1, 5])
        for place in data.draw(st.lists(st.integers(0, flat.size - 1), max_size=10)):
            flat[place] = data.draw(wild)
    head = head_of(clean)
    for one in (head, replace(head, softmax=head.logits and head.columns > 1)):
        with np.errstate(all="ignore"):
            (found,) = decode_detr(one, outputs, W, H, 0.1)
        assert np.isfinite(found.boxes_px).all()
        assert (found.boxes_px[:, 2:] > found.boxes_px[:, :2]).all()
        assert ((found.scores >= 0.1) & np.isfinite(found.scores)).all()
        assert (found.classes >= 0).all()
    recognise_detr(outputs, W, H, 3)


def test_boxes_beside_no_columns_at_all_are_no_head() -> None:
    outputs = {"boxes": np.zeros((1, 3, 4), np.float32), "logits": np.zeros((1, 3, 0), np.float32)}
    assert recognise_detr(outputs, 64, 64, None) is None
    assert recognise_detr({"rows": np.zeros((1, 30, 4), np.float32)}, 64, 64, 0) is None
