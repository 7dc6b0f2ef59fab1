"""Decides what a node sheds while processor, heat or encoders are over their limits. Pure: time is an argument.

Invariants, held by tests/unit/edge_agent/core/test_shedding.py:
1. One step at a time, in the order of `ORDER`, back in the reverse; what cannot be changed while it runs is skipped.
2. At least `dwell_ms` lie between two steps; a step back needs calm before it, longer after one that did not last.
3. Between its limits and calm nothing changes; in lasting calm everything comes back.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal, get_args

Step = Literal["sub frame rate", "preset", "main frame rate", "size"]
ORDER: tuple[Step, ...] = get_args(Step)

HALF = 0.5  # the share of its bitrate at which a stream shows every second picture
_LEAST_FPS = 4.0  # of a stream that may be halved: far between, pictures look like a gap


@dataclass(frozen=True, slots=True)
class Limits:
    """When a node is over them (`fall_ms` long) and when it is calm (`calm_ms` long)."""

    cpu_percent: float = 95.0  # of all processors together
    temperature_c: float = 80.0
    behind: float = 0.25  # share of the pictures that a camera owes and does not give
    busy_behind: float = 0.1  # the same that makes a busy processor one that does not suffice
    calm_cpu_percent: float = 20.0  # so much less than the limit is calm
    calm_temperature_c: float = 6.0
    fall_ms: int = 20_000
    dwell_ms: int = 30_000
    calm_ms: int = 120_000
    longest_calm_ms: int = 1_800_000
    settled_ms: int = 600_000  # a step back that lasted so long has lasted


@dataclass(frozen=True, slots=True)
class Load:
    """What was measured."""

    cpu_percent: float
    temperature_c: float | None
    behind: float | None = None  # of the camera that is furthest behind; None: no camera tells


@dataclass(frozen=True, slots=True)
class Shed:
    """How many of the possible steps are taken, and since when the node is over its limits, or calm."""

    taken: int = 0
    reason: str = ""  # of the last step
    over_ms: int | None = None
    calm_since_ms: int | None = None
    stepped_ms: int | None = None
    rose_ms: int | None = None
    calm_ms: int = 0  # to wait for; 0: as the limits say


@dataclass(frozen=True, slots=True)
class ShedReport:
    """What is shed now, what was skipped because it cannot be changed on a running node, and why."""

    steps: tuple[Step, ...] = ()
    skipped: tuple[Step, ...] = ()
    reason: str = ""


def pictures_every(share: float, fps: float) -> int:
    """Which pictures a stream of this rate shows with this share of its bitrate: each one, or each second."""
    return 2 if share <= HALF and fps >= _LEAST_FPS else 1


def excess(load: Load, limits: Limits) -> str:
    """What is over its limit, for people; empty: nothing."""
    if load.temperature_c is not None and load.temperature_c >= limits.temperature_c:
        return f"{load.temperature_c:.0f} °C"
    if load.cpu_percent >= limits.cpu_percent and (load.behind is None or load.behind >= limits.busy_behind):
        return f"CPU {load.cpu_percent:.0f} %"
    if load.behind is not None and load.behind >= limits.behind:
        return f"{load.behind * 100:.0f} % of pictures late"
    return ""


def is_calm(load: Load, limits: Limits) -> bool:
    """Whether there is room to take a step back."""
    cool = load.temperature_c is None or load.temperature_c <= limits.temperature_c - limits.calm_temperature_c
    room = load.cpu_percent <= limits.cpu_percent - limits.calm_cpu_percent
    return cool and room and (load.behind is None or load.behind < limits.busy_behind)


def shed(before: Shed, load: Load, now_ms: int, possible: int, limits: Limits) -> Shed:
    """Take one look at `now_ms` (monotonic); `possible` steps can be taken at all."""
    why, calm = excess(load, limits), is_calm(load, limits)
    now = replace(
        before,
        over_ms=(now_ms if before.over_ms is None else before.over_ms) if why else None,
        calm_since_ms=(now_ms if before.calm_since_ms is None else before.calm_since_ms) if calm else None,
    )
    if now.stepped_ms is not None and now_ms - now.stepped_ms < limits.dwell_ms:
        return now
    if now.over_ms is not None and now_ms - now.over_ms >= limits.fall_ms and now.taken < possible:
        failed = now.rose_ms is not None and now_ms - now.rose_ms < limits.settled_ms
        calm_ms = min(limits.longest_calm_ms, now.calm_ms * 2) if failed else limits.calm_ms
        return Shed(now.taken + 1, why, stepped_ms=now_ms, calm_ms=calm_ms)
    if now.calm_since_ms is not None and now_ms - now.calm_since_ms >= now.calm_ms and now.taken:
        taken = now.taken - 1
        return Shed(taken, now.reason if taken else "", stepped_ms=now_ms, rose_ms=now_ms, calm_ms=now.calm_ms)
    return now


def report(state: Shed, possible: Collection[Step]) -> ShedReport:
    """What `state` means where these steps are possible."""
    if not state.taken:
        return ShedReport()
    steps = [step for step in ORDER if step in possible]
    reached = ORDER if state.taken == len(steps) else ORDER[: ORDER.index(steps[state.taken - 1])]
    skipped = tuple(step for step in reached if step not in possible)
    return ShedReport(tuple(steps[: state.taken]), skipped, state.reason)
