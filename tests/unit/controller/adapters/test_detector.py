"""The detector on ONNX Runtime: known answers through every head, input type, size and batch; clear refusals."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from controller.adapters.detector import load_detector
from controller.adapters.model_file import find_model
from shared.errors import Rejected
from shared.heads import grid_centres
from tests.onnx_models import build_model

Floats = NDArray[np.float32]
NAMES = {"names": "{0: 'person', 1: 'helmet'}"}
SIZE = 64
CELLS = 84
# A picture of 128x64 in an input of 64x64: half size, 16 px above and below when centred.
PICTURE = np.full((64, 128, 3), 200, np.uint8)


def ultralytics(top: float = 16) -> Floats:
    """A helmet on x 16..48, y 8..24 of the scaled picture."""
    out = np.zeros((6, CELLS), np.float32)
    out[:, 5] = (32, 16 + top, 32, 16, 0.1, 0.8)
    return out


def yolov5() -> Floats:
    out = np.zeros((3 * CELLS, 7), np.float32)
    out[9] = (32, 32, 32, 16, 0.8, 0.1, 1.0)
    return out


def yolox(*, decoded: bool) -> Floats:
    out = np.zeros((CELLS, 7), np.float32)
    grid = grid_centres(SIZE, SIZE, (8, 16, 32))
    if decoded:
        out[:, :2] = (grid[:, :2] + 0.5) * grid[:, 2:]
        out[:, 2:4] = 8
        out[2 * 8 + 4] = (32, 16, 32, 16, 0.8, 0.1, 1.0)
    else:
        out[2 * 8 + 4] = (0, 0, np.log(4), np.log(2), 0.8, 0.1, 1.0)
    return out


def end_to_end() -> Floats:
    out = np.zeros((20, 6), np.float32)
    out[0] = (16, 24, 48, 40, 0.8, 1)
    return out


ANSWERS = {
    "ultralytics": ultralytics(),
    "yolov5": yolov5(),
    "yolox": yolox(decoded=False),
    "yolox_decoded": yolox(decoded=True),
    "end_to_end": end_to_end(),
}


def assert_helmet(model: Path, *, pictures: int = 1, head: str | None = None) -> None:
    detector = load_detector(str(model))
    assert head is None or detector.info.head == head
    found = detector.detect([PICTURE] * pictures)
    assert len(found) == pictures
    for (detection,) in found:
        assert detection.class_name == "helmet"
        assert detection.confidence == pytest.approx(0.8, abs=1e-3)
        box = detection.box
        assert (box.x1, box.y1, box.x2, box.y2) == pytest.approx((0.25, 0.25, 0.75, 0.75), abs=1e-3)


@pytest.mark.parametrize("head", ANSWERS)
def test_every_head_finds_the_known_box(tmp_path: Path, head: str) -> None:
    assert_helmet(build_model(tmp_path / "m.onnx", ANSWERS[head], metadata=NAMES), head=head)


@pytest.mark.parametrize("dtype", ["float16", "uint8"])
@pytest.mark.parametrize("channels_last", [False, True])
def test_other_input_types_and_orders(tmp_path: Path, dtype: str, channels_last: bool) -> None:
    model = build_model(tmp_path / "m.onnx", ultralytics(), dtype=dtype, channels_last=channels_last, metadata=NAMES)
    assert_helmet(model)


@pytest.mark.parametrize(("batch", "pictures"), [("n", 1), ("n", 5), (4, 1), (4, 6), (1, 3), ("n", 40)])
def test_dynamic_and_fixed_batches(tmp_path: Path, batch: int | str, pictures: int) -> None:
    model = build_model(tmp_path / "m.onnx", ultralytics(), batch=batch, metadata=NAMES)
    assert_helmet(model, pictures=pictures)


def test_a_dynamic_size_is_taken_from_the_metadata(tmp_path: Path) -> None:
    model = build_model(tmp_path / "m.onnx", ultralytics(), dynamic=True, metadata=NAMES | {"imgsz": "[64, 64]"})
    assert_helmet(model)


def test_a_wide_input_needs_less_padding(tmp_path: Path) -> None:
    cells = 8 * 4 + 4 * 2 + 2 * 1
    answer = np.zeros((6, cells), np.float32)
    answer[:, 5] = (32, 16, 32, 16, 0.1, 0.8)
    assert_helmet(build_model(tmp_path / "m.onnx", answer, size=(32, 64), metadata=NAMES))


def test_doubles_are_suppressed_and_faint_ones_left_out(tmp_path: Path) -> None:
    answer = ultralytics()
    answer[:, 6] = answer[:, 5]
    answer[5, 6] = 0.7
    answer[:, 7] = (10, 30, 4, 4, 0.05, 0.05)
    assert_helmet(build_model(tmp_path / "m.onnx", answer, metadata=NAMES))


def test_what_lies_in_the_padding_only_is_no_detection(tmp_path: Path) -> None:
    answer = ultralytics()
    answer[:, 5] = (32, 4, 10, 4, 0.1, 0.8)
    assert load_detector(str(build_model(tmp_path / "m.onnx", answer, metadata=NAMES))).detect([PICTURE]) == [()]


def test_one_model_takes_pictures_of_any_size(tmp_path: Path) -> None:
    detector = load_detector(str(build_model(tmp_path / "m.onnx", ultralytics(), batch="n", metadata=NAMES)))
    sizes = [(64, 128), (720, 1280), (32, 20), (1, 1), (64, 64)]
    assert len(detector.detect([np.zeros((h, w, 3), np.uint8) for h, w in sizes])) == len(sizes)
    assert detector.detect([]) == []


@pytest.mark.parametrize(
    ("sidecar", "text"),
    [
        ("m.txt", "person\nhelmet\n"),
        ("m.labels.txt", "person\nhelmet"),
        ("m.names", "person\nhelmet"),
        ("m.json", '{"names": ["person", "helmet"]}'),
        ("m.yaml", "names:\n  0: person\n  1: helmet\n"),
        ("m.onnx.json", '["person", "helmet"]'),
        ("labels.txt", "person\nhelmet"),
        ("labels.yaml", "[person, helmet]"),
    ],
)
def test_names_come_from_a_sidecar(tmp_path: Path, sidecar: str, text: str) -> None:
    model = build_model(tmp_path / "m.onnx", ultralytics())
    (tmp_path / sidecar).write_text(text, encoding="utf-8")
    assert_helmet(model)


def test_the_models_own_sidecar_comes_before_its_metadata(tmp_path: Path) -> None:
    model = build_model(tmp_path / "m.onnx", ultralytics(), metadata={"names": "{0: 'a', 1: 'b'}"})
    (tmp_path / "m.txt").write_text("person\nhelmet", encoding="utf-8")
    (tmp_path / "labels.txt").write_text("x\ny", encoding="utf-8")
    assert_helmet(model)


def test_eighty_unnamed_classes_are_those_of_coco(tmp_path: Path) -> None:
    answer = np.zeros((84, 4 * CELLS), np.float32)
    answer[[0, 1, 2, 3, 4], 5] = (64, 64, 64, 32, 0.9)
    detector = load_detector(str(build_model(tmp_path / "m.onnx", answer, size=(128, 128))))
    assert detector.detect([PICTURE])[0][0].class_name == "person"
    assert len(detector.info.classes) == 80


def test_rows_without_a_name_are_left_out(tmp_path: Path) -> None:
    answer = end_to_end()
    answer[1] = (0, 20, 9, 40, 0.9, 7)
    assert_helmet(build_model(tmp_path / "m.onnx", answer, metadata=NAMES))


def test_the_model_is_told_by_name_hash_and_provider(tmp_path: Path) -> None:
    info = load_detector(str(build_model(tmp_path / "hats.onnx", ultralytics(), metadata=NAMES))).info
    assert (info.name, info.provider, info.input_width_px, info.classes) == (
        "hats",
        "CPUExecutionProvider",
        64,
        ("person", "helmet"),
    )
    assert info.sha256 == find_model(str(tmp_path / "hats.onnx")).sha256


def test_a_name_is_looked_up_in_the_folders(tmp_path: Path) -> None:
    build_model(tmp_path / "hats.onnx", ultralytics(), metadata=NAMES)
    assert load_detector("hats", folders=[tmp_path / "none", tmp_path]).info.name == "hats"


def refused(model: Path | str, **options: str) -> str:
    with pytest.raises(Rejected) as caught:
        load_detector(str(model), **options)  # type: ignore[arg-type]
    return str(caught.value)


def test_what_is_no_model_is_refused_with_its_reason(tmp_path: Path) -> None:
    assert "neither a file nor a known model" in refused("no-such-model")
    assert "neither a file nor a known model" in refused("../no/such/file")
    (tmp_path / "empty.onnx").touch()
    assert "0 bytes" in refused(tmp_path / "empty.onnx")
    (tmp_path / "text.onnx").write_text("this is no protobuf", encoding="utf-8")
    assert "cannot be loaded" in refused(tmp_path / "text.onnx")
    good = build_model(tmp_path / "good.onnx", ultralytics(), metadata=NAMES)
    (tmp_path / "cut.onnx").write_bytes(good.read_bytes()[:200])
    assert "cannot be loaded" in refused(tmp_path / "cut.onnx")


def test_an_unfit_model_is_refused_with_its_shapes(tmp_path: Path) -> None:
    text = refused(build_model(tmp_path / "m.onnx", np.zeros((10, 10), np.float32)))
    assert "[1, 10, 10]" in text
    assert "64x64" in text


def test_missing_and_wrong_names_are_refused(tmp_path: Path) -> None:
    assert "2 classes have no names" in refused(build_model(tmp_path / "a.onnx", ultralytics()))
    three = build_model(tmp_path / "b.onnx", ultralytics(), metadata={"names": "['a', 'b', 'c']"})
    assert "3 class names for 2 classes" in refused(three)
    bad = build_model(tmp_path / "c.onnx", ultralytics())
    (tmp_path / "c.json").write_text("{", encoding="utf-8")
    assert "c.json: cannot be parsed" in refused(bad)
    assert "its classes have no names" in refused(build_model(tmp_path / "d.onnx", end_to_end()))


def test_an_input_that_is_no_picture_is_refused(tmp_path: Path) -> None:
    tiny = build_model(tmp_path / "m.onnx", ultralytics(), size=(16, 16), metadata=NAMES)
    assert "input of 16x16" in refused(tiny)
    many = build_model(tmp_path / "n.onnx", ultralytics(), batch=64, metadata=NAMES)
    assert "fixed batch of 64" in refused(many)


def test_a_provider_that_is_not_there_falls_back_and_an_unknown_one_is_refused(tmp_path: Path) -> None:
    model = build_model(tmp_path / "m.onnx", ultralytics(), metadata=NAMES)
    assert "is not one of auto" in refused(model, provider="abacus")
    assert load_detector(str(model), provider="openvino").info.provider == "CPUExecutionProvider"


def scaled(answer: Floats, *, transposed: bool) -> Floats:
    values = (answer.T if transposed else answer).copy()
    values[:, :4] /= SIZE
    return values.T if transposed else values


def bare(answer: Floats, *, transposed: bool) -> Floats:
    """Scores before their sigmoid."""
    values = (answer.T if transposed else answer).copy()
    scores = np.clip(values[:, 4:], 1e-4, 1 - 1e-4)
    values[:, 4:] = np.log(scores / (1 - scores))
    return values.T if transposed else values


@pytest.mark.parametrize("head", ["ultralytics", "yolov5", "end_to_end"])
def test_boxes_as_shares_of_the_input(tmp_path: Path, head: str) -> None:
    answer = scaled(ANSWERS[head], transposed=head == "ultralytics")
    assert_helmet(build_model(tmp_path / "m.onnx", answer, metadata=NAMES), head=head)


@pytest.mark.parametrize("head", ["ultralytics", "yolov5"])
def test_scores_without_their_sigmoid(tmp_path: Path, head: str) -> None:
    answer = bare(ANSWERS[head], transposed=head == "ultralytics")
    assert_helmet(build_model(tmp_path / "m.onnx", answer, metadata=NAMES), head=head)


@pytest.mark.parametrize("head", ["ultralytics", "yolov5", "yolox", "yolox_decoded"])
def test_rows_and_columns_changed_round(tmp_path: Path, head: str) -> None:
    answer = np.ascontiguousarray(ANSWERS[head].T)
    assert_helmet(build_model(tmp_path / "m.onnx", answer, metadata=NAMES), head=head)


def test_eighty_four_unnamed_columns_are_coco_by_rows(tmp_path: Path) -> None:
    answer = np.zeros((4 * CELLS, 84), np.float32)
    answer[5, :5] = (64, 64, 64, 32, 0.9)
    detector = load_detector(str(build_model(tmp_path / "m.onnx", answer, size=(128, 128))))
    assert detector.info.head == "ultralytics"
    assert detector.detect([PICTURE])[0][0].class_name == "person"


def test_a_pytorch_file_is_told_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "m.pt").write_bytes(b"PK\x03\x04" + bytes(100))
    assert "export it to ONNX" in refused(tmp_path / "m.pt")
