"""Decides what becomes of an update: where it goes, whether the new version is well, how a cut one ends. Pure.

Invariants, held by tests/unit/edge_agent/core/test_update.py:
1. A slot that is filled is neither what runs nor what was good before.
2. What was cut off while it was installed changes nothing; cut off while it was tried, it is tried again or taken back.
3. A version counts only when everything that was well before is well again, for a while, in one go.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal

Step = Literal["idle", "installing", "trying", "returning"]
Result = Literal["", "done", "failed", "rolled-back"]
Verdict = Literal["wait", "keep", "late"]

SLOTS = ("slots/a", "slots/b")
GATE_MS = 240_000
_STEADY_MS = 10_000
_STALE_MS = 10_000
_STARTS = 3
_REASON_CHARS = 300


@dataclass(frozen=True, slots=True)
class Well:
    """How an agent says it is; `at_ms` by the machine's monotonic clock, `ring`: cameras whose ring it wrote."""

    version: str
    process: int
    at_ms: int
    broker: bool
    live: tuple[str, ...] = ()
    ring: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """The newest update, as the machine remembers it; `to` and `back` are what `current` points at."""

    step: Step = "idle"
    version: str = ""
    before: str = ""
    to: str = ""
    back: str = ""
    was: Well | None = None  # how the version before was, just before
    starts: int = 0
    result: Result = ""
    reason: str = ""


def free_slot(used: Collection[str]) -> str:
    """Where a version may be installed."""
    return next(slot for slot in SLOTS if slot not in used)


def begin(version: str, before: str, to: str, back: str) -> Turn:
    """Nothing runs otherwise yet."""
    return Turn("installing", version, before, to, back)


def try_it(turn: Turn, was: Well | None) -> Turn:
    """It is installed, and is to run."""
    return replace(turn, step="trying", was=was, starts=1)


def keep(turn: Turn) -> Turn:
    return replace(turn, step="idle", was=None, result="done")


def fail(turn: Turn, reason: str) -> Turn:
    """Nothing was changed."""
    return replace(turn, step="idle", was=None, result="failed", reason=reason[:_REASON_CHARS])


def go_back(turn: Turn, reason: str) -> Turn:
    """The version before is to run again."""
    return replace(turn, step="returning", reason=reason[:_REASON_CHARS])


def gone_back(turn: Turn) -> Turn:
    return replace(turn, step="idle", was=None, result="rolled-back")


def after_cut(turn: Turn, current: str) -> Turn:
    """What a start finds of an update that somebody, or the power, cut off."""
    match turn.step:
        case "installing":
            return fail(turn, "was cut off while it was installed; nothing was changed")
        case "trying" if current != turn.to:
            return fail(turn, "was cut off before it ran; nothing was changed")
        case "trying" if turn.starts >= _STARTS:
            return go_back(turn, f"the machine was started {turn.starts} times before it was well")
        case "trying":
            return replace(turn, starts=turn.starts + 1)
        case _:
            return turn


def lacking(turn: Turn, well: Well | None, now_ms: int) -> str:
    """What of that which was well before is not yet; empty: nothing. Without a before, everything has to be there."""
    if well is None or not 0 <= now_ms - well.at_ms <= _STALE_MS:
        return "the agent says nothing"
    if well.version != turn.version:
        return f"the agent that runs is {well.version}"
    if not well.broker and (turn.was is None or turn.was.broker):
        return "the broker is not connected"
    return _dark(turn.was, well)


def _dark(was: Well | None, well: Well) -> str:
    if was is None:
        return "" if well.live and set(well.live) <= set(well.ring) else "no camera is live and recorded"
    if away := [camera for camera in was.live if camera not in well.live]:
        return f"not live: {', '.join(away)}"
    if still := [camera for camera in was.ring if camera not in well.ring]:
        return f"its ring is not written: {', '.join(still)}"
    return ""


@dataclass(frozen=True, slots=True)
class Gate:
    """Whether a new version is well, for a while, by one and the same process, in time."""

    since_ms: int
    limit_ms: int = GATE_MS
    steady_ms: int | None = None
    process: int = 0

    def look(self, now_ms: int, lacks: str, process: int) -> tuple["Gate", Verdict]:
        """The gate after a look at `now_ms`."""
        if lacks:
            late = now_ms - self.since_ms >= self.limit_ms
            return replace(self, steady_ms=None), "late" if late else "wait"
        if self.steady_ms is None or process != self.process:
            return replace(self, steady_ms=now_ms, process=process), "wait"
        return self, "keep" if now_ms - self.steady_ms >= _STEADY_MS else "wait"
