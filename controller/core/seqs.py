"""Which numbers of an agent's start have come, and when missing ones are asked for again. Pure.

Invariants, held by tests/unit/controller/core/test_seqs.py:
1. In whatever order and however often numbers come, what is known of them is the same.
2. A gap is asked for at most `MOST_ASKS` times, never twice within `PAUSE_MS`, then it is written off.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from controller.core.spans import Span, merge

PATIENCE_MS = 30_000
PAUSE_MS = 600_000
MOST_ASKS = 3
_MOST_AHEAD = 200


@dataclass(frozen=True, slots=True)
class Seen:
    """Every number up to `upto` has come or is written off; `ahead`: half-open ranges of those beyond a gap."""

    upto: int = 0
    ahead: tuple[Span, ...] = ()

    @property
    def last(self) -> int:
        """The largest number that has come."""
        return self.ahead[-1][1] - 1 if self.ahead else self.upto


@dataclass(frozen=True, slots=True)
class Asking:
    """What was done about a gap: since when it is the same one, how often it was asked for, and when last."""

    since_ms: int = 0
    asks: int = 0
    asked_ms: int = 0


def seen(before: Seen, numbers: Iterable[int]) -> Seen:
    """What is known after these have come too."""
    spans = merge([(0, before.upto + 1), *before.ahead, *((number, number + 1) for number in numbers)])
    (_, first_end), ahead = spans[0], spans[1:]
    if len(ahead) > _MOST_AHEAD:  # the oldest gaps are written off: what is kept of them is bounded
        first_end, ahead = ahead[-_MOST_AHEAD - 1][1], ahead[-_MOST_AHEAD:]
    return Seen(first_end - 1, ahead)


def gap(known: Seen, told: int) -> bool:
    """Whether a number up to `told`, which the node itself has named, is missing."""
    return max(known.last, told) > known.upto


def written_off(known: Seen, told: int) -> Seen:
    """The same without its gaps: numbers that were given to nothing never come."""
    return Seen(max(known.last, told))


def due(asking: Asking, now_ms: int) -> bool:
    """Whether a gap that is there now is asked for (or, after `MOST_ASKS`, written off)."""
    return now_ms - asking.since_ms >= PATIENCE_MS and (asking.asks == 0 or now_ms - asking.asked_ms >= PAUSE_MS)
