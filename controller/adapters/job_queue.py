"""The job queue in the database: claim, renew, finish, give back; every later word needs the claim's token."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, func, select, update

from controller.adapters.alarm_rows import end_open_occurrences
from controller.adapters.database import Database
from controller.adapters.fact_store import TOO_OLD_FOR_LIVE_MS
from controller.adapters.feed import append_feed
from controller.adapters.states import State
from controller.adapters.tables import JobRow
from controller.core.records import Job, JobKind
from shared.clock import Clock
from shared.errors import Rejected
from shared.ids import CameraId, EventId

_MOST_FAILURES = 3
_MOST_CLAIMS = 10
"""A job that takes its worker down is abandoned, not failed; being near a killed worker is no fault of its own."""
_BACK_OFF_MS = (1_000, 5_000)


def job_of(row: JobRow) -> Job:
    """A job's row as the worker's value."""
    if row.id is None:
        raise AssertionError("a job's row has a number")
    kind: JobKind = "live" if row.kind == "live" else "stored"
    event = None if row.event is None else EventId(row.event)
    return Job(row.id, kind, CameraId(row.camera), event, row.start_ms, row.end_ms, row.attempts, row.token)


async def fence(session: AsyncSession, job: Job) -> JobRow:
    """Lock the job's row for this transaction; `Rejected` unless `job` is its newest claim and not over."""
    row = await session.get(JobRow, job.id, with_for_update=True)
    if row is None or row.token != job.token or row.state != "leased":
        raise Rejected("job.token", f"job {job.id} is no longer yours")
    return row


class JobQueue:
    """The queue's part of `JudgingStore`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def claim_jobs(self, worker: str, limit: int, lease_ms: int, kind: JobKind | None = None) -> tuple[Job, ...]:
        """Lease up to `limit` jobs that wait or whose lease ran out; live before stored, oldest first."""
        if limit <= 0:
            return ()
        now_ms = self._clock.unix_ms()
        free = sa.and_(
            col(JobRow.state).in_(("waiting", "leased")),
            col(JobRow.lease_until_ms) <= now_ms,
            col(JobRow.attempts) < _MOST_CLAIMS,
            sa.true() if kind is None else col(JobRow.kind) == kind,
            sa.or_(
                col(JobRow.kind) == "stored",
                col(JobRow.end_ms).is_(None),
                col(JobRow.end_ms) >= now_ms - TOO_OLD_FOR_LIVE_MS,
            ),
        )
        async with self._database.reading() as session:
            if await session.scalar(select(JobRow.id).where(free).limit(1)) is None:
                return ()
        chosen = (
            select(JobRow.id)
            .where(free)
            .order_by(col(JobRow.prio), col(JobRow.id))
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
            rows: Sequence[JobRow] = (await session.scalars(claim)).all()
            return tuple(job_of(row) for row in sorted(rows, key=lambda row: (row.prio, row.id or 0)))

    async def renew_job(self, job: Job, lease_ms: int) -> Job:
        """Extend the lease; `Rejected` when it was lost."""
        async with self._database.writing() as session:
            row = await fence(session, job)
            row.lease_until_ms = self._clock.unix_ms() + lease_ms
            return job_of(row)

    async def finish_job(self, job: Job) -> None:
        """Done; occurrences that its verdicts left open end with them."""
        async with self._database.writing() as session:
            row = await fence(session, job)
            row.state = "done"
            await append_feed(self._database, session, self._clock, await end_open_occurrences(session, job.id))

    async def fail_job(self, job: Job, reason: str) -> bool:
        """Give back for another try after a pause; True when three tries are over and it is parked."""
        async with self._database.writing() as session:
            row = await fence(session, job)
            row.failures += 1
            row.parked_reason = reason.replace("\0", "")[:1000]
            parked = row.failures >= _MOST_FAILURES
            row.state = "parked" if parked else "waiting"
            pause_ms = _BACK_OFF_MS[min(row.failures, len(_BACK_OFF_MS)) - 1]
            row.lease_until_ms = 0 if parked else self._clock.unix_ms() + pause_ms
            if parked:
                ended = await end_open_occurrences(session, job.id)
                await append_feed(self._database, session, self._clock, ended)
            return parked

    async def retire_jobs(self) -> int:
        """End what no worker will take any more: live jobs of the past, and jobs that were claimed too often."""
        now_ms = self._clock.unix_ms()
        free = sa.and_(col(JobRow.state).in_(("waiting", "leased")), col(JobRow.lease_until_ms) <= now_ms)
        past = sa.and_(free, col(JobRow.kind) == "live", col(JobRow.end_ms) < now_ms - TOO_OLD_FOR_LIVE_MS)
        worn = sa.and_(free, col(JobRow.attempts) >= _MOST_CLAIMS)
        async with self._database.reading() as session:
            rows = (
                await session.execute(select(JobRow.id, past.label("past")).where(sa.or_(past, worn)).limit(100))
            ).all()
        if not rows:
            return 0
        ended: list[tuple[str, State]] = []
        async with self._database.writing() as session:
            for number, is_past in rows:
                state = {"state": "done"} if is_past else {"state": "parked", "parked_reason": "abandoned too often"}
                await session.execute(update(JobRow).where(col(JobRow.id) == number, free).values(**state))
                ended += await end_open_occurrences(session, number)
            await append_feed(self._database, session, self._clock, ended)
        return len(rows)

    async def load(self) -> tuple[int, float]:
        """How many jobs wait for a worker, and for how long the oldest, s."""
        now_ms = self._clock.unix_ms()
        async with self._database.reading() as session:
            row = (
                await session.execute(
                    select(func.count(), func.min(JobRow.created_ms)).where(
                        col(JobRow.state).in_(("waiting", "leased")), col(JobRow.lease_until_ms) <= now_ms
                    )
                )
            ).one()
            return row[0], 0.0 if row[1] is None else max(0.0, (now_ms - row[1]) / 1000)
