"""When a supervised role is started, taken for frozen, killed and started again. Pure.

Invariants, held by tests/unit/controller/core/test_roles.py:
1. A role that is heard at least each `silence_ms` is never killed.
2. A role that is silent for longer is killed at the next tick, and started again after its back-off. One that runs
   or waits for a processor is given `starved_ms`: on an overloaded machine a start would make the load worse.
3. A role that did not come up in time is given twice as long, up to eight times: on a machine whose disk or processors
   are busy, all of them would be killed together and begin anew for ever.
4. The back-off grows with failures in a row and is forgotten once a role has run for `proven_ms`.
"""

from dataclasses import dataclass, replace
from typing import Literal

Phase = Literal["down", "starting", "running", "frozen"]
Action = Literal["start", "kill"]
_DOUBLED = 3


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for what."""

    start_ms: int = 60_000  # from the start of the process to its first sign, the first time
    silence_ms: int = 5_000
    starved_ms: int = 30_000  # of a role that is runnable
    proven_ms: int = 30_000
    backoff_ms: tuple[int, ...] = (200, 500, 1_000, 2_000, 5_000, 10_000)


@dataclass(frozen=True, slots=True)
class RoleState:
    """One role as its supervisor knows it. `since_ms`: when the phase began."""

    phase: Phase = "down"
    since_ms: int = 0
    heard_ms: int = 0
    starts: int = 0
    failures: int = 0

    @property
    def restarts(self) -> int:
        return max(0, self.starts - 1)


def started(role: RoleState, now_ms: int) -> RoleState:
    """The process exists now."""
    return replace(role, phase="starting", since_ms=now_ms, heard_ms=now_ms, starts=role.starts + 1)


def heard(role: RoleState, now_ms: int) -> RoleState:
    """A sign of life came; the first one says that the role is ready."""
    if role.phase == "starting":
        return replace(role, phase="running", since_ms=now_ms, heard_ms=now_ms)
    if role.phase == "running":
        return replace(role, heard_ms=now_ms)
    return role


def exited(role: RoleState, now_ms: int, patience: Patience) -> RoleState:
    """The process is gone, whatever the reason."""
    proven = role.phase in {"running", "frozen"} and now_ms - role.since_ms >= patience.proven_ms
    return replace(role, phase="down", since_ms=now_ms, failures=1 if proven else role.failures + 1)


def silent(role: RoleState, now_ms: int, patience: Patience) -> bool:
    """Whether `tick` needs to know if the role is runnable."""
    return role.phase == "running" and now_ms - role.heard_ms > patience.silence_ms


def tick(
    role: RoleState, now_ms: int, patience: Patience, *, runnable: bool = False
) -> tuple[RoleState, Action | None]:
    """Advance to `now_ms`, which never goes backwards, and say what to do with the process.

    `runnable`: it runs, or would if a processor were free.
    """
    if role.phase == "down":
        wait_ms = patience.backoff_ms[min(role.failures, len(patience.backoff_ms)) - 1] if role.failures else 0
        return role, "start" if now_ms - role.since_ms >= wait_ms else None
    silence_ms = max(patience.silence_ms, patience.starved_ms) if runnable else patience.silence_ms
    limit_ms = patience.start_ms << min(role.failures, _DOUBLED) if role.phase == "starting" else silence_ms
    if role.phase != "frozen" and now_ms - role.heard_ms > limit_ms:
        return replace(role, phase="frozen"), "kill"
    return role, None
