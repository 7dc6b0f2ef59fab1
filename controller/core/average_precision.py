"""AP50: how well boxes match the truth, over all confidences, at an overlap of one half."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from controller.core.records import Detection
from shared.geometry import Box, iou

OVERLAP = 0.5


@dataclass(frozen=True, slots=True)
class Known:
    """One thing that is in a picture. `ignored`: finding it is neither right nor wrong (too small, mostly hidden)."""

    class_name: str
    box: Box
    ignored: bool = False


def ap50(found: Sequence[Sequence[Detection]], known: Sequence[Sequence[Known]]) -> float | None:
    """Mean over the classes of `known` of the area under precision and recall; None when nothing is known.

    `found` and `known` go picture by picture. Classes are compared without regard to case.
    """
    names = sorted({k.class_name.casefold() for picture in known for k in picture if not k.ignored})
    if not names:
        return None
    return float(np.mean([_of_class(name, found, known) for name in names]))


def _of_class(name: str, found: Sequence[Sequence[Detection]], known: Sequence[Sequence[Known]]) -> float:
    truths = [[k for k in picture if k.class_name.casefold() == name] for picture in known]
    total = sum(not k.ignored for picture in truths for k in picture)
    ranked = sorted(
        ((d.confidence, at, d.box) for at, picture in enumerate(found) for d in picture if _named(d, name)),
        key=lambda one: -one[0],
    )
    taken: set[tuple[int, int]] = set()
    right: list[bool] = []
    for _, at, box in ranked:
        overlaps = [(iou(box, k.box), n) for n, k in enumerate(truths[at]) if (at, n) not in taken]
        best, n = max(overlaps, default=(0.0, -1))
        if best < OVERLAP:
            right.append(False)
            continue
        if truths[at][n].ignored:
            continue
        taken.add((at, n))
        right.append(True)
    return _area(np.array(right, bool), total)


def _named(detection: Detection, name: str) -> bool:
    return detection.class_name.casefold() == name


def _area(right: NDArray[np.bool_], total: int) -> float:
    if not right.size:
        return 0.0
    hits = np.cumsum(right)
    precision = hits / np.arange(1, len(right) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    return float((envelope * right).sum() / total)
