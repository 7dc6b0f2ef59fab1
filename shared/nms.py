"""Non-maximum suppression per class, in numpy."""

import numpy as np
from numpy.typing import NDArray

MAX_CANDIDATES = 2000
MAX_KEPT = 300


def suppress(
    boxes: NDArray[np.float32], scores: NDArray[np.float32], classes: NDArray[np.int64], iou_limit: float
) -> NDArray[np.int64]:
    """Indexes of the boxes to keep, best first: of two boxes of one class over `iou_limit`, the better stays.

    Boxes are x1 y1 x2 y2 in any one unit. Bounded: the best 2000 are looked at, at most 300 kept.
    """
    order = np.argsort(-scores, kind="stable")[:MAX_CANDIDATES]
    x1, y1, x2, y2 = boxes.T
    areas = np.maximum(0.0, x2 - x1) * np.maximum(0.0, y2 - y1)
    kept: list[int] = []
    while order.size and len(kept) < MAX_KEPT:
        best, rest = int(order[0]), order[1:]
        kept.append(best)
        width = np.minimum(x2[best], x2[rest]) - np.maximum(x1[best], x1[rest])
        height = np.minimum(y2[best], y2[rest]) - np.maximum(y1[best], y1[rest])
        shared = np.maximum(0.0, width) * np.maximum(0.0, height)
        union = areas[best] + areas[rest] - shared
        doubles = (shared > iou_limit * np.maximum(union, 1e-12)) & (classes[rest] == classes[best])
        order = rest[~doubles]
    return np.asarray(kept, np.int64)
