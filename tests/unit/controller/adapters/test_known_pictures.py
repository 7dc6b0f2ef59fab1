"""A provider that sees worse than the CPU is found out on known pictures, by the truth or by what the CPU sees."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from controller.adapters.detector import load_detector
from controller.adapters.engine import Feeds
from controller.adapters.known_pictures import agreement, known_pictures, pictures_in
from controller.adapters.model_file import ModelFile
from controller.adapters.onnx_engine import OnnxEngine, open_engine
from shared.errors import Broken, Rejected
from tests.onnx_models import build_model

Outputs = dict[str, NDArray[Any]]
CUDA = "CUDAExecutionProvider"
OPENVINO = "OpenVINOExecutionProvider"


class HandTimer:
    """Seconds that pass only where a provider says that it takes time."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


class Bent:
    """A provider on the CPU whose outputs come out otherwise."""

    def __init__(self, engine: OnnxEngine, provider: str, bend: Callable[[Outputs], Outputs]) -> None:
        self.provider, self.few_shapes = provider, False
        self.inputs, self.metadata = engine.inputs, engine.metadata
        self._engine, self._bend = engine, bend

    def run(self, feeds: Feeds) -> Outputs:
        return self._bend(self._engine.run(feeds))

    def close(self) -> None:
        self._engine.close()


def opener(bends: Mapping[str, Callable[[Outputs], Outputs]]) -> Callable[..., Any]:
    def open_on(model: ModelFile, provider: str, threads: int, memory_bytes: int | None) -> Any:
        engine = open_engine(model, "CPUExecutionProvider", threads, memory_bytes)
        return Bent(engine, provider, bends[provider]) if provider in bends else engine

    return open_on


def same(outputs: Outputs) -> Outputs:
    return {name: value * (1 + 1e-4) for name, value in outputs.items()}


def unbent(outputs: Outputs) -> Outputs:
    return outputs


def shifted(outputs: Outputs) -> Outputs:
    """Boxes a good way off, as after a broken conversion."""
    moved = {name: value.copy() for name, value in outputs.items()}
    for value in moved.values():
        value[:, 0] += 12
    return moved


def broken(outputs: Outputs) -> Outputs:
    raise Broken(f"cuDNN error with {len(outputs)}")


def nothing(outputs: Outputs) -> Outputs:
    return {name: np.zeros_like(value) for name, value in outputs.items()}


def load(
    bends: Mapping[str, Callable[[Outputs], Outputs]], model: str = "yard", costs: dict[str, float] | None = None
) -> tuple[str, str]:
    """Provider and fallback, where an inference takes `costs` seconds; the CPU is slow where nobody says."""
    few = known_pictures()[:3]
    timer = HandTimer()
    seconds = {"CPUExecutionProvider": 9.0} | (costs or {})

    def taking(name: str, bend: Callable[[Outputs], Outputs]) -> Callable[[Outputs], Outputs]:
        def bent(outputs: Outputs) -> Outputs:
            timer.now_s += seconds.get(name, 1.0)
            return bend(outputs)

        return bent

    every = {**bends, "CPUExecutionProvider": unbent}
    open_on = opener({name: taking(name, bend) for name, bend in every.items()})
    found = load_detector(model, open_on=open_on, available=list(every), pictures=few, timer=timer)
    return found.info.provider, str(found.fallback or "")


def test_the_best_provider_that_sees_as_well_is_taken() -> None:
    assert load({CUDA: same, OPENVINO: same}) == (CUDA, "")


@pytest.mark.parametrize(("bend", "reason"), [(shifted, "AP50 0."), (broken, "cuDNN error"), (nothing, "AP50 0.000")])
def test_one_that_sees_worse_or_fails_is_passed_over_with_its_reason(
    bend: Callable[[Outputs], Outputs], reason: str
) -> None:
    provider, fallback = load({CUDA: bend})
    assert provider == "CPUExecutionProvider"
    assert CUDA in fallback
    assert reason in fallback


def test_of_those_that_see_as_well_the_fastest_judges() -> None:
    cpu = "CPUExecutionProvider"
    both = {CUDA: same, OPENVINO: same}
    assert load(both, costs={CUDA: 5.0, OPENVINO: 2.0}) == (OPENVINO, "")
    assert load({OPENVINO: same}, costs={OPENVINO: 3.0, cpu: 1.0}) == (cpu, ""), "nothing is wrong: nothing is told"
    assert load({OPENVINO: same}, costs={OPENVINO: 1.05, cpu: 1.0}) == (OPENVINO, ""), "as good as equal"
    assert load({CUDA: same, OPENVINO: shifted}) == (CUDA, ""), "what comes behind it is not missed"
    assert load({CUDA: shifted, OPENVINO: same}, costs={OPENVINO: 3.0, cpu: 1.0})[1].startswith(f"{CUDA} is not used")


def test_a_provider_that_was_asked_for_is_taken_however_slow() -> None:
    bends = {OPENVINO: same}
    found = load_detector("yard", provider="openvino", open_on=opener(bends), available=[OPENVINO], timer=HandTimer())
    assert found.info.provider == OPENVINO


def test_the_next_one_is_tried() -> None:
    provider, fallback = load({CUDA: broken, OPENVINO: same})
    assert provider == OPENVINO
    assert fallback == f"{CUDA} is not used, {OPENVINO} judges: cuDNN error with 1"


def test_where_the_truth_does_not_fit_the_cpus_own_detections_do(tmp_path: Path) -> None:
    answer = np.zeros((5, 84), np.float32)
    answer[:, 5] = (32, 32, 32, 16, 0.8)
    model = build_model(tmp_path / "m.onnx", answer, batch="n", metadata={"names": "['dog']"})
    detector = load_detector(str(model))
    found = agreement(detector, detector, known_pictures())
    assert (found.by, found.share, found.good) == ("agreement", 1.0, True)
    assert load({CUDA: same}, str(model)) == (CUDA, "")
    assert "against the CPU" in load({CUDA: shifted}, str(model))[1]


def test_where_nothing_is_seen_the_outputs_are_compared(tmp_path: Path) -> None:
    answer = np.full((5, 84), 0.01, np.float32)
    model = build_model(tmp_path / "m.onnx", answer, batch="n", metadata={"names": "['dog']"})
    assert load({CUDA: same}, str(model)) == (CUDA, "")
    assert "likeness of outputs" in load({CUDA: shifted}, str(model))[1]


def test_a_sites_own_pictures(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="holds no"):
        pictures_in(tmp_path)
    cv2.imwrite(str(tmp_path / "a.png"), np.zeros((40, 60, 3), np.uint8))
    (one,) = pictures_in(tmp_path)
    assert one.picture.shape == (40, 60, 3)
    assert one.known is None
    (tmp_path / "b.jpg").write_bytes(b"no picture")
    with pytest.raises(Rejected, match=r"b\.jpg is no picture"):
        pictures_in(tmp_path)


def test_the_known_pictures_show_every_class() -> None:
    named = {k.class_name for one in known_pictures() for k in one.known or () if not k.ignored}
    assert named == {"person", "helmet", "vest", "vehicle"}
