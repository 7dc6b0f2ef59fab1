"""How the light of a whole picture changed against another: one gain and one offset, fitted without what moved."""

from dataclasses import dataclass

import numpy as np

from edge_agent.core.block_picture import Grid, Mask, middle

_ENOUGH = 50
_MIDDLE_GREY = 128.0
_WHITE = 255.0
_LEAST_SHARE = 0.03
_LEAST_SPREAD = 20.0
_GAIN_LIMITS = (0.5, 2.0)


@dataclass(frozen=True, slots=True)
class Light:
    """`seen = gain * before + offset`."""

    gain: float = 1.0
    offset: float = 0.0

    def undo(self, seen: Grid) -> Grid:
        """The picture as it would be in the light of before."""
        return (seen - np.float32(self.offset)) * np.float32(1 / self.gain)

    def distance(self, other: "Light", level: float) -> float:
        """Grey levels between both at a grey `level`."""
        return abs((self.gain - other.gain) * level + self.offset - other.offset)

    def most(self, other: "Light") -> float:
        """Grey levels between both at most, at any grey."""
        return max(self.distance(other, 0.0), self.distance(other, _WHITE))


def fit_light(before: Grid, seen: Grid, moving: Mask, phase: int) -> Light:
    """Fit on every third block that is not `moving`; `phase` chooses which third, so that all take their turn."""
    x = before.ravel()[phase % 3 :: 3]
    y = seen.ravel()[phase % 3 :: 3]
    still = ~moving.ravel()[phase % 3 :: 3]
    if not still.all():
        x, y = x[still], y[still]
    if x.size < max(_ENOUGH, before.size * _LEAST_SHARE):
        return Light()
    change = y - x
    x = x - np.float32(_MIDDLE_GREY)  # keeps the sums below small, and their rounding with them
    squares, products = x * x, x * change
    slope, offset = 0.0, middle(change)  # of the change
    rest = np.abs(change - np.float32(offset))
    for again in (True, False):
        kept = (rest < max(4.0, 2.5 * middle(rest))).astype(np.float32)
        count = float(kept.sum())
        if count < _ENOUGH:
            break
        x_mean, change_mean = float(kept @ x) / count, float(kept @ change) / count
        spread = float(kept @ squares) / count - x_mean * x_mean
        together = float(kept @ products) / count - x_mean * change_mean
        slope = together / spread if spread > _LEAST_SPREAD else 0.0
        slope = min(max(slope, _GAIN_LIMITS[0] - 1), _GAIN_LIMITS[1] - 1)
        offset = change_mean - slope * x_mean
        if again:
            rest = np.abs(change - np.float32(slope) * x - np.float32(offset))
    return Light(1 + slope, offset - _MIDDLE_GREY * slope)
