"""The job queue in the database: claim, renew, finish, give back; every later word needs the claim's token."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col, func, select, update

from controller.adapters.alarm_rows import end_open_occurrences, fold_all
from controller.adapters.database import Database
from controller.adapters.fact_store import TOO_OLD_FOR_LIVE_MS
from controller.adapters.feed import append_feed
from controller.adapters.states import State
from controller.adapters.tables import CameraRow, EventRow, JobRow, OccurrenceRow, VerdictRow
from controller.core.queues import PARKED_SHOWN_MS, RATE_OVER_MS, JobLoad, ParkedJob, QueueLoad, queue_of
from controller.core.records import Job, JobKind, Unscored
from shared.clock import Clock
from shared.errors import Rejected
from shared.ids import CameraId, EventId

_MOST_FAILURES = 3
_MOST_CLAIMS = 10
"""A job that takes its worker down is abandoned, not failed; being near a killed worker is no fault of its own."""
_BACK_OFF_MS = (1_000, 5_000)
_WATCH_PAUSE_MS = 30_000
"""A camera that is to be watched is never given up; what fails again and again waits so long between tries."""
LIVE_KINDS = ("live", "watch")


def job_of(row: JobRow) -> Job:
    """A job's row as the worker's value."""
    if row.id is None:
        raise AssertionError("a job's row has a number")
    kind: Any = row.kind
    event = None if row.event is None else EventId(row.event)
    camera = CameraId(row.camera)
    return Job(
        row.id,
        kind,
        camera,
        event,
        row.start_ms,
        row.end_ms,
        row.attempts,
        row.token,
        judged_ms=row.judged_ms,
        created_ms=row.created_ms,
    )


async def fence(session: AsyncSession, job: Job, now_ms: int) -> JobRow:
    """Lock the job's row for this transaction; `Rejected` unless `job` is its newest claim and not over.

    Nor when its lease ran out and its camera is judged live by another worker by now.
    """
    row = await session.get(JobRow, job.id, with_for_update=True)
    if row is None or row.token != job.token or row.state != "leased":
        raise Rejected("job.token", f"job {job.id} is no longer yours")
    if row.lease_until_ms <= now_ms and row.kind in LIVE_KINDS:
        rival = select(JobRow.id).where(JobRow.id == job.id, _held_by_another(row.worker or "", now_ms))
        if await session.scalar(rival) is not None:
            raise Rejected("job.token", f"camera {job.camera} is judged by another worker")
    return row


class JobQueue:
    """The queue's part of `JudgingStore`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def claim_jobs(self, worker: str, limit: int, lease_ms: int, kind: JobKind | None = None) -> tuple[Job, ...]:
        """Lease up to `limit` jobs that wait or whose lease ran out, by their priority, the oldest first.

        What is judged live stays with the worker that judges its camera: one camera has one history of tracks.
        """
        if limit <= 0:
            return ()
        now_ms = self._clock.unix_ms()
        free = sa.and_(
            col(JobRow.state).in_(("waiting", "leased")),
            col(JobRow.lease_until_ms) <= now_ms,
            sa.or_(
                col(JobRow.attempts) < _MOST_CLAIMS,
                sa.and_(col(JobRow.kind) == "watch", col(JobRow.lease_until_ms) <= now_ms - _WATCH_PAUSE_MS),
            ),
            sa.true() if kind is None else col(JobRow.kind) == kind,
            sa.or_(
                col(JobRow.kind) != "live",
                col(JobRow.end_ms).is_(None),
                col(JobRow.end_ms) >= now_ms - TOO_OLD_FOR_LIVE_MS,
            ),
            sa.or_(col(JobRow.kind).not_in(LIVE_KINDS), ~_held_by_another(worker, now_ms)),
        )
        async with self._database.reading() as session:
            if await session.scalar(select(JobRow.id).where(free).limit(1)) is None:
                return ()
        chosen = (
            select(JobRow.id)
            .where(free)
            .order_by(col(JobRow.prio), col(JobRow.attempts), col(JobRow.id))  # what may take workers down goes last
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        claim = (
            update(JobRow)
            .where(col(JobRow.id).in_(chosen))
            .values(
                state="leased",
                worker=worker,
                lease_until_ms=now_ms + lease_ms,
                token=col(JobRow.token) + 1,
                attempts=col(JobRow.attempts) + 1,
            )
            .returning(JobRow)
            .execution_options(synchronize_session=False)
        )
        async with self._database.writing() as session:
            if kind != "stored":
                await self._database.order_claims(session)
            rows: Sequence[JobRow] = (await session.scalars(claim)).all()
            again = [row.id for row in rows if row.attempts > 1 and row.kind in LIVE_KINDS]
            if again:  # what the worker before wrote will not grow any more
                await session.execute(
                    update(VerdictRow)
                    .where(col(VerdictRow.job).in_(again), col(VerdictRow.final).is_(False))
                    .values(final=True)
                )
            jobs = [job_of(row) for row in sorted(rows, key=lambda row: (row.prio, row.id or 0))]
            return await _with_context(session, jobs)

    async def take_back(self, worker: str) -> int:
        """Let go of what a process of this name left leased: nobody need wait for those leases to run out."""
        mine = sa.and_(col(JobRow.state) == "leased", col(JobRow.worker) == worker)
        async with self._database.reading() as session:
            if await session.scalar(select(JobRow.id).where(mine).limit(1)) is None:
                return 0
        async with self._database.writing() as session:
            left = await session.scalars(update(JobRow).where(mine).values(lease_until_ms=0).returning(col(JobRow.id)))
            return len(left.all())

    async def renew_job(
        self,
        job: Job,
        lease_ms: int,
        judged_ms: int | None = None,
        lag_ms: int | None = None,
        unscored: Unscored | None = None,
    ) -> Job:
        """Extend the lease; `Rejected` when it was lost. A watch that comes on is no longer near its end."""
        async with self._database.writing() as session:
            row = await fence(session, job, self._clock.unix_ms())
            row.lease_until_ms = self._clock.unix_ms() + lease_ms
            if judged_ms is not None:
                if row.kind == "watch" and judged_ms > (row.judged_ms or 0):
                    row.attempts, row.failures = 1, 0
                row.judged_ms, row.lag_ms = judged_ms, lag_ms
                row.unscored_ms = None if unscored is None else unscored.since_ms
                row.unscored_why = "" if unscored is None else unscored.why
            return replace(job_of(row), sub=job.sub, motion=job.motion)

    async def finish_job(self, job: Job) -> None:
        """Done; occurrences that its verdicts left open end with them."""
        async with self._database.writing() as session:
            row = await fence(session, job, self._clock.unix_ms())
            row.state, row.ended_ms = "done", self._clock.unix_ms()
            await append_feed(self._database, session, self._clock, await end_open_occurrences(session, job.id))

    async def end_left_open(self, job: Job, lasting: Sequence[str]) -> None:
        """End what a worker before left lasting in this job's verdicts; `lasting`: occurrences that do last."""
        open_ones = (
            select(OccurrenceRow.id, OccurrenceRow.alarm, OccurrenceRow.condition_ms, VerdictRow.end_ms)
            .join(VerdictRow, col(VerdictRow.id) == col(OccurrenceRow.verdict))
            .where(VerdictRow.job == job.id, col(OccurrenceRow.end_ms).is_(None))
        )
        async with self._database.writing() as session:
            await fence(session, job, self._clock.unix_ms())
            found = [row for row in (await session.execute(open_ones)).all() if row[0] not in lasting]
            for occurrence, _, condition_ms, judged_ms in found:
                await session.execute(
                    update(OccurrenceRow)
                    .where(col(OccurrenceRow.id) == occurrence)
                    .values(end_ms=max(condition_ms, judged_ms))
                )
            feed = await fold_all(session, sorted({row[1] for row in found}))
            await append_feed(self._database, session, self._clock, feed)

    async def fail_job(self, job: Job, reason: str) -> bool:
        """Give back for another try after a pause; True when three tries are over and it is parked."""
        async with self._database.writing() as session:
            row = await fence(session, job, self._clock.unix_ms())
            row.failures += 1
            row.parked_reason = reason.replace("\0", "")[:1000]
            parked = row.failures >= _MOST_FAILURES and row.kind != "watch"
            row.state = "parked" if parked else "waiting"
            pause_ms = _WATCH_PAUSE_MS
            if row.failures < _MOST_FAILURES:
                pause_ms = _BACK_OFF_MS[min(row.failures, len(_BACK_OFF_MS)) - 1]
            row.lease_until_ms = 0 if parked else self._clock.unix_ms() + pause_ms
            if parked:
                row.ended_ms = self._clock.unix_ms()
                ended = await end_open_occurrences(session, job.id)
                await append_feed(self._database, session, self._clock, ended)
            return parked

    async def retire_jobs(self) -> int:
        """End what no worker will take any more: live jobs of the past, and jobs that were claimed too often."""
        now_ms = self._clock.unix_ms()
        free = sa.and_(col(JobRow.state).in_(("waiting", "leased")), col(JobRow.lease_until_ms) <= now_ms)
        past = sa.and_(free, col(JobRow.kind) == "live", col(JobRow.end_ms) < now_ms - TOO_OLD_FOR_LIVE_MS)
        worn = sa.and_(free, col(JobRow.attempts) >= _MOST_CLAIMS, col(JobRow.kind) != "watch")
        async with self._database.reading() as session:
            rows = (
                await session.execute(select(JobRow.id, past.label("past")).where(sa.or_(past, worn)).limit(100))
            ).all()
        if not rows:
            return 0
        ended: list[tuple[str, State]] = []
        async with self._database.writing() as session:
            for number, is_past in rows:
                state: dict[str, Any] = {"state": "done", "ended_ms": now_ms}
                if not is_past:
                    state |= {"state": "parked", "parked_reason": "abandoned too often"}
                await session.execute(update(JobRow).where(col(JobRow.id) == number, free).values(**state))
                ended += await end_open_occurrences(session, number)
            await append_feed(self._database, session, self._clock, ended)
        return len(rows)

    async def load(self) -> JobLoad:
        """How the queue stands; cameras that are watched are told of elsewhere."""
        now_ms = self._clock.unix_ms()
        open_jobs = (
            select(
                JobRow.prio,
                func.count(),
                func.sum(sa.case((col(JobRow.lease_until_ms) <= now_ms, 1), else_=0)),
                func.min(sa.case((col(JobRow.lease_until_ms) <= now_ms, col(JobRow.created_ms)))),
            )
            .where(col(JobRow.state).in_(("waiting", "leased")), col(JobRow.kind) != "watch")
            .group_by(col(JobRow.prio))
        )
        ended = select(func.count()).where(
            col(JobRow.kind) == "stored", col(JobRow.ended_ms) > now_ms - RATE_OVER_MS, col(JobRow.state) == "done"
        )
        parked = select(func.count()).where(
            col(JobRow.kind) == "stored", col(JobRow.ended_ms) > now_ms - PARKED_SHOWN_MS, col(JobRow.state) == "parked"
        )
        async with self._database.reading() as session:
            rows = (await session.execute(open_jobs)).all()
            done, given_up = await session.scalar(ended), await session.scalar(parked)
        queues = tuple(
            QueueLoad(
                queue_of(prio), total - waiting, waiting, 0.0 if oldest is None else max(0, now_ms - oldest) / 1000
            )
            for prio, total, waiting, oldest in sorted(rows)
        )
        return JobLoad(queues, ended=done or 0, parked=given_up or 0)

    async def parked(self, limit: int) -> tuple[ParkedJob, ...]:
        """What was given up, the newest first."""
        async with self._database.reading() as session:
            rows = await session.scalars(
                select(JobRow)
                .where(col(JobRow.state) == "parked")
                .order_by(col(JobRow.prio).desc(), col(JobRow.id).desc())
                .limit(limit)
            )
            return tuple(
                ParkedJob(CameraId(row.camera), row.start_ms, row.end_ms or row.start_ms, row.parked_reason)
                for row in rows
            )


def _held_by_another(worker: str, now_ms: int) -> sa.ColumnElement[bool]:
    """Whether another worker judges the job's camera live."""
    other = aliased(JobRow)
    return (
        sa.exists()
        .where(
            col(other.state) == "leased",
            col(other.lease_until_ms) > now_ms,
            col(other.camera) == col(JobRow.camera),
            col(other.kind).in_(LIVE_KINDS),
            col(other.worker) != worker,
        )
        .correlate(JobRow)
    )


async def _with_context(session: AsyncSession, jobs: Sequence[Job]) -> tuple[Job, ...]:
    """The jobs with what is known of their events' motion and of their cameras' streams."""
    events = [job.event for job in jobs if job.event is not None]
    cameras = [job.camera for job in jobs if job.kind == "watch"]
    moved: dict[str, tuple[int, int | None]] = {}
    if events:
        found = select(EventRow.id, EventRow.start_ms, EventRow.end_ms).where(col(EventRow.id).in_(events))
        moved = {event: (start_ms, end_ms) for event, start_ms, end_ms in await session.execute(found)}
    small: set[str] = set()
    if cameras:
        with_sub = select(CameraRow.id).where(col(CameraRow.id).in_(cameras), col(CameraRow.has_sub).is_(True))
        small = set(await session.scalars(with_sub))
    return tuple(replace(job, motion=moved.get(job.event or ""), sub=job.camera in small) for job in jobs)
