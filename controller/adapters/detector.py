"""Loads a detector on the fastest provider that passes a test inference and sees as well as the CPU."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import structlog

from controller.adapters.engine import Engine, OutOfMemory
from controller.adapters.known_pictures import KnownPicture, agreement, known_pictures
from controller.adapters.model_detector import ModelDetector
from controller.adapters.model_file import ModelFile, find_model
from controller.adapters.onnx_engine import CPU, PROVIDERS, open_engine
from controller.adapters.onnx_file import check_onnx_file
from controller.adapters.onnx_runtime import ort
from controller.adapters.speed_trial import speeds_of
from controller.core.provider_choice import fastest
from shared.errors import Broken, Rejected
from shared.texts import say

log = structlog.get_logger("detector")

LEAST_CONFIDENCE = 0.1
"""Faint detections keep tracks alive and speak for worn equipment; rules have their own limits."""

_NOT_INSTALLED = "ONNX Runtime has no such provider here"
PREFERRED = (PROVIDERS["cuda"], PROVIDERS["openvino"], CPU)
"""What `auto` chooses among; the first where none is faster.

TensorRT builds an engine for minutes at its first start: it is used when asked for by name.
"""

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
    timer: Callable[[], float] = time.perf_counter,
) -> ModelDetector:
    """Load a model by name or path on a provider that passes; `auto` takes the fastest of those that do.

    `provider`: auto, cuda, tensorrt, openvino or cpu. A provider that fails, or sees worse than the CPU by more than
    a point of AP50 on known pictures, is logged with its reason and left out; there is always the CPU. `fallback`
    says why the first that was wanted did not pass. An unfit model raises `Rejected`. `memory_bytes`: of a GPU, at
    most. `tell_no_memory`: raise `OutOfMemory` instead of leaving a provider out, for others may make room.
    """
    model = find_model(wanted, folders)
    check_format(model)
    reference = ModelDetector(open_on(model, CPU, threads, None), model, least_confidence)
    shown = known_pictures() if pictures is None else pictures
    candidates = _candidates(provider, ort.get_available_providers() if available is None else available)
    if not candidates:
        reference.fallback = say("provider_fallback", wanted=provider, why=_NOT_INSTALLED)
    fault: tuple[str, str] | None = None  # of the first that was wanted
    passed: list[ModelDetector] = []
    for name in candidates:
        if name == CPU:
            continue
        try:
            other = ModelDetector(open_on(model, name, threads, memory_bytes), model, least_confidence)
            _pass(reference, other, shown)
        except (Rejected, Broken) as raised:
            if tell_no_memory and isinstance(raised, OutOfMemory):
                raise
            log.warning("provider refused, taking the next", provider=name, reason=str(raised))
            fault = fault or (name, _fault_of(raised))
        else:
            passed.append(other)
    taken = passed[0] if passed else reference
    if provider == "auto" and passed:
        taken = _fastest([*passed, reference], shown, timer)
    if fault is not None and taken is reference:
        taken.fallback = say("provider_fallback", wanted=fault[0], why=fault[1])
    elif fault is not None and candidates.index(fault[0]) < candidates.index(taken.info.provider):
        taken.fallback = say("provider_next", wanted=fault[0], taken=taken.info.provider, why=fault[1])
    return taken


def _fastest(
    passed: Sequence[ModelDetector], shown: Sequence[KnownPicture], timer: Callable[[], float]
) -> ModelDetector:
    """The one to take; the others are unloaded."""
    pictures = [one.picture for one in shown]
    speeds = dict(zip([one.info.provider for one in passed], speeds_of(passed, pictures, timer), strict=True))
    taken = fastest([*speeds.items()])
    told = ", ".join(f"{name} {speed:.1f}" for name, speed in speeds.items())
    log.info("fastest provider taken", provider=taken, pictures_per_second=told)
    for one in passed:
        if one.info.provider != taken:
            one.close()
    return next(one for one in passed if one.info.provider == taken)


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
        return tuple(name for name in PREFERRED if name in available)
    if provider not in PROVIDERS:
        raise Rejected("provider", f"{provider!r} is not one of auto, {', '.join(PROVIDERS)}")
    if PROVIDERS[provider] not in available:
        log.warning("provider is not installed, taking the CPU", provider=provider, available=available)
        return ()
    return (PROVIDERS[provider],)


def _fault_of(fault: Rejected | Broken) -> str:
    """What a provider said, without the field that it was said of."""
    return fault.fault if isinstance(fault, Rejected) else str(fault)
