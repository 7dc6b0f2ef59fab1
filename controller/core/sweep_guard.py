"""Whether a run of retention may go on by itself, or waits until somebody has seen what would go. Pure.

Invariants, held by tests/unit/controller/core/test_sweep_guard.py:
1. More than half of a class, of the pictures, or of the store's bytes goes in no run that nobody confirmed.
2. A few recordings may be all of a class; not where the clock leapt since the last look.
3. What was confirmed is carried out as of the moment that was shown, and no more of it than was shown.
4. What grows past what was shown is shown, and has to be confirmed, again.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

SHARE_MAX = 0.5
FEW = 20
"""Fewer recordings than this are a few: the last of a class that nobody records any more go one by one."""
SMALL_SHARE = 0.01
REGULAR_MS = 24 * 3_600_000
"""Looks are a minute apart; so far apart, or back, the clock may have leapt."""
_GROWN = 1.01
PICTURES = "pictures"


@dataclass(frozen=True, slots=True)
class Share:
    """What is stored of a class (or of pictures, whose bytes nobody counts), and what of it is due."""

    kind: str
    count: int
    length_bytes: int
    due: int
    due_bytes: int

    @property
    def too_much(self) -> bool:
        return self.due > self.count * SHARE_MAX or self.due_bytes > self.length_bytes * SHARE_MAX


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run would delete, as of one moment."""

    as_of_ms: int
    shares: tuple[Share, ...] = ()

    @property
    def length_bytes(self) -> int:
        return sum(one.length_bytes for one in self.shares)

    @property
    def due_bytes(self) -> int:
        return sum(one.due_bytes for one in self.shares)

    @property
    def due(self) -> int:
        return sum(one.due for one in self.shares)

    @property
    def token(self) -> str:
        """What a confirmation is bound to."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:32]

    def needs_leave(self, *, leapt: bool) -> bool:
        """Whether somebody has to confirm it."""
        if leapt:
            return any(one.too_much for one in self.shares)
        if self.due < FEW:
            return False
        whole = self.due_bytes > self.length_bytes * SHARE_MAX
        small = self.length_bytes * SMALL_SHARE
        return whole or any(
            one.too_much and one.due >= FEW and (one.kind == PICTURES or one.due_bytes >= small) for one in self.shares
        )

    def outgrows(self, shown: "Plan") -> bool:
        """Whether it is clearly more than what was shown."""
        of = {one.kind: one for one in shown.shares}
        none = Share("", 0, 0, 0, 0)
        return any(
            one.due > of.get(one.kind, none).due * _GROWN or one.due_bytes > of.get(one.kind, none).due_bytes * _GROWN
            for one in self.shares
        )


@dataclass(frozen=True, slots=True)
class Held:
    """A run that waits. `leapt`: its first look came long after the one before, or before it."""

    plan: Plan
    since_ms: int
    leapt: bool
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Guard:
    """What is known from one look to the next. `looked_ms`: the last one; None: none yet."""

    looked_ms: int | None = None
    held: Held | None = None


def decide(guard: Guard, plan: Plan, now_ms: int) -> tuple[Guard, Plan | None]:
    """What is to be remembered, and what may be carried out now; None: nothing is deleted."""
    far = guard.looked_ms is not None and not 0 <= now_ms - guard.looked_ms <= REGULAR_MS
    held = guard.held
    leapt = far or (held is not None and held.leapt)
    if not plan.needs_leave(leapt=leapt):
        return Guard(now_ms), plan
    if held is None:
        return Guard(now_ms, Held(plan, now_ms, leapt)), None
    if held.plan.as_of_ms > now_ms:
        return Guard(now_ms, Held(plan, now_ms, leapt)), None  # shown by a clock that was ahead
    if plan.outgrows(held.plan):
        return Guard(now_ms, replace(held, plan=plan, leapt=leapt, confirmed=False)), None
    return Guard(now_ms, replace(held, leapt=leapt)), held.plan if held.confirmed else None


def by_quota(
    used_bytes: int, quota_bytes: int | None, shares: Sequence[Share], free: Sequence[tuple[str, int, int]]
) -> tuple[Share, ...]:
    """The shares with what goes for the quota, too; `free`: what else may go of each class, the lowest first."""
    over = 0 if quota_bytes is None else used_bytes - sum(one.due_bytes for one in shares) - quota_bytes
    more: dict[str, tuple[int, int]] = {}
    for kind, count, length_bytes in free:
        if over <= 0 or not count:
            continue
        going = count if over >= length_bytes else min(count, -(-over * count // length_bytes))
        going_bytes = min(over, length_bytes)
        more[kind] = going, going_bytes
        over -= length_bytes
    return tuple(
        replace(one, due=one.due + more[one.kind][0], due_bytes=one.due_bytes + more[one.kind][1])
        if one.kind in more
        else one
        for one in shares
    )
