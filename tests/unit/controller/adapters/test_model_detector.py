"""A detector on any engine: second inputs, the card's word, and batches that shrink when memory runs out."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from controller.adapters.detector import load_detector
from controller.adapters.engine import OutOfMemory
from controller.adapters.model_card import ModelCard, write_card
from controller.adapters.model_detector import ModelDetector
from controller.adapters.model_file import ModelFile
from shared.errors import Rejected
from tests.fakes.engine import Device, FakeEngine
from tests.onnx_models import build_model, build_outputs_model

QUERIES = 100
PICTURE = np.full((64, 128, 3), 200, np.uint8)
NAMES = {"names": "['person', 'helmet']"}
MIB = 1024**2


def detr_outputs(*, decoded: bool) -> dict[str, Any]:
    """A helmet on the right half of the picture."""
    rng = np.random.default_rng(1)
    boxes = rng.uniform(0.3, 0.4, (QUERIES, 4)).astype(np.float32)
    boxes[0] = (0.5, 0.0, 1.0, 1.0) if decoded else (0.75, 0.5, 0.5, 1.0)
    if decoded:
        scores = np.full(QUERIES, 0.01, np.float32)
        scores[0] = 0.8
        return {"labels": np.ones(QUERIES, np.int64), "boxes": boxes, "scores": scores}
    logits = np.full((QUERIES, 2), -8, np.float32)
    logits[0, 1] = np.log(4)
    return {"dets": boxes, "labels": logits}


@pytest.mark.parametrize(
    ("decoded", "sizes", "mask"),
    [(True, "orig_target_sizes", ""), (True, "", ""), (False, "", ""), (False, "", "pixel_mask")],
)
@pytest.mark.parametrize("batch", ["n", 2])
def test_the_detr_family_with_and_without_second_inputs(
    tmp_path: Path, decoded: bool, sizes: str, mask: str, batch: int | str
) -> None:
    outputs = detr_outputs(decoded=decoded)
    model = build_outputs_model(
        tmp_path / "m.onnx", outputs, size=(64, 96), batch=batch, sizes=sizes, mask=mask, metadata=NAMES
    )
    detector = load_detector(str(model))
    assert detector.info.head == ("detr_decoded" if decoded else "rf_detr")
    for (found,) in detector.detect([PICTURE] * 3):
        assert found.class_name == "helmet"
        assert found.confidence == pytest.approx(0.8, abs=1e-3)
        box = found.box
        assert (box.x1, box.y1, box.x2, box.y2) == pytest.approx((0.5, 0.0, 1.0, 1.0), abs=1e-3)


def test_an_input_that_nobody_can_fill_is_refused(tmp_path: Path) -> None:
    model = build_outputs_model(tmp_path / "m.onnx", detr_outputs(decoded=False), mask="depth", metadata=NAMES)
    with pytest.raises(Rejected, match="has 2 inputs"):
        load_detector(str(model))


def test_outputs_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    model = build_model(tmp_path / "m.onnx", np.full((6, 84), np.nan, np.float32), metadata=NAMES)
    with pytest.raises(Rejected, match="gives no numbers"):
        load_detector(str(model))


def ultralytics_model(tmp_path: Path) -> Path:
    answer = np.zeros((6, 84), np.float32)
    answer[:, 5] = (32, 32, 32, 16, 0.1, 0.8)
    answer[:, 6] = (32, 32, 32, 16, 0.7, 0.1)
    return build_model(tmp_path / "m.onnx", answer, metadata=NAMES)


def test_classes_are_called_as_the_card_says(tmp_path: Path) -> None:
    model = ultralytics_model(tmp_path)
    write_card(tmp_path, "m", ModelCard(class_map=(("helmet", "hard hat"),)))
    detector = load_detector(str(model))
    assert detector.info.classes == ("person", "hard hat")
    assert detector.own_classes == ("person", "helmet")
    assert [d.class_name for d in detector.detect([PICTURE])[0]] == ["hard hat", "person"]
    write_card(tmp_path, "m", ModelCard(class_map=(("helmet", ""),)))
    assert [d.class_name for d in load_detector(str(model)).detect([PICTURE])[0]] == ["person"]


def test_two_classes_called_the_same_are_one(tmp_path: Path) -> None:
    model = ultralytics_model(tmp_path)
    write_card(tmp_path, "m", ModelCard(class_map=(("helmet", "item"), ("person", "item"))))
    detector = load_detector(str(model))
    assert detector.info.classes == ("item",)
    assert [(d.class_name, round(d.confidence, 2)) for d in detector.detect([PICTURE])[0]] == [("item", 0.8)]


def test_a_class_that_is_seen_twice_has_a_limit_of_its_own(tmp_path: Path) -> None:
    answer = np.zeros((6, 84), np.float32)
    for place, (left, person, helmet) in enumerate([(32, 0.8, 0.1), (44, 0.7, 0.1), (32, 0.1, 0.8), (44, 0.1, 0.7)]):
        answer[:, place] = (left, 32, 32, 16, person, helmet)  # both pairs overlap by 0.45
    model = build_model(tmp_path / "m.onnx", answer, metadata=NAMES)
    seen = [d.class_name for d in load_detector(str(model)).detect([PICTURE])[0]]
    assert sorted(seen) == ["helmet", "helmet", "person", "person"]
    write_card(tmp_path, "m", ModelCard(overlap=(("person", 0.35),), class_map=(("person", "worker"),)))
    seen = [d.class_name for d in load_detector(str(model)).detect([PICTURE])[0]]
    assert sorted(seen) == ["helmet", "helmet", "worker"]


def test_the_card_knows_better_what_the_input_is(tmp_path: Path) -> None:
    model = build_outputs_model(tmp_path / "m.onnx", detr_outputs(decoded=True), metadata=NAMES)
    write_card(tmp_path, "m", ModelCard(placing="centre"))
    (found,) = load_detector(str(model)).detect([PICTURE])[0]
    assert (found.box.x1, found.box.y1, found.box.y2) == pytest.approx((0.5, 0.0, 1.0), abs=1e-3)
    assert load_detector(str(model))._preparation.placing == "centre"


def test_a_file_that_was_changed_is_refused(tmp_path: Path) -> None:
    model = ultralytics_model(tmp_path)
    write_card(tmp_path, "m", ModelCard(sha256="0" * 64))
    with pytest.raises(Rejected, match="is not the file that was added"):
        load_detector(str(model))


def fake(device: Device, *, weights: int = 100 * MIB, picture: int = 100 * MIB) -> tuple[ModelDetector, FakeEngine]:
    engine = FakeEngine(device, weights, picture)
    return ModelDetector(engine, ModelFile("fake", Path("fake.onnx"), "0" * 64), 0.1), engine


def bright(value: int) -> np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]:
    return np.full((64, 64, 3), value, np.uint8)


def test_out_of_memory_shrinks_the_batch_and_loses_no_picture() -> None:
    device = Device(600 * MIB)
    detector, engine = fake(device)
    pictures = [bright(100 + n) for n in range(16)]
    found = detector.detect(pictures)
    assert [round(one[0].confidence * 255) for one in found] == [100 + n for n in range(16)]
    assert detector.batch_now == 4
    assert max(engine.batches) <= 5
    assert device.refused == 2
    assert device.peak_bytes <= device.total_bytes


def test_the_batch_grows_back_with_patience() -> None:
    device = Device(600 * MIB)
    detector, engine = fake(device)
    detector.detect([bright(200)] * 16)
    device.total_bytes = 10_000 * MIB
    sizes = set()
    for _ in range(260):
        detector.detect([bright(200)] * 16)
        sizes.add(detector.batch_now)
    assert sizes == {4, 8, 16}
    assert engine.batches[-1] == 16


def test_what_does_not_fit_once_is_told() -> None:
    detector, _ = fake(device := Device(350 * MIB))
    device.total_bytes = 150 * MIB
    with pytest.raises(OutOfMemory):
        detector.detect([bright(200)] * 3)
    assert detector.batch_now == 1


def test_a_gpu_sees_few_shapes() -> None:
    detector, engine = fake(Device(10_000 * MIB))
    detector.warm_up()
    assert engine.batches == [1, 16, 8, 4, 2, 1]
    for count in range(1, 17):
        assert len(detector.detect([bright(200)] * count)) == count
    assert set(engine.batches) == {1, 2, 4, 8, 16}
