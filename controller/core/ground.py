"""From the picture to the ground: four known spots make metres out of foot points."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from controller.core.records import GroundPoint
from shared.errors import Rejected
from shared.geometry import Point
from shared.texts import say

Floats = NDArray[np.float64]

LEAST_POINTS = 4
MOST_POINTS = 16
MAX_RESIDUAL_M = 0.5
"""Of a spot beyond the fourth: further off than this, one of them was measured wrongly."""

_LEAST_PICTURE_AREA = 1e-4  # of any three of the first four spots, in pictures
_LEAST_GROUND_AREA = 1e-2  # m²
_MAX_CONDITION = 1e8
_LEAST_DEPTH = 1e-3


class Ground:
    """One camera's calibration; `field` names it in the `Rejected` of spots that cannot be used."""

    def __init__(self, points: Sequence[GroundPoint], field: str = "ground") -> None:
        if not LEAST_POINTS <= len(points) <= MOST_POINTS:
            raise Rejected(field, say("ground_points", least=LEAST_POINTS, most=MOST_POINTS))
        at = np.array([(x, y) for x, y, _, _ in points], np.float64)
        metres = np.array([(east, north) for _, _, east, north in points], np.float64)
        if _least_area(at) < _LEAST_PICTURE_AREA or _least_area(metres) < _LEAST_GROUND_AREA:
            raise Rejected(field, say("ground_flat"))
        self._shift = metres.mean(axis=0)
        self._scale = float(np.abs(metres - self._shift).max())
        matrix, condition = _fit(at, (metres - self._shift) / self._scale)
        if condition > _MAX_CONDITION:
            raise Rejected(field, say("ground_flat"))
        depth = np.column_stack([at, np.ones(len(at))]) @ matrix[2]
        if abs(depth).max() == 0 or (depth / depth[np.argmax(abs(depth))]).min() < _LEAST_DEPTH:
            raise Rejected(field, say("ground_order"))
        self._matrix = matrix / depth[np.argmax(abs(depth))]
        residual_m = float(np.hypot(*(self.metres([(x, y) for x, y in at.tolist()]) - metres).T).max())
        if not residual_m <= MAX_RESIDUAL_M:
            raise Rejected(field, say("ground_residual", metres=round(residual_m, 2), most=MAX_RESIDUAL_M))

    def metres(self, points: Sequence[Point]) -> Floats:
        """East and north of each spot of the picture, in metres; NaN at and above the horizon."""
        at = np.column_stack([np.array(points, np.float64).reshape(-1, 2), np.ones(len(points))])
        far = at @ self._matrix.T
        depth = np.where(far[:, 2] > _LEAST_DEPTH**2, far[:, 2], np.nan)
        return np.asarray(far[:, :2] / depth[:, None] * self._scale + self._shift, np.float64)


def to_segment_m(point: Floats, start: Floats, end: Floats) -> float:
    """Distance from a point to the straight piece between two others, in their unit."""
    way = end - start
    length2 = float(way @ way)
    along = 0.0 if length2 == 0 else min(1.0, max(0.0, float((point - start) @ way) / length2))
    return float(np.hypot(*(point - start - along * way)))


def _least_area(at: Floats) -> float:
    """Of the triangles that any three of the first four spots make."""
    four = at[:LEAST_POINTS]
    areas = []
    for left_out in range(LEAST_POINTS):
        a, b, c = np.delete(four, left_out, axis=0)
        areas.append(abs((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])) / 2)
    return float(min(areas))


def _fit(at: Floats, metres: Floats) -> tuple[Floats, float]:
    """The homography by the direct linear transform, and how nearly it is not determined."""
    rows: list[list[float]] = []
    for (x, y), (east, north) in zip(at.tolist(), metres.tolist(), strict=True):
        rows.append([x, y, 1, 0, 0, 0, -east * x, -east * y, -east])
        rows.append([0, 0, 0, x, y, 1, -north * x, -north * y, -north])
    _, sizes, right = np.linalg.svd(np.array(rows, np.float64))
    condition = float(sizes[0] / sizes[7]) if sizes[7] > 0 else float("inf")
    return np.asarray(right[-1].reshape(3, 3), np.float64), condition
