"""What a model's answer says of how unusual a picture is: its kind of answer, and that as a score of 0..1. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from shared.errors import Rejected

ScoreKind = Literal["score", "anomalib", "reconstruction"]
"""One number; Anomalib's `pred_score` beside its `anomaly_map`; the picture as the model would have it."""
SCORE_KINDS: tuple[ScoreKind, ...] = ("score", "anomalib", "reconstruction")

_PRED_SCORE, _MAP = "pred_score", "anomaly_map"
_GRACE = 1e-6
"""Rounding of a 32-bit number: so far beside its range is still in it."""


@dataclass(frozen=True, slots=True)
class ScoreRange:
    """Which numbers of a model become 0 and 1. `clip`: what lies beyond becomes its end; else it is refused."""

    low: float = 0.0
    high: float = 1.0
    clip: bool = False


@dataclass(frozen=True, slots=True)
class ScoreHead:
    """How a model's answer is read."""

    kind: ScoreKind
    output: str

    def raw(self, outputs: Mapping[str, NDArray[Any]], given: NDArray[Any]) -> float:
        """The number that the model gives to one picture; `given`: what went in. `Rejected` says why there is none."""
        answer = outputs.get(self.output)
        if answer is None:
            raise Rejected("score", f"the model gives no {self.output!r} any more")
        if self.kind == "reconstruction":
            if answer.shape != given.shape:
                raise Rejected("score", f"the model gives {list(answer.shape)} for a picture of {list(given.shape)}")
            number = float(np.mean((answer.astype(np.float64) - given.astype(np.float64)) ** 2))
        elif answer.size != 1:
            raise Rejected("score", f"the model gives {list(answer.shape)} and not one number")
        else:
            number = float(answer.reshape(-1)[0])
        if not isfinite(number):
            raise Rejected("score", f"the model gives {number}, which is no number")
        return number


def recognise_score(outputs: Mapping[str, NDArray[Any]], given: NDArray[Any]) -> ScoreHead | None:
    """Tell from one picture's answer how it is read; None: it is of no known kind."""
    floats = {name: o for name, o in outputs.items() if np.issubdtype(o.dtype, np.floating)}
    named = floats.get(_PRED_SCORE)
    if named is not None and named.size == 1:
        return ScoreHead("anomalib" if _MAP in outputs else "score", _PRED_SCORE)
    single = [name for name, o in floats.items() if o.size == 1]
    if len(single) == 1:
        return ScoreHead("score", single[0])
    alike = [name for name, o in floats.items() if o.shape == given.shape]
    return ScoreHead("reconstruction", alike[0]) if len(alike) == 1 and not single else None


def check_range(kind: str, given: ScoreRange | None) -> None:
    """Refuse a range that is none, and an answer that means nothing without one."""
    if given is None:
        if kind == "reconstruction":
            raise Rejected(
                "score_range",
                "is not known: a mean squared error has no end of its own. Say with --score-range LOW:HIGH which error "
                "is 0 and which is 1",
            )
    elif not (isfinite(given.low) and isfinite(given.high) and given.low < given.high):
        raise Rejected("score_range", f"{given.low}:{given.high} is no range: the first must be less than the second")


def scaled(number: float, by: ScoreRange) -> float:
    """A model's number as a score of 0..1; `Rejected` for one beyond its range, unless that is to be clipped."""
    score = (number - by.low) / (by.high - by.low)
    if by.clip or -_GRACE <= score <= 1 + _GRACE:
        return min(1.0, max(0.0, score))
    raise Rejected("score", f"the model gives {number:.6g}, beyond its range of {by.low:g} to {by.high:g}")


@dataclass(frozen=True, slots=True)
class ScorerInfo:
    """Who scores."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class PictureScore:
    """How unusual one picture of a camera is, and who says so."""

    pts_ms: int
    score: float  # 0..1
    by: ScorerInfo


@dataclass(slots=True)
class ScoreWatch:
    """Whether a camera has the scores that its rules ask for. Times are the wall clock's, ms."""

    _since_ms: int | None = None  # scores are asked for, and none has come since
    _noted_ms: int = 0

    def note(self, now_ms: int, *, wanted: bool, scored: bool) -> None:
        """A frame was judged. `wanted`: a rule in force asks for scores; `scored`: one came with it."""
        away = now_ms - self._noted_ms >= LACKING_MS  # no frames, so no scores: that is told as what it is
        self._noted_ms = now_ms
        if not wanted:
            self._since_ms = None
        elif scored or away or self._since_ms is None:
            self._since_ms = now_ms

    @property
    def missing_since_ms(self) -> int | None:
        """Since when there is none, as of the last judged frame; None: there is no lack."""
        lacks = self._since_ms is not None and self._noted_ms - self._since_ms >= LACKING_MS
        return self._since_ms if lacks else None


LACKING_MS = 5_000
"""Without a score for so long they are missing; a busy moment is not told."""
