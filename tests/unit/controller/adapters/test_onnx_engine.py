"""What a provider is told, and what the runtime says when memory runs out."""

from pathlib import Path

import numpy as np
import pytest

from controller.adapters.model_file import find_model
from controller.adapters.onnx_engine import CPU, PROVIDERS, OnnxEngine, is_no_memory, open_engine, provider_options
from shared.errors import Broken, Rejected
from tests.onnx_models import build_model

CUDA, TENSORRT = PROVIDERS["cuda"], PROVIDERS["tensorrt"]


def engine(folder: Path) -> OnnxEngine:
    file = build_model(folder / "m.onnx", np.ones((6, 84), np.float32), batch="n", metadata={"names": "['a', 'b']"})
    return open_engine(find_model(str(file)), CPU, 1)


def test_bound_inputs_and_outputs_say_the_same(tmp_path: Path) -> None:
    plain, bound = engine(tmp_path), engine(tmp_path)
    bound.few_shapes = True
    for count in (1, 3):
        feeds = {"images": np.zeros((count, 3, 64, 64), np.float32)}
        for name, value in plain.run(feeds).items():
            np.testing.assert_array_equal(bound.run(feeds)[name], value)


def test_what_does_not_fit_the_model_is_broken(tmp_path: Path) -> None:
    with pytest.raises(Broken, match="inference failed"):
        engine(tmp_path).run({"images": np.zeros((1, 3, 5, 5), np.float32)})


def test_a_provider_that_is_not_there_is_refused(tmp_path: Path) -> None:
    file = build_model(tmp_path / "m.onnx", np.ones((6, 84), np.float32))
    with pytest.raises(Rejected):
        open_engine(find_model(str(file)), CUDA, 1)


def test_a_memory_limit_is_the_arenas(tmp_path: Path) -> None:
    model = tmp_path / "m.onnx"
    assert provider_options(CPU, 5, model) == {}
    assert provider_options(CUDA, 6_000_000_000, model)["gpu_mem_limit"] == "6000000000"
    assert "gpu_mem_limit" not in provider_options(CUDA, None, model)
    told = provider_options(TENSORRT, None, model)
    assert told["trt_engine_cache_path"] == str(tmp_path / "m.engines")
    assert "trt_engine_cache_path" not in provider_options(TENSORRT, None, tmp_path / "none" / "m.onnx")


@pytest.mark.parametrize(
    "told",
    [
        "BFCArena::AllocateRawInternal Failed to allocate memory for requested buffer of size 6553600",
        "CUDA failure 2: out of memory ; GPU=0",
        "CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED",
        "std::bad_alloc",
    ],
)
def test_memory_that_ran_out_is_told_from_other_faults(told: str) -> None:
    assert is_no_memory(told)
    assert not is_no_memory("Got invalid dimensions for input: images")
