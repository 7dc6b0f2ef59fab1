"""A short trial of how fast a loaded detector is on this machine."""

from collections.abc import Callable, Sequence
from statistics import median

from controller.adapters.model_detector import ModelDetector
from controller.ports import Picture

_BATCH = 4
_ROUNDS = 5
_LONGEST_S = 1.0


def speed_of(detector: ModelDetector, pictures: Sequence[Picture], timer: Callable[[], float]) -> float:
    """Pictures per second, with all that belongs to a picture; takes a second, or one batch where that takes longer."""
    part = [pictures[n % len(pictures)] for n in range(_BATCH)]
    detector.detect(part)  # plans and caches: not what it costs later
    took: list[float] = []
    while len(took) < _ROUNDS and sum(took) < _LONGEST_S:
        began = timer()
        detector.detect(part)
        took.append(max(timer() - began, 1e-9))
    return _BATCH / median(took)
