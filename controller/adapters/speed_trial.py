"""A short trial of how fast loaded detectors are on this machine."""

from collections.abc import Callable, Sequence

from controller.adapters.model_detector import ModelDetector
from controller.ports import Picture
from shared.errors import Broken

_BATCH = 4
_ROUNDS = 8
_LONGEST_S = 1.0


def speeds_of(
    detectors: Sequence[ModelDetector], pictures: Sequence[Picture], timer: Callable[[], float]
) -> list[float]:
    """Pictures per second of each, with all that belongs to a picture; 0: it failed. About a second for each.

    The best of a few rounds, and in turn: what else the machine does meanwhile disturbs all of them alike.
    """
    part = [pictures[n % len(pictures)] for n in range(_BATCH)]
    best: list[float | None] = [None] * len(detectors)
    spent = 0.0
    for number in range(_ROUNDS + 1):
        for place, detector in enumerate(detectors):
            if number and best[place] == 0:
                continue
            began = timer()
            try:
                detector.detect(part)
            except Broken:
                best[place] = 0.0
                continue
            took = max(timer() - began, 1e-9)
            spent += took if number else 0
            if number:  # the first one plans and fills caches: that is not what it costs later
                best[place] = max(best[place] or 0.0, _BATCH / took)
        if number and spent >= _LONGEST_S * len(detectors):
            break
    return [speed or 0.0 for speed in best]
