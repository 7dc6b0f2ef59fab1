"""Non-maximum suppression per class, in numpy."""

import numpy as np
from numpy.typing import NDArray

MAX_CANDIDATES = 2000
MAX_KEPT = 300
_AT_ONCE = 256

Floats = NDArray[np.float32]
Indexes = NDArray[np.int64]


def suppress(boxes: Floats, scores: Floats, classes: Indexes, iou_limit: float | Floats) -> Indexes:
    """Indexes of the boxes to keep, best first: of two boxes of one class over `iou_limit`, the better stays.

    Boxes are x1 y1 x2 y2 in any one unit. `iou_limit`: one for all, or one for each box; of two of one class it is
    the same. Bounded: the best 2000 are looked at, at most 300 kept.
    """
    limits = np.broadcast_to(np.asarray(iou_limit, np.float32), scores.shape)
    order = np.argsort(-scores, kind="stable")[:MAX_CANDIDATES].astype(np.int64)
    kept: Indexes = order[:0]
    for start in range(0, len(order), _AT_ONCE):
        part = order[start : start + _AT_ONCE]
        part = part[~_doubles(boxes, classes, kept, part, limits).any(axis=0)]
        doubles = _doubles(boxes, classes, part, part, limits)
        stays = np.ones(len(part), np.bool_)
        for index in range(len(part)):
            if stays[index]:
                stays[index + 1 :] &= ~doubles[index, index + 1 :]
        kept = np.concatenate([kept, part[stays]])[:MAX_KEPT]
        if len(kept) == MAX_KEPT:
            break
    return kept


def _doubles(boxes: Floats, classes: Indexes, some: Indexes, others: Indexes, limits: Floats) -> NDArray[np.bool_]:
    """Which of `others` (columns) show the same thing as which of `some` (rows)."""
    x1, y1, x2, y2 = boxes[some].T[:, :, None]
    u1, v1, u2, v2 = boxes[others].T[:, None, :]
    shared = np.maximum(0.0, np.minimum(x2, u2) - np.maximum(x1, u1))
    shared = shared * np.maximum(0.0, np.minimum(y2, v2) - np.maximum(y1, v1))
    areas = np.maximum(0.0, x2 - x1) * np.maximum(0.0, y2 - y1)
    union = areas + np.maximum(0.0, u2 - u1) * np.maximum(0.0, v2 - v1) - shared
    same = classes[some][:, None] == classes[others][None, :]
    return np.asarray((shared > limits[others] * np.maximum(union, 1e-12)) & same)
