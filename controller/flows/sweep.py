"""Carries out retention: deletes objects that are due, keeps their rows as tombstones, prunes queue and feed."""

from collections.abc import Awaitable, Callable, Collection, Iterable
from typing import Literal, Protocol

import structlog

from controller.core.retention import Kept, Refusals, Retention, due, within
from controller.core.sweep_guard import Guard, Plan, decide
from controller.ports import ObjectStore
from shared.clock import Clock
from shared.errors import CctvError, Transient
from shared.ids import RunId

log = structlog.get_logger("sweep")

_BATCH = 200
_PAUSE_MS = 60_000
End = Literal["gone", "refused", "away"]
"""What became of one object."""


class RetentionStore(Protocol):
    """The database as sweep sees it."""

    async def stored_bytes(self) -> int: ...

    async def oldest_runs(
        self, limit: int, without: Collection[str] = (), apart: Collection[str] = ()
    ) -> tuple[Kept, ...]:
        """The oldest stored runs of each class, `limit` of each and of each of `apart`; held and `without` left out."""
        ...

    async def begin_expiry(self, run: RunId) -> str | None:
        """Its object's key, for it is to go now; None: it may not go, or went already."""
        ...

    async def mark_expired(self, run: RunId) -> None:
        """Its object is gone; the row stays."""
        ...

    async def old_pictures(self, before_ms: int, limit: int, without: Collection[str] = ()) -> tuple[str, ...]:
        """Object keys of occurrences' pictures from before, oldest first; `without` left out."""
        ...

    async def picture_may_go(self, key: str) -> bool:
        """Whether nobody holds the moment of a picture."""
        ...

    async def forget_picture(self, key: str) -> None: ...

    async def forget_motion(self, before_ms: int) -> None:
        """Forget where something moved before."""
        ...

    async def prune(self) -> None:
        """Forget old feed rows, ended jobs, refused logins, parked payloads beyond their bound."""
        ...


class SweepGuard(Protocol):
    """What a run would delete, and what is remembered of the one that waits for somebody's leave."""

    async def plan(self, retention: Retention, as_of_ms: int, without: Collection[str] = ()) -> Plan: ...

    async def guard(self) -> Guard: ...

    async def keep(self, guard: Guard) -> None: ...

    async def done(self, plan: Plan) -> None:
        """What was confirmed was carried out."""
        ...


async def guarded_sweep(
    rows: RetentionStore,
    guard: SweepGuard,
    objects: ObjectStore,
    clock: Clock,
    retention: Retention,
    refusals: Refusals,
) -> int:
    """Delete what is due, unless that is so much that somebody has to see it first; how many runs went.

    Nothing at all goes then. What goes is what was due at one moment: a clock that leaps on the way changes nothing.
    """
    now_ms = clock.unix_ms()
    planned = await guard.plan(retention, now_ms, refusals.standing(now_ms))
    standing, plan = decide(await guard.guard(), planned, now_ms)
    await guard.keep(standing)
    if plan is None:
        log.warning("sweep waits for leave", due=planned.due, bytes=planned.due_bytes)
        return 0
    gone = await sweep_once(rows, objects, clock, retention, refusals, plan)
    before_ms = plan.as_of_ms - retention.longest_ms
    await sweep_pictures(rows, objects, clock, before_ms, refusals)
    await rows.forget_motion(before_ms)
    await rows.prune()
    if standing.held is not None:
        rest = await guard.plan(retention, plan.as_of_ms, refusals.standing(clock.unix_ms()))
        if not rest.needs_leave(leapt=standing.held.leapt):
            await guard.done(plan)  # a store that was away is asked again under the same leave
    return gone


async def sweep_once(
    rows: RetentionStore,
    objects: ObjectStore,
    clock: Clock,
    retention: Retention,
    refusals: Refusals | None = None,
    plan: Plan | None = None,
) -> int:
    """Delete what is due now, or what was planned and no more of it; how many runs went.

    A run whose object cannot be deleted stays, is looked past for a while (`refusals`) and tried again. Where nothing
    can be deleted because the store is away, the rest waits for the next look.
    """
    refusals = Refusals() if refusals is None else refusals
    left = None if plan is None else {one.kind: one.due for one in plan.shares}
    gone = 0
    while True:
        before = refusals.standing(clock.unix_ms())
        runs = await rows.oldest_runs(_BATCH, before, retention.apart)
        as_of_ms = clock.unix_ms() if plan is None else plan.as_of_ms
        chosen = due(runs, await rows.stored_bytes(), as_of_ms, retention)
        if left is not None:
            chosen = within(runs, chosen, left)
        ends = await until_away(delete_run(rows, objects, clock, refusals, run) for run in chosen)
        gone += ends.count("gone")
        if "away" in ends:
            return gone
        if "gone" in ends:
            continue
        if "refused" not in ends or refusals.standing(clock.unix_ms()) == before:
            return gone


async def sweep_pictures(
    rows: RetentionStore, objects: ObjectStore, clock: Clock, before_ms: int, refusals: Refusals | None = None
) -> int:
    """Delete pictures of occurrences from before, a batch; how many went."""
    refusals = Refusals() if refusals is None else refusals
    keys = await rows.old_pictures(before_ms, _BATCH, refusals.standing(clock.unix_ms()))
    ends = await until_away(delete_picture(rows, objects, clock, refusals, key) for key in keys)
    return ends.count("gone")


async def sweep(
    rows: RetentionStore,
    guard: SweepGuard,
    objects: ObjectStore,
    clock: Clock,
    rules: Callable[[], Awaitable[Retention]],
    swept: Callable[[int], None],
) -> None:
    """Sweep every minute until cancelled, each time by the rules of then; `swept` hears how many went."""
    refusals = Refusals()
    while True:
        try:
            retention = await rules()
            swept(await guarded_sweep(rows, guard, objects, clock, retention, refusals))
        except Transient as fault:
            log.warning("cannot sweep, trying again", error=str(fault))
        await clock.sleep_ms(_PAUSE_MS)


async def until_away(deletions: Iterable[Awaitable[End]]) -> list[End]:
    """What became of each, one after the other; none is begun after one to which the store did not answer."""
    ends: list[End] = []
    for deletion in deletions:
        ends.append(await deletion)
        if ends[-1] == "away":
            break
    return ends


async def delete_run(rows: RetentionStore, objects: ObjectStore, clock: Clock, refusals: Refusals, run: RunId) -> End:
    """Object first, row then: a crash between leaves a row that is deleted again, never an object without one.

    Before both the row says that it begins: whoever holds the run a moment later is not told that it is held.
    """
    key = await rows.begin_expiry(run)
    if key is None:
        refusals.add(run, clock.unix_ms(), passing=True)
        return "refused"
    try:
        await objects.delete(key)
    except CctvError as fault:
        log.warning("object not deleted", run=run, error=str(fault))
        passing = isinstance(fault, Transient)
        refusals.add(run, clock.unix_ms(), passing=passing)
        return "away" if passing else "refused"
    await rows.mark_expired(run)
    return "gone"


async def delete_picture(rows: RetentionStore, objects: ObjectStore, clock: Clock, refusals: Refusals, key: str) -> End:
    """Object first, row then, as with runs; asked again just before, for a batch of many takes its time."""
    try:
        if not await rows.picture_may_go(key):
            refusals.add(key, clock.unix_ms(), passing=True)
            return "refused"
        await objects.delete(key)
    except CctvError as fault:
        log.warning("picture not deleted", key=key, error=str(fault))
        passing = isinstance(fault, Transient)
        refusals.add(key, clock.unix_ms(), passing=passing)
        return "away" if passing else "refused"
    await rows.forget_picture(key)
    return "gone"
