"""Runs on their way into the store, and the footage of closed events that nobody judged: what confirm works on."""

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, or_, select, update

from controller.adapters.alarm_rows import lock_site, touch_alarms
from controller.adapters.database import Database
from controller.adapters.fact_store import run_object
from controller.adapters.feed import append_feed
from controller.adapters.states import LONGEST_RUN_MS, State, event_states, judged_spans, stored_spans
from controller.adapters.tables import EventRow, JobRow, RunRow
from controller.core.queues import stored_priority
from controller.core.spans import Span
from controller.core.unjudged import EventMedia, plan
from controller.ports import RunObject
from shared.clock import Clock
from shared.ids import RunId, SiteId

_SECOND_LOOK_MS = 600_000
"""A store's 200 is no fsync: what is still there ten minutes later survived its cache."""
_NEVER_MS = 1 << 62
_PATIENCE = 4
_LONGEST_WAIT_MS = 600_000


class SqlRunStore:
    """`RunStore` on SQLite or PostgreSQL."""

    def __init__(self, database: Database, clock: Clock, site: SiteId) -> None:
        self._database = database
        self._clock = clock
        self._site = site

    async def runs_to_check(self, limit: int) -> tuple[RunObject, ...]:
        """Uploaded runs, then stored ones whose second look is due, those that waited longest first.

        What somebody has begun to delete is not looked for: it would be missed, and asked of its node again.
        """
        now_ms = self._clock.unix_ms()
        async with self._database.reading() as session:
            found: list[RunRow] = []
            for state in ("uploaded", "stored"):
                rows = await session.scalars(
                    select(RunRow)
                    .where(col(RunRow.state) == state, col(RunRow.check_ms) <= now_ms)
                    .where(col(RunRow.expired_ms).is_(None))
                    .order_by(col(RunRow.check_ms), col(RunRow.id))
                    .limit(limit - len(found))
                )
                found += rows
            return tuple(run_object(row) for row in found)

    async def mark_stored(self, run: RunId) -> None:
        """Stored for the first time: its event and the alarms raised in it are told. Again: the second look is done."""
        now_ms = self._clock.unix_ms()
        async with self._database.writing() as session:
            await lock_site(session, self._site)
            row = await session.get(RunRow, run, with_for_update=True)
            if row is None or row.state not in {"uploaded", "stored"}:
                return
            if row.state == "stored":
                row.rechecked_ms, row.check_ms = now_ms, _NEVER_MS
                return
            row.state, row.stored_ms, row.check_ms = "stored", now_ms, now_ms + _SECOND_LOOK_MS
            await session.flush()
            feed = await touch_alarms(session, row.camera, row.start_ms, row.end_ms)
            feed += await self._tell_event(session, row)
            await append_feed(self._database, session, self._clock, feed)

    async def mark_missing(self, run: RunId) -> bool:
        """Announced again: its node gets a new grant. False: somebody has begun to delete it, or did."""
        here = col(RunRow.state).in_(("uploaded", "stored")), col(RunRow.expired_ms).is_(None)
        missing = (
            update(RunRow)
            .where(col(RunRow.id) == run, *here)
            .values(state="announced", stored_ms=None, tier="first", grants=col(RunRow.grants) + 1)
            .returning(col(RunRow.id))
            .execution_options(synchronize_session=False)
        )
        async with self._database.writing() as session:
            return (await session.scalars(missing)).first() is not None

    async def check_later(self, run: RunId, delay_ms: int) -> None:
        async with self._database.writing() as session:
            await session.execute(
                update(RunRow).where(col(RunRow.id) == run).values(check_ms=self._clock.unix_ms() + delay_ms)
            )

    async def plan_unjudged(self, limit: int) -> int:
        """Look at up to `limit` closed events: make jobs for what can be judged now, settle what is done."""
        now_ms = self._clock.unix_ms()
        due = (
            select(EventRow)
            .where(col(EventRow.settled).is_(False), col(EventRow.state) == "closed", col(EventRow.check_ms) <= now_ms)
            .order_by(col(EventRow.check_ms), col(EventRow.id))
            .limit(limit)
        )
        async with self._database.reading() as session:
            if (await session.scalar(due.with_only_columns(col(EventRow.id)).limit(1))) is None:
                return 0
        made = 0
        async with self._database.writing() as session:
            for row in (await session.scalars(due.with_for_update(skip_locked=True))).all():
                made += await self._plan(session, row, now_ms)
        return made

    async def _plan(self, session: AsyncSession, row: EventRow, now_ms: int) -> int:
        clip = (row.clip_start_ms, row.clip_end_ms if row.clip_end_ms is not None else row.clip_start_ms)
        wanted = [(row.camera, *clip)]
        media = EventMedia(
            clip=clip,
            judged=(await judged_spans(session, wanted))[0],
            tried=await self._tried(session, row.camera, clip),
            stored=(await stored_spans(session, wanted))[0],
            lost=await self._lost(session, row.camera, clip),
            live_pending=await self._live_pending(session, row.id),
        )
        decided = plan(media, now_ms)
        for start_ms, end_ms in decided.jobs:
            job = JobRow(
                kind="stored",
                once=f"stored:{row.camera}:{start_ms}:{end_ms}",
                camera=row.camera,
                event=row.id,
                start_ms=start_ms,
                end_ms=end_ms,
                prio=stored_priority(clip[1], now_ms),
                created_ms=now_ms,
            )
            values = job.model_dump(exclude={"id"})
            await session.execute(self._database.insert(JobRow).values(**values).on_conflict_do_nothing())
        row.settled = decided.settled
        age_ms = max(0, now_ms - clip[1])
        row.check_ms = now_ms + min(_LONGEST_WAIT_MS, max(1_000, age_ms // _PATIENCE))
        await session.flush()
        return len(decided.jobs)

    async def _tried(self, session: AsyncSession, camera: str, clip: Span) -> list[Span]:
        rows = await session.execute(
            select(JobRow.start_ms, JobRow.end_ms).where(
                col(JobRow.camera) == camera,
                col(JobRow.kind) == "stored",
                col(JobRow.start_ms) < clip[1],
                col(JobRow.start_ms) > clip[0] - LONGEST_RUN_MS,
                col(JobRow.end_ms) > clip[0],
            )
        )
        return [(start, end) for start, end in rows if end is not None]

    async def _lost(self, session: AsyncSession, camera: str, clip: Span) -> list[Span]:
        rows = await session.execute(
            select(RunRow.start_ms, RunRow.end_ms).where(
                col(RunRow.camera) == camera,
                col(RunRow.state).in_(("lost", "expired")),
                col(RunRow.start_ms) < clip[1],
                col(RunRow.start_ms) > clip[0] - LONGEST_RUN_MS,
                col(RunRow.end_ms) > clip[0],
            )
        )
        return [(start, end) for start, end in rows]

    async def _live_pending(self, session: AsyncSession, event: str) -> bool:
        found = await session.scalar(
            select(JobRow.id).where(
                col(JobRow.once) == f"live:{event}", or_(col(JobRow.state) == "waiting", col(JobRow.state) == "leased")
            )
        )
        return found is not None

    async def _tell_event(self, session: AsyncSession, run: RunRow) -> list[tuple[str, State]]:
        if run.event is None:
            return []
        event = await session.get(EventRow, run.event, with_for_update=True)
        if event is None:
            return []
        event.check_ms = 0
        return [("event", state) for state in await event_states(session, [event])]
