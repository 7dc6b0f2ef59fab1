"""Loads a detector on the best provider that passes a test inference and sees as well as the CPU."""

from collections.abc import Callable, Sequence
from pathlib import Path

import onnxruntime as ort
import structlog

from controller.adapters.engine import Engine, OutOfMemory
from controller.adapters.known_pictures import KnownPicture, agreement, known_pictures
from controller.adapters.model_detector import ModelDetector
from controller.adapters.model_file import ModelFile, find_model
from controller.adapters.onnx_engine import CPU, PROVIDERS, open_engine
from controller.adapters.onnx_file import check_onnx_file
from shared.errors import Broken, Rejected
from shared.texts import say

log = structlog.get_logger("detector")

LEAST_CONFIDENCE = 0.1
"""Faint detections keep tracks alive and speak for worn equipment; rules have their own limits."""

_NOT_INSTALLED = "ONNX Runtime has no such provider here"
_PREFERRED = (PROVIDERS["cuda"], PROVIDERS["openvino"], CPU)
"""TensorRT builds an engine for minutes at its first start: it is used when asked for by name."""

Opener = Callable[[ModelFile, str, int, int | None], Engine]


def load_detector(
    wanted: str,
    *,
    folders: Sequence[Path] = (),
    provider: str = "auto",
    threads: int = 1,
    least_confidence: float = LEAST_CONFIDENCE,
    memory_bytes: int | None = None,
    tell_no_memory: bool = False,
    open_on: Opener = open_engine,
    available: Sequence[str] | None = None,
    pictures: Sequence[KnownPicture] | None = None,
) -> ModelDetector:
    """Load a model by name or path on the first provider that passes.

    `provider`: auto, cuda, tensorrt, openvino or cpu. A provider that fails, or sees worse than the CPU by more than
    a point of AP50 on known pictures, is logged with its reason and the next one is taken, at last the CPU;
    `fallback` says why the first did not do. An unfit model raises `Rejected`. `memory_bytes`: of a GPU, at most.
    `tell_no_memory`: raise `OutOfMemory` instead of taking the next provider, for others may make room.
    """
    model = find_model(wanted, folders)
    check_format(model)
    detector = ModelDetector(open_on(model, CPU, threads, None), model, least_confidence)
    candidates = _candidates(provider, ort.get_available_providers() if available is None else available)
    if not candidates:
        detector.fallback = say("provider_fallback", wanted=provider, why=_NOT_INSTALLED)
    fault: tuple[str, str] | None = None  # of the first that was wanted
    for name in candidates:
        if name == CPU:
            break
        try:
            faster = ModelDetector(open_on(model, name, threads, memory_bytes), model, least_confidence)
            _pass(detector, faster, known_pictures() if pictures is None else pictures)
        except (Rejected, Broken) as raised:
            if tell_no_memory and isinstance(raised, OutOfMemory):
                raise
            log.warning("provider refused, taking the next", provider=name, reason=str(raised))
            fault = fault or (name, _fault_of(raised))
            continue
        if fault is not None:
            faster.fallback = say("provider_next", wanted=fault[0], taken=name, why=fault[1])
        return faster
    if fault is not None:
        detector.fallback = say("provider_fallback", wanted=fault[0], why=fault[1])
    return detector


def _pass(reference: ModelDetector, other: ModelDetector, pictures: Sequence[KnownPicture]) -> None:
    """Refuse a provider that does not run, or sees worse than the CPU."""
    other.warm_up()
    found = agreement(reference, other, pictures)
    if not found.good:
        raise Rejected("provider", str(found))
    log.info("provider sees as well as the CPU", provider=other.info.provider, seen=str(found))


def check_format(model: ModelFile) -> None:
    """Refuse what is plainly no ONNX model, or refers to what is not in its file."""
    if model.path.suffix.lower() == ".onnx":
        check_onnx_file(model.path)


def _candidates(provider: str, available: Sequence[str]) -> tuple[str, ...]:
    if provider == "auto":
        return tuple(name for name in _PREFERRED if name in available)
    if provider not in PROVIDERS:
        raise Rejected("provider", f"{provider!r} is not one of auto, {', '.join(PROVIDERS)}")
    if PROVIDERS[provider] not in available:
        log.warning("provider is not installed, taking the CPU", provider=provider, available=available)
        return ()
    return (PROVIDERS[provider],)


def _fault_of(fault: Rejected | Broken) -> str:
    """What a provider said, without the field that it was said of."""
    return fault.fault if isinstance(fault, Rejected) else str(fault)
