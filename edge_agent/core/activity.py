"""Joins frames in motion into intervals: opens at two in a row, ends at the last one. Pure: time comes with each frame.

Invariants, held by tests/unit/edge_agent/core/test_activity.py:
1. Intervals follow each other, at least `quiet_ms` apart, and never overlap.
2. Each starts and ends at a frame in motion (or, for what already moved at the very first frame, at that frame).
"""

from dataclasses import dataclass

from edge_agent.core.motion import Motion


@dataclass(frozen=True, slots=True)
class Interval:
    """One stretch of motion."""

    start_ms: int
    end_ms: int
    peak: float  # largest share of the picture in motion, 0..1


@dataclass(frozen=True, slots=True)
class ActivityState:
    """Where the joining stands."""

    frames: int = 0
    first_ms: int = 0
    candidate_ms: int | None = None  # a lone frame in motion
    candidate_peak: float = 0.0
    open: Interval | None = None
    alive_ms: int = 0  # when motion, or what it left standing, was last seen


def step(state: ActivityState, motion: Motion, quiet_ms: int = 2_000) -> tuple[ActivityState, Interval | None]:
    """Advance by one frame, later than the one before; return the interval that this closes, if any."""
    now_ms, frames = motion.pts_ms, state.frames + 1
    first_ms = now_ms if state.frames == 0 else state.first_ms
    if state.open is not None:
        closed = None
        opened: Interval | None = state.open
        alive_ms = now_ms if motion.moving or motion.held else state.alive_ms
        if now_ms - state.alive_ms > quiet_ms:
            closed, opened = state.open, None
        elif motion.moving:
            opened = Interval(state.open.start_ms, now_ms, max(state.open.peak, motion.share))
        if opened is not None:
            return ActivityState(frames, first_ms, None, 0.0, opened, alive_ms), None
        candidate_ms = now_ms if motion.moving else None
        return ActivityState(frames, first_ms, candidate_ms, motion.share), closed
    if not motion.moving:
        return ActivityState(frames, first_ms), None
    if state.candidate_ms is None:
        # The second frame is the first that can show motion: what moves there moved since the first.
        start_ms = first_ms if state.frames == 1 else now_ms
        return ActivityState(frames, first_ms, start_ms, motion.share), None
    opened = Interval(state.candidate_ms, now_ms, max(state.candidate_peak, motion.share))
    return ActivityState(frames, first_ms, None, 0.0, opened, now_ms), None


def finish(state: ActivityState) -> Interval | None:
    """The interval that is open at the end, if any."""
    return state.open
