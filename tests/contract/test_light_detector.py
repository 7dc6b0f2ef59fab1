"""The LightDetector port: every layout and number type on every runtime at hand, the fake, equal boxes.

It needs nothing but numpy, flatbuffers and a runtime, so that the long form runs it in tflite-runtime's own world.
"""

import importlib.util
import os
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from edge_agent.adapters.litert import LiteRtDetector
from edge_agent.core.sightings import Thing
from shared.errors import Rejected
from shared.geometry import Box

flatbuffers = pytest.importorskip("flatbuffers", reason="flatbuffers writes the models; it comes with the dev extra")
from tests.fakes.detector import FakeDetector  # noqa: E402
from tests.litert_models import SIDE_PX, Kind, Number, build_model, cell_box, cell_picture  # noqa: E402

RUNTIMES = [name for name in ("ai_edge_litert", "tflite_runtime") if importlib.util.find_spec(name) is not None]
pytestmark = pytest.mark.skipif(not RUNTIMES, reason="neither ai-edge-litert nor tflite-runtime is installed")
MODELS = Path(os.environ.get("CCTV_TEST_DATA") or Path(__file__).parents[3] / "shared" / "data") / "models"
SSD = "ssd_mobilenet_v1_1_metadata_2.tflite"
NAMES = {"labels.txt": "person\ncar\n"}
ULTRALYTICS = {"metadata.json": "{'names': {0: 'person', 1: 'car'}, 'task': 'detect', 'imgsz': [64, 64]}"}


@pytest.fixture(params=RUNTIMES or [""])
def runtime(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("number", get_args(Number))
@pytest.mark.parametrize("kind", get_args(Kind))
def test_every_layout_gives_the_same_boxes(tmp_path: Path, runtime: str, kind: Kind, number: Number) -> None:
    model = build_model(tmp_path / "m.tflite", kind, number, ULTRALYTICS if "ultra" in kind else NAMES)
    detector = LiteRtDetector(model, None, 0.5, runtime=runtime)
    found = detector.detect(cell_picture([(2, 3, "red"), (6, 5, "blue"), (0, 7, "red")]))
    assert sorted(thing.name for thing in found) == ["car", "person", "person"]
    for name, column, row in (("person", 2, 3), ("car", 6, 5), ("person", 0, 7)):
        wanted = cell_box(column, row)
        assert any(thing.name == name and near(thing, wanted) for thing in found), (name, found)
    assert all(thing.score > 0.9 for thing in found)
    assert [thing.score for thing in found] == sorted((thing.score for thing in found), reverse=True)


def near(thing: Thing, wanted: tuple[float, float, float, float]) -> bool:
    """Equal up to a step of an eight-bit output, 1/255."""
    box = thing.box
    return bool(np.allclose((box.x1, box.y1, box.x2, box.y2), wanted, atol=0.0101))


@pytest.mark.skipif(not (MODELS / SSD).is_file(), reason="the real model lies with the footage (CCTV_TEST_DATA)")
def test_a_real_ssd_is_recognised_and_its_names_are_read_from_the_file(runtime: str) -> None:
    detector = LiteRtDetector(MODELS / SSD, None, 0.4, runtime=runtime)
    assert detector.name == f"{runtime.replace('_', '-')} {SSD} (ssd, 90 classes)"
    assert detector.fit(640, 360) == (300, 300)
    assert detector.detect(np.full((300, 300, 3), 114, np.uint8)) == ()


def test_the_fake_sees_the_same() -> None:
    found = FakeDetector().detect(cell_picture([(2, 3, "red"), (6, 5, "blue"), (0, 7, "red")]))
    for name, column, row in (("person", 2, 3), ("car", 6, 5), ("person", 0, 7)):
        assert any(thing.name == name and near(thing, cell_box(column, row)) for thing in found)
    assert len(found) == 3
    with pytest.raises(Rejected, match="picture: of shape"):
        FakeDetector().detect(np.zeros((20, 20, 3), np.uint8))


def test_nothing_is_nothing(tmp_path: Path, runtime: str) -> None:
    detector = LiteRtDetector(build_model(tmp_path / "m.tflite", "yolox", files=NAMES), None, 0.5, runtime=runtime)
    assert detector.detect(cell_picture([])) == ()


def test_a_picture_lies_in_the_input_undistorted(tmp_path: Path, runtime: str) -> None:
    model = build_model(tmp_path / "m.tflite", "ultralytics", files=ULTRALYTICS)
    detector = LiteRtDetector(model, None, 0.5, runtime=runtime)
    assert detector.fit(640, 320) == (SIDE_PX, SIDE_PX // 2)
    picture = cell_picture([(2, 4, "red")])[16:48]
    (thing,) = detector.detect(picture)
    x1, y1, x2, y2 = cell_box(2, 4)
    assert near(Thing("person", 1, Box(x1, (y1 - 0.25) * 2, x2, (y2 - 0.25) * 2)), corners(thing))


def corners(thing: Thing) -> tuple[float, float, float, float]:
    return thing.box.x1, thing.box.y1, thing.box.x2, thing.box.y2


def test_a_picture_of_another_size_is_refused(tmp_path: Path, runtime: str) -> None:
    detector = LiteRtDetector(build_model(tmp_path / "m.tflite", "yolox", files=NAMES), None, 0.5, runtime=runtime)
    with pytest.raises(Rejected, match="picture: of shape"):
        detector.detect(np.zeros((20, 20, 3), np.uint8))


def test_names_may_lie_beside_the_model_or_be_given(tmp_path: Path, runtime: str) -> None:
    model = build_model(tmp_path / "m.tflite", "yolox")
    (tmp_path / "m.txt").write_text("man\ntruck\n")
    seen = LiteRtDetector(model, None, 0.5, runtime=runtime).detect(cell_picture([(3, 3, "red")]))
    assert [thing.name for thing in seen] == ["man"]
    (tmp_path / "other.txt").write_text("worker\nlorry\n")
    seen = LiteRtDetector(model, tmp_path / "other.txt", 0.5, runtime=runtime).detect(cell_picture([(3, 3, "blue")]))
    assert [thing.name for thing in seen] == ["lorry"]


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda path: path.unlink(), "model: .*No such file"),
        (lambda path: path.write_bytes(b"not a model at all"), "model: m.tflite is no TensorFlow Lite model"),
        (lambda path: path.write_bytes(path.read_bytes()[:600]), "model: m.tflite does not run on"),
        (lambda path: build_model(path, "yolox"), "labels: the classes have no names"),
        (lambda path: build_model(path, "ultralytics", files={"a.txt": "a\nb\nc\nd\n"}), "labels: 4 names for 2"),
        (lambda path: build_model(path, "yolox", files={"a.txt": "a\n\nb\n"}), r"a.txt\[1\]: '' is not a class name"),
        (lambda path: path.with_suffix(".txt").write_bytes(b"\xff\xfe\xff"), "labels: m.txt is not text"),
        (lambda path: build_model(path, "yolox", files={"metadata.json": "{'task': 'pose'}"}), "task 'pose'"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_by_name(
    tmp_path: Path, runtime: str, spoil: Callable[[Path], object], fault: str
) -> None:
    model = build_model(tmp_path / "m.tflite", "yolox", files=NAMES)
    spoil(model)
    with pytest.raises(Rejected, match=fault):
        LiteRtDetector(model, None, 0.5, runtime=runtime)
