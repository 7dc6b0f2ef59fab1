"""What moves to the second store and when, and how a move that was cut off goes on. Pure.

Invariants, held by tests/unit/controller/core/test_tiers.py and tests/unit/controller/flows/test_move_tiers.py:
1. Without a rule nothing moves.
2. Nothing moves that retention would delete within a day by its age.
3. At every moment one of the stores has the last right copy, in which whoever reads finds it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from controller.core.retention import Kept, Retention
from controller.core.storage import DAY_MS
from shared.ids import RunId
from shared.kinds import MEDIA_CLASSES, MediaClass

Tier = Literal["first", "moving", "moved", "second"]
"""first; moving: a copy may be in the second, too; moved: the second has it, the first may, too; second."""
Place = Literal["first", "second"]
Subject = Literal["promoted", "gated", "motion", "continuous", "evidence"]
"""What a rule is about: a purpose, or what somebody holds, of whatever purpose."""
EVIDENCE: Subject = "evidence"
SUBJECTS: tuple[Subject, ...] = (*MEDIA_CLASSES, EVIDENCE)
SPARED_MS = DAY_MS
"""What goes so soon is not moved before."""
Fault = Literal["away", "full", "differs"]
"""Why nothing is moved: the second store does not answer, takes no more, or gives back other bytes."""
Step = Literal["copy", "clear", "leave", "forget"]
"""How a move goes on: copy; clear the first's copy; leave it to who deletes; forget what the second may have."""


@dataclass(frozen=True, slots=True)
class Moves:
    """The rules: after how many days a purpose moves, and whether what is held moves at once."""

    after_days: Mapping[MediaClass, int]
    evidence: bool = False

    @property
    def any(self) -> bool:
        return self.evidence or bool(self.after_days)


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A recording whose move was begun. `state`: of its row; `going`: somebody has begun to delete it."""

    run: RunId
    key: str
    length_bytes: int
    md5: str
    sha256: str
    tier: Tier
    state: str = "stored"
    going: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """What is remembered of the moving. `fault`: why nothing moves, since when."""

    fault: Fault | None = None
    since_ms: int | None = None
    moved_ms: int | None = None  # when the last one was moved

    def failed(self, fault: Fault, now_ms: int) -> "Standing":
        """It cannot go on: since the first time that it was so."""
        since_ms = self.since_ms if self.fault == fault and self.since_ms is not None else now_ms
        return Standing(fault, since_ms, self.moved_ms)

    def moved(self, now_ms: int) -> "Standing":
        """One more is there."""
        return Standing(moved_ms=now_ms)


def due(runs: Sequence[Kept], now_ms: int, moves: Moves, retention: Retention) -> tuple[RunId, ...]:
    """Which of them move now: what is held first, then the oldest."""
    chosen = [run for run in runs if _moves(run, now_ms, moves) and not _goes_soon(run, now_ms, retention)]
    return tuple(run.run for run in sorted(chosen, key=lambda run: (not run.held, run.end_ms, run.run)))


def resume(one: Unfinished) -> Step:
    """How a move goes on that was begun."""
    if one.state == "stored":
        if one.going:
            return "leave"
        return "clear" if one.tier == "moved" else "copy"
    return "forget"


def _moves(run: Kept, now_ms: int, moves: Moves) -> bool:
    if run.held and moves.evidence:
        return True
    days = moves.after_days.get(run.media_class)
    return days is not None and now_ms - run.end_ms > days * DAY_MS


def _goes_soon(run: Kept, now_ms: int, retention: Retention) -> bool:
    if run.held:
        return False
    return now_ms + SPARED_MS - run.end_ms > retention.age_ms(run.camera, run.media_class)
