"""Trials of rules in the database: asked for, claimed by workers, told; and what they look at."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, delete, func, select, tuple_, update

from controller.adapters.database import Database
from controller.adapters.judging_store import SqlJudgingStore
from controller.adapters.rule_store import RuleStore
from controller.adapters.states import LONGEST_RUN_MS, State, plain
from controller.adapters.tables import AuditRow, CameraRow, TrialRow, VerdictRow
from controller.core.records import FrameBoxes, Rule, StoredRun, TrackedBox
from controller.core.surroundings import Surroundings
from controller.core.trial_wish import Source, TrialJob
from controller.errors import Conflict, Missing
from shared.clock import Clock
from shared.errors import Rejected
from shared.geometry import Box
from shared.ids import CameraId, SiteId
from shared.mint import uuid7
from shared.texts import say

MOST_WAITING = 20
_KEPT = timedelta(days=30)
_MOST_CLAIMS = 3
_USUAL_ASPECT = 16 / 9
_LARGEST_PAGE = 200
_OPEN = ("waiting", "running")


class SqlTrialStore:
    """Trials for people and, as `TrialJobs`, for workers; on SQLite or PostgreSQL."""

    def __init__(self, database: Database, clock: Clock, site: SiteId) -> None:
        self._database = database
        self._clock = clock
        self._judging = SqlJudgingStore(database, clock, site, uuid7)
        self._rules = RuleStore(database, clock, site)

    async def add(
        self, camera: CameraId, start_ms: int, end_ms: int, source: Source, document: dict[str, Any], who: str
    ) -> State:
        """TrialOut of a new one. `Missing`: no such camera; `Conflict`: too many wait. Trials of last month go."""
        now = self._clock.now()
        async with self._database.writing() as session:
            if await session.get(CameraRow, camera) is None:
                raise Missing("camera", say("unknown", key=camera))
            waiting = await session.scalar(select(func.count()).where(col(TrialRow.state).in_(_OPEN))) or 0
            if waiting >= MOST_WAITING:
                raise Conflict("trial", say("trials_wait", count=waiting))
            old = sa.and_(col(TrialRow.created_at) < now - _KEPT, col(TrialRow.state).not_in(_OPEN))
            await session.execute(delete(TrialRow).where(old))
            row = TrialRow(
                id=uuid7(),
                camera=camera,
                start_ms=start_ms,
                end_ms=end_ms,
                source=source,
                document=document,
                who=who,
                created_at=now,
                changed_at=now,
            )
            session.add(row)
            detail = {"trial": row.id, "start_ms": start_ms, "end_ms": end_ms}
            session.add(AuditRow(at=now, who=who, what="rules.try", subject=camera, detail=detail))
            return _state(row)

    async def page(self, *, cursor: str | None, limit: int) -> State:
        """TrialPage, newest first, without results."""
        limit = max(1, min(limit, _LARGEST_PAGE))
        order = (col(TrialRow.created_at).desc(), col(TrialRow.id).desc())
        query = select(TrialRow).order_by(*order).limit(limit + 1)
        async with self._database.reading() as session:
            if cursor is not None:
                last = await session.get(TrialRow, cursor)
                if last is None:
                    raise Rejected("cursor", say("bad_cursor"))
                newest = tuple_(col(TrialRow.created_at), col(TrialRow.id))
                query = query.where(newest < (last.created_at, last.id))
            rows = list((await session.scalars(query)).all())
        more = len(rows) > limit
        rows = rows[:limit]
        return {"items": [_state(row) for row in rows], "next": rows[-1].id if more else None}

    async def one(self, trial: str) -> State:
        """TrialDetailOut; `Missing` when there is none."""
        async with self._database.reading() as session:
            row = await session.get(TrialRow, trial)
        if row is None:
            raise Missing("trial", say("unknown", key=trial))
        return {"trial": _state(row), "result": row.result}

    async def cancel(self, trial: str) -> State:
        """TrialOut; one that is over stays as it is. `Missing` when there is none."""
        async with self._database.writing() as session:
            row = await session.get(TrialRow, trial, with_for_update=True)
            if row is None:
                raise Missing("trial", say("unknown", key=trial))
            if row.state in _OPEN:
                row.state, row.changed_at = "cancelled", self._clock.now()
            return _state(row)

    async def claim_trial(self, worker: str, lease_ms: int) -> TrialJob | None:
        """Lease the oldest trial that waits or whose lease ran out."""
        now_ms = self._clock.unix_ms()
        free = sa.and_(col(TrialRow.state).in_(_OPEN), col(TrialRow.lease_until_ms) <= now_ms)
        async with self._database.reading() as session:
            if await session.scalar(select(TrialRow.id).where(free).limit(1)) is None:
                return None
        chosen = (
            select(TrialRow.id)
            .where(free)
            .order_by(col(TrialRow.created_at), col(TrialRow.id))
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        claim = (
            update(TrialRow)
            .where(col(TrialRow.id).in_(chosen))
            .values(
                state="running",
                worker=worker,
                lease_until_ms=now_ms + lease_ms,
                token=col(TrialRow.token) + 1,
                changed_at=self._clock.now(),
            )
            .returning(TrialRow)
            .execution_options(synchronize_session=False)
        )
        async with self._database.writing() as session:
            row = (await session.scalars(claim)).first()
            if row is not None and row.token > _MOST_CLAIMS:
                worn = update(TrialRow).where(col(TrialRow.id) == row.id)
                await session.execute(worn.values(state="failed", reason="its worker was lost too often"))
                return None
            return None if row is None else _job(row)

    async def renew_trial(self, job: TrialJob, lease_ms: int, progress: float) -> None:
        """Extend the lease; `Rejected` when it was lost or somebody cancelled the trial."""
        async with self._database.writing() as session:
            row = await _fence(session, job)
            row.lease_until_ms = self._clock.unix_ms() + lease_ms
            row.progress = progress

    async def finish_trial(self, job: TrialJob, result: State) -> None:
        """Done, with its result."""
        async with self._database.writing() as session:
            row = await _fence(session, job)
            row.state, row.result, row.progress, row.changed_at = "done", result, 1.0, self._clock.now()

    async def fail_trial(self, job: TrialJob, reason: str, *, again: bool) -> None:
        """Over; with `again` it waits for another try, as long as it was not tried too often."""
        async with self._database.writing() as session:
            row = await _fence(session, job)
            row.state = "waiting" if again and row.token < _MOST_CLAIMS else "failed"
            row.reason, row.lease_until_ms, row.changed_at = reason.replace("\0", ""), 0, self._clock.now()

    async def put_back_trial(self, job: TrialJob) -> None:
        """It waits again, and this was no try of it. The last word of whoever claimed it: the token is used anew."""
        async with self._database.writing() as session:
            row = await _fence(session, job)
            row.state, row.lease_until_ms, row.changed_at = "waiting", 0, self._clock.now()
            row.token -= 1

    async def rules(self, camera: CameraId) -> tuple[int, tuple[Rule, ...]]:
        """Version and the enabled rules in force on a camera."""
        return await self._judging.rules(camera)

    async def surroundings(self) -> Surroundings:
        """What the rules in force refer to: shifts, holidays, cameras, regulations."""
        _, around = await self._rules.surroundings()
        return around

    async def aspect(self, camera: CameraId) -> float:
        """Width / height of the camera's picture; the usual one where it was never told."""
        async with self._database.reading() as session:
            row = await session.get(CameraRow, camera)
        known = row is not None and row.width_px > 0 and row.height_px > 0
        return row.width_px / row.height_px if row is not None and known else _USUAL_ASPECT

    async def stored_runs(self, camera: CameraId, start_ms: int, end_ms: int) -> tuple[StoredRun, ...]:
        """The stored runs that overlap [start_ms, end_ms), oldest first."""
        return await self._judging.stored_runs(camera, start_ms, end_ms)

    async def verdict_frames(
        self, camera: CameraId, start_ms: int, end_ms: int
    ) -> AsyncIterator[tuple[FrameBoxes, ...]]:
        """Frames within [start_ms, end_ms), verdict by verdict, by rising start."""
        within = (
            col(VerdictRow.camera) == camera,
            col(VerdictRow.start_ms) < end_ms,
            col(VerdictRow.start_ms) > start_ms - LONGEST_RUN_MS,
            col(VerdictRow.end_ms) >= start_ms,
        )
        order = (col(VerdictRow.start_ms), col(VerdictRow.id))
        async with self._database.reading() as session:
            verdicts = (await session.scalars(select(VerdictRow.id).where(*within).order_by(*order))).all()
        for verdict in verdicts:
            async with self._database.reading() as session:
                frames = await session.scalar(select(VerdictRow.frames).where(col(VerdictRow.id) == verdict))
            yield tuple(_frame(one) for one in frames or () if start_ms <= one["pts_ms"] < end_ms)


async def _fence(session: AsyncSession, job: TrialJob) -> TrialRow:
    row = await session.get(TrialRow, job.id, with_for_update=True)
    if row is None or row.token != job.token or row.state != "running":
        raise Rejected("trial.token", f"trial {job.id} is no longer yours")
    return row


def _job(row: TrialRow) -> TrialJob:
    source: Any = row.source
    return TrialJob(row.id, CameraId(row.camera), row.start_ms, row.end_ms, source, row.document, row.token)


def _frame(stored: dict[str, Any]) -> FrameBoxes:
    boxes = tuple(
        TrackedBox(b["track_id"], b["class_name"], b["confidence"], Box(b["x1"], b["y1"], b["x2"], b["y2"]))
        for b in stored["boxes"]
    )
    return FrameBoxes(stored["pts_ms"], boxes)


def _state(row: TrialRow) -> State:
    names = ("id", "camera", "start_ms", "end_ms", "source", "who", "state", "progress", "reason")
    return {**plain(row, *names), "created_at": row.created_at.isoformat(), "changed_at": row.changed_at.isoformat()}
