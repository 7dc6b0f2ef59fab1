"""What a timeline shows of one camera: bands of footage, gaps with their cause, and heat, for a row of buckets. Pure.

Invariants, held by tests/unit/controller/core/test_timeline.py:
1. No bucket holds more than its own length, and what is stored comes before all else.
2. Bands and gaps lie in the range, in order, and those of one state never overlap.
3. A band says how much of its time is really covered: a minute in a day does not look like a day.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from controller.core.footage import Part
from controller.core.spans import Span, subtract, within

State = Literal["retrieved", "retrieving", "retrievable"]
"""In the store; on its way; on the node only."""
STATES: tuple[State, ...] = ("retrieved", "retrieving", "retrievable")
_STEPS = 4  # neighbours are one band as long as they are covered to the same quarter


@dataclass(frozen=True, slots=True)
class Grid:
    """A range in buckets of equal length; the last one ends with the range."""

    from_ms: int
    to_ms: int
    bucket_ms: int

    @property
    def count(self) -> int:
        return -(-(self.to_ms - self.from_ms) // self.bucket_ms)

    def begin(self, place: int) -> int:
        """Where a bucket begins, Unix ms."""
        return self.from_ms + place * self.bucket_ms

    def end(self, place: int) -> int:
        """Where a bucket ends, Unix ms."""
        return min(self.to_ms, self.begin(place) + self.bucket_ms)


@dataclass(frozen=True, slots=True)
class Lump:
    """Things of one kind, told together: from the first to the last of them, and how much of that they cover."""

    start_ms: int
    end_ms: int
    covered_ms: int


@dataclass(frozen=True, slots=True)
class Band:
    """Footage in one state; `covered_ms` of its length really are."""

    start_ms: int
    end_ms: int
    state: State
    covered_ms: int


@dataclass(frozen=True, slots=True)
class Hole:
    """Time without playable footage, and why."""

    start_ms: int
    end_ms: int
    cause: str
    covered_ms: int


@dataclass(frozen=True, slots=True)
class Known:
    """What the database tells of one camera in a range: footage by state, and what is missing by its cause."""

    stored: Sequence[Lump] = ()
    coming: Sequence[Lump] = ()
    recorded: Sequence[Lump] = ()
    """By the node's ledger, wherever it is now."""
    gone: Sequence[tuple[str, Lump]] = ()
    """Recorded and no longer to be had, by its cause."""
    gaps: Sequence[tuple[str, Lump]] = ()
    """Never recorded, by its cause."""


def grid_of(from_ms: int, to_ms: int, buckets: int) -> Grid:
    """At most `buckets` of a whole number of ms."""
    return Grid(from_ms, to_ms, max(1, -(-(to_ms - from_ms) // buckets)))


def fills(grid: Grid, lumps: Iterable[Lump]) -> list[int]:
    """How many ms of each bucket they cover, as evenly as each is spread; never more than the bucket is long."""
    found = [0] * grid.count
    for lump in lumps:
        length_ms = lump.end_ms - lump.start_ms
        if length_ms <= 0:
            continue
        first = max(0, (lump.start_ms - grid.from_ms) // grid.bucket_ms)
        last = min(grid.count - 1, (lump.end_ms - 1 - grid.from_ms) // grid.bucket_ms)
        covered_ms = min(length_ms, lump.covered_ms)
        for place in range(first, last + 1):
            here_ms = min(lump.end_ms, grid.end(place)) - max(lump.start_ms, grid.begin(place))
            if here_ms > 0:
                found[place] += max(1, here_ms * covered_ms // length_ms)
    return [min(ms, grid.end(place) - grid.begin(place)) for place, ms in enumerate(found)]


def shaped(grid: Grid, known: Known) -> tuple[tuple[Band, ...], tuple[Hole, ...]]:
    """Bands and gaps to a bucket's precision."""
    stored, coming = fills(grid, known.stored), fills(grid, known.coming)
    recorded = fills(grid, known.recorded)
    gone = fills(grid, [lump for _, lump in known.gone])
    told = (*known.gone, *known.gaps)
    causes = sorted({cause for cause, _ in told})
    missing = {cause: fills(grid, [lump for one, lump in told if one == cause]) for cause in causes}
    by_state: dict[State, list[int]] = {state: [0] * grid.count for state in STATES}
    by_cause = {cause: [0] * grid.count for cause in causes}
    for place in range(grid.count):
        free_ms = grid.end(place) - grid.begin(place)
        by_state["retrieved"][place] = stored[place]
        free_ms -= stored[place]
        by_state["retrieving"][place] = min(free_ms, coming[place])
        free_ms -= by_state["retrieving"][place]
        left_ms = recorded[place] - stored[place] - by_state["retrieving"][place] - gone[place]
        for cause in causes:
            by_cause[cause][place] = min(free_ms, missing[cause][place])
            free_ms -= by_cause[cause][place]
        by_state["retrievable"][place] = max(0, min(free_ms, left_ms))
    bands = [Band(*run[:2], state, run[2]) for state in STATES for run in _runs(grid, by_state[state])]
    holes = [Hole(*run[:2], cause, run[2]) for cause in causes for run in _runs(grid, by_cause[cause])]
    return tuple(sorted(bands, key=_begin)), tuple(sorted(holes, key=_begin))


def exact(
    span: Span, parts: Sequence[Part], missing: Sequence[tuple[str, Span]]
) -> tuple[tuple[Band, ...], tuple[Hole, ...]]:
    """Bands and gaps to the ms, of a range that is short enough to look at every segment; `missing`: why and when."""
    bands = [
        Band(one.start_ms, one.end_ms, state, one.end_ms - one.start_ms)
        for one in parts
        for state in STATES
        if one.state == state
    ]
    there = [(one.start_ms, one.end_ms) for one in bands]
    holes = []
    for cause in sorted({cause for cause, _ in missing}):
        for start_ms, end_ms in within([one for why, one in missing if why == cause], *span):
            holes += [Hole(a, b, cause, b - a) for a, b in subtract([(start_ms, end_ms)], there)]
    return tuple(bands), tuple(sorted(holes, key=_begin))


def _begin(one: Band | Hole) -> int:
    return one.start_ms


def _runs(grid: Grid, ms: Sequence[int]) -> list[tuple[int, int, int]]:
    """Neighbouring buckets that are alike, as (start, end, covered)."""
    found: list[tuple[int, int, int]] = []
    before = 0
    for place, covered_ms in enumerate(ms):
        step = -(-covered_ms * _STEPS // (grid.end(place) - grid.begin(place)))
        if step == 0:
            before = 0
            continue
        if step == before:
            start_ms, _, so_far_ms = found[-1]
            found[-1] = (start_ms, grid.end(place), so_far_ms + covered_ms)
        else:
            found.append((grid.begin(place), grid.end(place), covered_ms))
        before = step
    return found
