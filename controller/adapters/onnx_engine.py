"""The Engine port on ONNX Runtime: one session on one provider."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from controller.adapters.engine import Feeds, OutOfMemory, Tensor
from controller.adapters.model_file import ModelFile
from controller.adapters.onnx_runtime import ort
from shared.errors import Broken, Rejected

CPU = "CPUExecutionProvider"
PROVIDERS = {
    "cuda": "CUDAExecutionProvider",
    "tensorrt": "TensorrtExecutionProvider",
    "openvino": "OpenVINOExecutionProvider",
    "cpu": CPU,
}
_ON_GPU = frozenset({PROVIDERS["cuda"], PROVIDERS["tensorrt"]})
_KINDS: dict[str, type[np.generic]] = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(uint8)": np.uint8,
    "tensor(double)": np.float64,
    "tensor(int64)": np.int64,
    "tensor(int32)": np.int32,
    "tensor(bool)": np.bool_,
}
_NO_MEMORY = re.compile(
    r"out of memory|Failed to allocate memory|bad_alloc|AllocateRawInternal|ALLOC_FAILED|OutOfMemory", re.IGNORECASE
)
_OTHER_FORMATS = {
    ".pt": "a PyTorch", ".pth": "a PyTorch", ".torchscript": "a TorchScript", ".tflite": "a TensorFlow Lite",
    ".pb": "a TensorFlow", ".h5": "a Keras", ".keras": "a Keras", ".engine": "a TensorRT", ".plan": "a TensorRT",
    ".xml": "an OpenVINO", ".mlmodel": "a Core ML", ".hef": "a Hailo", ".caffemodel": "a Caffe", ".rpk": "an IMX500",
    ".safetensors": "a weights",
}  # fmt: skip


class OnnxEngine:
    """One session. On a GPU inputs and outputs are bound, so that nothing is copied twice."""

    def __init__(self, session: ort.InferenceSession, provider: str) -> None:
        self.provider = provider
        self.few_shapes = provider in _ON_GPU
        self._session = session
        self._outputs = [output.name for output in session.get_outputs()]
        self.inputs = tuple(
            Tensor(i.name, _KINDS.get(i.type), tuple(n if isinstance(n, int) and n > 0 else None for n in i.shape))
            for i in session.get_inputs()
        )
        self.metadata: Mapping[str, str] = dict(session.get_modelmeta().custom_metadata_map)

    def run(self, feeds: Feeds) -> dict[str, NDArray[Any]]:
        try:
            found = self._bound(feeds) if self.few_shapes else self._session.run(None, dict(feeds))
        except Exception as fault:  # the runtime raises its own untyped classes
            told = str(fault).partition("\n")[0][:300] or type(fault).__name__
            if is_no_memory(str(fault)):
                raise OutOfMemory(f"inference failed: {told}") from fault
            raise Broken(f"inference failed: {told}") from fault
        return {name: np.asarray(value) for name, value in zip(self._outputs, found, strict=True)}

    def close(self) -> None:
        del self._session

    def _bound(self, feeds: Feeds) -> list[NDArray[Any]]:
        binding = self._session.io_binding()
        for name, value in feeds.items():
            binding.bind_cpu_input(name, value)
        for name in self._outputs:
            binding.bind_output(name)
        self._session.run_with_iobinding(binding)
        copied: list[NDArray[Any]] = binding.copy_outputs_to_cpu()
        return copied


def is_no_memory(told: str) -> bool:
    """Whether what the runtime said means that memory ran out."""
    return _NO_MEMORY.search(told) is not None


def open_engine(model: ModelFile, provider: str, threads: int, memory_bytes: int | None = None) -> OnnxEngine:
    """Load a model on exactly this provider. `memory_bytes`: the most that it may take of a GPU.

    `Rejected` names what is wrong with the model or the provider.
    """
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        wanted = [provider, PROVIDERS["cuda"]] if provider == PROVIDERS["tensorrt"] else [provider]
        chosen = [(name, provider_options(name, memory_bytes, model.path, threads)) for name in wanted]
        session = ort.InferenceSession(str(model.path), options, providers=chosen)
    except Exception as fault:  # noqa: BLE001 - the runtime raises its own untyped classes
        if is_no_memory(str(fault)):
            raise OutOfMemory(f"{model.path.name} does not fit into memory") from None
        raise Rejected("model", f"{model.path.name} cannot be loaded: {_reason(model, str(fault))}") from None
    if session.get_providers()[0] != provider:
        raise Rejected("provider", f"{provider} fell back to {session.get_providers()[0]}")
    return OnnxEngine(session, provider)


def provider_options(provider: str, memory_bytes: int | None, model: Path, threads: int = 1) -> dict[str, str]:
    """What a provider is told. A memory limit is the CUDA arena's; TensorRT keeps its engines beside the model.

    OpenVINO counts its own threads: untold, it takes every core.
    """
    options: dict[str, str] = {}
    if provider == PROVIDERS["cuda"]:
        options |= {"arena_extend_strategy": "kSameAsRequested", "cudnn_conv_algo_search": "HEURISTIC"}
        if memory_bytes is not None:
            options["gpu_mem_limit"] = str(memory_bytes)
    elif provider == PROVIDERS["tensorrt"]:
        options["trt_fp16_enable"] = "True"
        if os.access(model.parent, os.W_OK):
            options["trt_engine_cache_enable"] = "True"
            options["trt_engine_cache_path"] = str(model.parent / f"{model.stem}.engines")
        if memory_bytes is not None:
            options["trt_max_workspace_size"] = str(memory_bytes // 2)
    elif provider == PROVIDERS["openvino"]:
        options["num_of_threads"] = str(threads)
    return options


def why_not_onnx(file: Path) -> str | None:
    """What speaks against a file by its name alone."""
    told = _OTHER_FORMATS.get(file.suffix.lower())
    if told is not None:
        return f"it is {told} file, and only ONNX (.onnx) is taken: export it to ONNX first"
    return None if file.suffix.lower() == ".onnx" else "only ONNX (.onnx) is taken"


def _reason(model: ModelFile, text: str) -> str:
    told = (text.partition("failed:")[2] or text or "no reason given").splitlines()[0][:300]
    return why_not_onnx(model.path) or told
