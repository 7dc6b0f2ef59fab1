"""How the light of a whole picture changed against another: one gain and one offset, fitted without what moved."""

from dataclasses import dataclass

import numpy as np

from edge_agent.core.block_picture import Grid, Mask, middle

_ENOUGH = 50
_MIDDLE_GREY = 128.0
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


def fit_light(before: Grid, seen: Grid, moving: Mask, phase: int) -> Light:
    """Fit on every third block that is not `moving`; `phase` chooses which third, so that all take their turn."""
    x = before.ravel()[phase % 3 :: 3]
    y = seen.ravel()[phase % 3 :: 3]
    still = ~moving.ravel()[phase % 3 :: 3]
    if not still.all():
        x, y = x[still], y[still]
    if x.size < max(_ENOUGH, before.size * _LEAST_SHARE):
        return Light()
    x = x - np.float32(_MIDDLE_GREY)  # keeps the sums below small, and their rounding with them
    y = y - np.float32(_MIDDLE_GREY)
    rest = y - x
    gain, offset = 1.0, middle(rest)
    rest = np.abs(rest - np.float32(offset))
    for _ in range(2):
        kept = (rest < max(4.0, 2.5 * middle(rest))).astype(np.float32)
        count = float(kept.sum())
        if count < _ENOUGH:
            break
        x_mean, y_mean = float(kept @ x) / count, float(kept @ y) / count
        dx = x - np.float32(x_mean)
        weighted = kept * dx
        spread = float(weighted @ dx) / count
        slope = float(weighted @ (y - np.float32(y_mean))) / count / spread if spread > _LEAST_SPREAD else 1.0
        gain = min(max(slope, _GAIN_LIMITS[0]), _GAIN_LIMITS[1])
        offset = y_mean - gain * x_mean
        rest = np.abs(y - np.float32(gain) * x - np.float32(offset))
    return Light(gain, offset + _MIDDLE_GREY * (1 - gain))
