"""Measure motion: a recording's small frames become intervals of motion, judged as the live service judges them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from edge_agent.core.activity import ActivityState, Interval, finish, step
from edge_agent.core.media import LumaFrame
from edge_agent.core.motion import MotionMeter, MotionRules


@dataclass(frozen=True, slots=True)
class Measured:
    """What a recording held; times are milliseconds from its start."""

    frames_judged: int
    judge_ms: float  # mean time for one frame
    intervals: tuple[Interval, ...]


def measure_motion(frames: Iterable[LumaFrame], rules: MotionRules, now_ns: Callable[[], int]) -> Measured:
    """Judge every frame in order; `now_ns` is a clock of which only differences count."""
    meter, state = MotionMeter(rules), ActivityState()
    intervals: list[Interval] = []
    judged, spent_ns = 0, 0
    for frame in frames:
        begun_ns = now_ns()
        motion = meter.judge(frame)
        spent_ns += now_ns() - begun_ns
        judged += 1
        state, closed = step(state, motion)
        if closed is not None:
            intervals.append(closed)
    last = finish(state)
    if last is not None:
        intervals.append(last)
    return Measured(judged, spent_ns / 1e6 / judged if judged else 0.0, tuple(intervals))
