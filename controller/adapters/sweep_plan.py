"""What a run of retention would delete, counted from the rows; and what is remembered of the run that waits."""

from collections.abc import Collection
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, func, select

from controller.adapters.database import Database
from controller.adapters.hold_rows import held_moment, held_run, stored_long
from controller.adapters.tables import AuditRow, OccurrenceRow, RunRow, UpkeepRow
from controller.core.retention import CLASSES, YOUNGEST_MS, Retention
from controller.core.sweep_guard import PICTURES, Guard, Held, Plan, Share, by_quota
from controller.errors import Conflict, Missing
from shared.clock import Clock
from shared.texts import say

_NAME = "sweep"
_STORED = col(RunRow.state) == "stored"
_FIRST = col(RunRow.tier) != "second"


class SqlSweepGuard:
    """On SQLite or PostgreSQL."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def plan(self, retention: Retention, as_of_ms: int, without: Collection[str] = ()) -> Plan:
        """What would go as of a moment; held footage and `without` left out."""
        async with self._database.reading() as session:
            stored = await _by_class(session, _STORED)
            old = too_old(retention, as_of_ms)
            may_go = _may_go(without, self._clock.unix_ms())
            due = await _by_class(session, old, *may_go)
            shares = [Share(kind, *stored.get(kind, (0, 0)), *due.get(kind, (0, 0))) for kind in CLASSES]
            # of the first store, for which the quota is; what is due of the other is taken off again below
            used = sum(length for _, length in (await _by_class(session, _STORED, _FIRST)).values())
            used += sum(length for _, length in (await _by_class(session, old, ~_FIRST, *may_go)).values())
            free: list[tuple[str, int, int]] = []
            if retention.quota_bytes is not None and used > retention.quota_bytes:
                aged = col(RunRow.end_ms) <= as_of_ms - YOUNGEST_MS
                rest = await _by_class(session, aged, _FIRST, sa.not_(old), *may_go)
                free = [(kind, *rest.get(kind, (0, 0))) for kind in CLASSES]
            pictures = await _pictures(session, as_of_ms - retention.longest_ms, without)
        return Plan(as_of_ms, (*by_quota(used, retention.quota_bytes, shares, free), pictures))

    async def guard(self) -> Guard:
        """As it was at the last look."""
        async with self._database.reading() as session:
            return _guard(await session.get(UpkeepRow, _NAME))

    async def keep(self, guard: Guard) -> None:
        """Remember a look. A confirmation that came meanwhile stays with what it was given for."""
        async with self._database.writing() as session:
            row = await session.get(UpkeepRow, _NAME, with_for_update=True)
            now = _guard(row).held
            held = guard.held
            if held is not None and now is not None and now.confirmed and now.plan == held.plan:
                guard = Guard(guard.looked_ms, now)
            state = asdict(guard)
            if row is None:
                session.add(UpkeepRow(name=_NAME, state=state))
            else:
                row.state = state

    async def done(self, plan: Plan) -> None:
        """What was confirmed was carried out: the next run of that kind waits again."""
        async with self._database.writing() as session:
            row = await session.get(UpkeepRow, _NAME, with_for_update=True)
            held = _guard(row).held
            if row is not None and held is not None and held.plan == plan:
                row.state = {**row.state, "held": None}

    async def confirm(self, token: str, who: str, address: str) -> None:
        """Let go what was shown. `Missing`: nothing waits; `Conflict`: what waits is not what was shown."""
        async with self._database.writing() as session:
            row = await session.get(UpkeepRow, _NAME, with_for_update=True)
            held = _guard(row).held
            if row is None or held is None:
                raise Missing("sweep", say("sweep_none"))
            if held.plan.token != token:
                raise Conflict("token", say("sweep_changed"))
            if held.confirmed:
                return
            row.state = {**row.state, "held": {**row.state["held"], "confirmed": True}}
            plan = held.plan
            detail: dict[str, Any] = {
                "as_of_ms": plan.as_of_ms, "due": plan.due, "bytes": plan.due_bytes, "of_bytes": plan.length_bytes,
                "shares": {one.kind: [one.due, one.count] for one in plan.shares if one.due},
            }  # fmt: skip
            now = self._clock.now()
            session.add(AuditRow(at=now, who=who, what="retention.confirm", address=address, detail=detail))


def _guard(row: UpkeepRow | None) -> Guard:
    if row is None:
        return Guard()
    state, held = row.state, row.state["held"]
    if held is None:
        return Guard(state["looked_ms"])
    shares = tuple(Share(**one) for one in held["plan"]["shares"])
    plan = Plan(held["plan"]["as_of_ms"], shares)
    return Guard(state["looked_ms"], Held(plan, held["since_ms"], held["leapt"], held["confirmed"]))


def too_old(retention: Retention, as_of_ms: int) -> Any:
    """Too old for their camera and class."""
    camera, of, end_ms = col(RunRow.camera), col(RunRow.media_class), col(RunRow.end_ms)
    apart = sorted(retention.apart)
    elsewhere = camera.not_in(apart) if apart else sa.true()
    ages = [sa.and_(of == one, elsewhere, end_ms < as_of_ms - retention.max_age_ms[one]) for one in CLASSES]
    ages += [
        sa.and_(camera == one, of == kind, end_ms < as_of_ms - retention.age_ms(one, kind))
        for one in apart
        for kind in CLASSES
    ]
    return sa.or_(*ages)


def _may_go(without: Collection[str], now_ms: int) -> tuple[Any, ...]:
    stored = (col(RunRow.state) == "stored", col(RunRow.held).is_(False), ~held_run(), stored_long(now_ms))
    return (*stored, col(RunRow.id).not_in(without)) if without else stored


async def _by_class(session: AsyncSession, *where: Any) -> dict[str, tuple[int, int]]:
    query = select(col(RunRow.media_class), func.count(), func.sum(RunRow.length_bytes)).where(*where)
    rows = await session.execute(query.group_by(col(RunRow.media_class)))
    return {str(kind): (int(count), int(length or 0)) for kind, count, length in rows}


async def _pictures(session: AsyncSession, before_ms: int, without: Collection[str]) -> Share:
    key, at_ms = col(OccurrenceRow.picture_key), col(OccurrenceRow.condition_ms)
    there = select(func.count()).where(key.is_not(None))
    due = there.where(at_ms < before_ms, ~held_moment(col(OccurrenceRow.camera), at_ms))
    due = due.where(key.not_in(without)) if without else due
    return Share(PICTURES, await session.scalar(there) or 0, 0, await session.scalar(due) or 0, 0)
