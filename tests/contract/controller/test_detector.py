"""The Detector port's promises, kept by every way to run a model: here, in turns with others, on a serving cluster."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from controller.adapters.detector import load_detector
from controller.adapters.kserve_engine import KserveEngine, parse_remote
from controller.adapters.model_detector import ModelDetector
from controller.adapters.model_file import ModelFile
from controller.adapters.model_pool import ModelPool
from controller.flows.merge_models import MergedDetector
from controller.ports import Detector
from tests.fakes.kserve import serving
from tests.fakes.ways import anywhere
from tests.onnx_models import build_model, build_outputs_model

NAMES = ("person", "helmet")
METADATA = {"names": str(list(NAMES))}
WIDE = np.full((64, 128, 3), 200, np.uint8)

Make = Callable[[Path], Detector]


def ultralytics(folder: Path) -> Path:
    answer = np.zeros((6, 84), np.float32)
    answer[:, 5] = (32, 32, 32, 16, 0.1, 0.8)
    answer[:, 6] = (16, 32, 16, 16, 0.6, 0.1)
    return build_model(folder / "hats.onnx", answer, batch="n", metadata=METADATA)


def d_fine(folder: Path) -> Path:
    boxes, scores = np.full((100, 4), 0.4, np.float32), np.full(100, 0.01, np.float32)
    boxes[:2], scores[:2] = ((0.25, 0.25, 0.75, 0.75), (0.125, 0.25, 0.375, 0.75)), (0.8, 0.6)
    labels = np.zeros(100, np.int64)
    labels[0] = 1
    outputs: dict[str, NDArray[np.generic]] = {"labels": labels, "boxes": boxes, "scores": scores}
    return build_outputs_model(folder / "hats.onnx", outputs, batch="n", sizes="orig_target_sizes", metadata=METADATA)


@pytest.fixture(params=[ultralytics, d_fine])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    made: Path = request.param(tmp_path)
    (tmp_path / "hats.txt").write_text("\n".join(NAMES), encoding="utf-8")
    return made


@pytest.fixture(params=["here", "pooled", "merged", "cluster", "cluster with JSON"])
def detector(request: pytest.FixtureRequest, file: Path) -> Iterator[Detector]:
    with ExitStack() as stack:
        if request.param == "here":
            yield load_detector(str(file), provider="cpu")
        elif request.param == "pooled":
            pool = ModelPool(lambda name, _bytes, _last: load_detector(name, provider="cpu"), {str(file): 1}, None)
            yield pool.detector(str(file))
        elif request.param == "merged":
            one = load_detector(str(file), provider="cpu")
            yield MergedDetector([one, one])
        else:
            cluster = stack.enter_context(serving(file))
            cluster.as_json = request.param != "cluster"
            engine = KserveEngine(parse_remote(cluster.address, {cluster.place}), through=anywhere)
            stack.callback(engine.close)
            yield ModelDetector(engine, ModelFile("hats", file, engine.sha256), 0.1)


def test_it_says_what_it_is(detector: Detector) -> None:
    info = detector.info
    assert "hats" in info.name
    assert info.classes == NAMES
    assert (info.input_width_px, info.input_height_px) == (64, 64)
    assert info.provider
    assert len(info.sha256.split("+")[0]) == 64


def test_it_finds_the_same_in_any_number_of_pictures(detector: Detector) -> None:
    assert detector.detect([]) == []
    for count in (1, 3, 17):
        found = detector.detect([WIDE] * count)
        assert len(found) == count
        for one in found:
            assert [(d.class_name, round(d.confidence, 2)) for d in one] == [("helmet", 0.8), ("person", 0.6)]
            assert 0 <= one[0].box.x1 < one[0].box.x2 <= 1
            assert one[0].box.x1 == pytest.approx(0.25, abs=0.01)
            assert one[0].box.x2 == pytest.approx(0.75, abs=0.01)


def test_pictures_may_be_of_different_sizes(detector: Detector) -> None:
    sizes = [(64, 128), (720, 1280), (32, 20), (1, 1)]
    assert len(detector.detect([np.zeros((h, w, 3), np.uint8) for h, w in sizes])) == len(sizes)
