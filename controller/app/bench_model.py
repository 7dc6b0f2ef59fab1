"""Measures a model on every provider of this machine: AP50 beside the CPU's, latency and throughput of each batch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from controller.adapters.detector import LEAST_CONFIDENCE, PREFERRED, check_format
from controller.adapters.known_pictures import (
    Agreement,
    KnownPicture,
    agreement,
    known_pictures,
    pictures_in,
    truth_for,
)
from controller.adapters.model_detector import ModelDetector
from controller.adapters.model_file import ModelFile, find_model
from controller.adapters.onnx_engine import CPU, PROVIDERS, open_engine
from controller.adapters.onnx_runtime import ort
from controller.adapters.speed_trial import speeds_of
from controller.core.average_precision import ap50
from controller.core.provider_choice import fastest
from shared.errors import Broken, Rejected

_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class BatchTime:
    """One size of batch: the median time of an inference with all that belongs to it, and pictures per second."""

    batch: int
    latency_ms: float
    pictures_s: float


@dataclass(frozen=True, slots=True)
class ProviderReport:
    """One provider; `fault`: why it does not run. `ap50`: None where the truth has none of the model's classes.

    `trial_pictures_s`: what `auto` compares.
    """

    provider: str
    fault: str = ""
    ap50: float | None = None
    agreement: Agreement | None = None
    times: tuple[BatchTime, ...] = ()
    trial_pictures_s: float = 0.0


def auto_takes(reports: Sequence[ProviderReport]) -> str:
    """The provider that `auto` would take of these, which are all that this machine has."""
    good = {
        r.provider: r.trial_pictures_s for r in reports if not r.fault and (r.agreement is None or r.agreement.good)
    }
    return fastest([(name, good[name]) for name in PREFERRED if name in good])


def bench_model(
    wanted: str,
    *,
    folders: Sequence[Path],
    providers: Sequence[str],
    batches: Sequence[int],
    pictures: Path | None,
    threads: int,
    timer: Callable[[], float],
) -> tuple[ModelFile, tuple[ProviderReport, ...]]:
    """Reports of the CPU and of each provider asked for (none: all that this machine has)."""
    model = find_model(wanted, folders)
    check_format(model)
    shown = known_pictures() if pictures is None else pictures_in(pictures)
    cpu = ModelDetector(open_engine(model, CPU, threads), model, LEAST_CONFIDENCE)
    available = [name for name in PROVIDERS.values() if name in ort.get_available_providers()]
    for name in providers:
        if name not in PROVIDERS:
            raise Rejected("provider", f"{name!r} is not one of {', '.join(PROVIDERS)}")
    asked = [PROVIDERS[name] for name in providers] or available
    others = [name for name in dict.fromkeys(asked) if name != CPU]
    first = _measured(cpu, cpu, shown, batches, timer)
    return model, (first, *(_of_provider(name, model, cpu, shown, batches, threads, timer) for name in others))


def _of_provider(
    name: str,
    model: ModelFile,
    cpu: ModelDetector,
    shown: Sequence[KnownPicture],
    batches: Sequence[int],
    threads: int,
    timer: Callable[[], float],
) -> ProviderReport:
    if name not in ort.get_available_providers():
        return ProviderReport(name, "ONNX Runtime has no such provider here")
    try:
        other = ModelDetector(open_engine(model, name, threads), model, LEAST_CONFIDENCE)
        return _measured(cpu, other, shown, batches, timer)
    except (Rejected, Broken) as fault:
        return ProviderReport(name, str(fault))


def _measured(
    cpu: ModelDetector,
    other: ModelDetector,
    shown: Sequence[KnownPicture],
    batches: Sequence[int],
    timer: Callable[[], float],
) -> ProviderReport:
    other.warm_up()
    pictures = [one.picture for one in shown]
    best = ap50(other.detect(pictures), truth_for(other.info.classes, shown))
    times = []
    for batch in batches:
        part = [pictures[n % len(pictures)] for n in range(batch)]
        other.detect(part)
        took = []
        for _ in range(_ROUNDS):
            began = timer()
            other.detect(part)
            took.append(timer() - began)
        each = max(median(took), 1e-9)
        times.append(BatchTime(batch, each * 1000, batch / each))
    found = None if other is cpu else agreement(cpu, other, shown)
    (speed,) = speeds_of([other], pictures, timer)
    return ProviderReport(other.info.provider, "", best, found, tuple(times), speed)
