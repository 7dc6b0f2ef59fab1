"""What nodes tell, into rows: one transaction per batch, the larger revision wins, jobs and feed rows with it."""

import hashlib
from collections.abc import Sequence

import structlog
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select, update

from controller.adapters.database import Database
from controller.adapters.fact_rows import fill_ledger, fill_run, fill_tamper
from controller.adapters.fact_seqs import note_numbers, note_restored, stored_already
from controller.adapters.feed import append_feed
from controller.adapters.motion_rows import keep_motion
from controller.adapters.node_rows import take_health, take_status
from controller.adapters.states import LONGEST_RUN_MS, State, event_states
from controller.adapters.tables import (
    CameraRow,
    EventRow,
    JobRow,
    NodeRow,
    RawFactRow,
    RunRow,
)
from controller.core.queues import PRIORITY
from controller.ports import Received, RunObject, Taken
from shared.clock import Clock
from shared.errors import CctvError
from shared.ids import CameraId, RunId, SiteId, node_of
from shared.messages import EventFact, LedgerFact, NodeHealth, NodeStatus, RunFact, TamperFact
from shared.motion_grid import MINUTE_MS

log = structlog.get_logger("fact store")

TOO_OLD_FOR_LIVE_MS = 10_000
"""The relay reaches no further back: an event that ended before is judged from the store."""


class SqlFactStore:
    """`FactStore` on SQLite or PostgreSQL."""

    def __init__(self, database: Database, clock: Clock, site: SiteId) -> None:
        self._database = database
        self._clock = clock
        self._site = site
        self._health_fed_ms: dict[str, int] = {}
        self._cameras: set[str] = set()

    async def save_facts(self, batch: Sequence[Received]) -> tuple[Taken, ...]:
        """Take all in one transaction; when the database refuses one, each in its own, and that one is parked."""
        try:
            return await self._save(batch)
        except CctvError:
            raise
        except (DBAPIError, StatementError, OverflowError, ValueError) as fault:
            if len(batch) > 1:
                return tuple([(await self.save_facts([one]))[0] for one in batch])
            one = batch[0]
            if one.fact is None:
                return (Taken("dropped", "the database refuses it"),)
            log.warning("fact refused by the database", node=one.node, error=str(fault)[:300])
            return await self._save([Received(one.node, one.payload, None, "the database refuses its values")])

    async def save_status(self, status: NodeStatus) -> None:
        async with self._database.writing() as session:
            await append_feed(
                self._database, session, self._clock, await take_status(session, status, self._clock.now())
            )

    async def save_health(self, health: NodeHealth) -> None:
        feed_due = self._clock.monotonic_ms() - self._health_fed_ms.get(health.node, -30_000) >= 30_000  # noqa: PLR2004 - half a minute
        async with self._database.writing() as session:
            changed = await take_health(session, health, self._clock.now(), feed_due=feed_due)
            await append_feed(self._database, session, self._clock, changed)
        if feed_due:
            self._health_fed_ms[health.node] = self._clock.monotonic_ms()

    async def _save(self, batch: Sequence[Received]) -> tuple[Taken, ...]:
        async with self._database.writing() as session:
            refused = await self._know(session, batch)
            touched: dict[str, EventRow] = {}
            restored: set[str] = set()
            taken: list[Taken] = []
            for one in batch:
                if one.node in refused:
                    taken.append(Taken("dropped", "the node is switched off"))
                else:
                    taken.append(await self._take(session, one, touched, restored))
                    await session.flush()
            await note_numbers(session, batch, taken, self._clock.unix_ms())
            feed: list[tuple[str, State]] = [
                ("event", state) for state in await event_states(session, list(touched.values()))
            ]
            feed += await note_restored(session, restored, self._clock.now())
            await append_feed(self._database, session, self._clock, feed)
        self._cameras |= _cameras(batch)
        return tuple(taken)

    async def _know(self, session: AsyncSession, batch: Sequence[Received]) -> set[str]:
        """Make rows for nodes and cameras that are new here; returns the nodes that are switched off."""
        nodes = {one.node for one in batch}
        known = await session.execute(select(NodeRow.id, NodeRow.enabled).where(col(NodeRow.id).in_(nodes)))
        enabled = {row[0]: row[1] for row in known}
        for node in sorted(nodes - set(enabled)):
            row = {"id": node, "created_at": self._clock.now(), "state": "offline", "enabled": True, "version": ""}
            await session.execute(self._database.insert(NodeRow).values(**row).on_conflict_do_nothing())
        for camera in sorted(_cameras(batch) - self._cameras):
            new = CameraRow(id=camera, node=node_of(CameraId(camera)))
            insert = self._database.insert(CameraRow).values(**new.model_dump())
            await session.execute(insert.on_conflict_do_nothing())
        return {node for node, on in enabled.items() if not on}

    async def _take(
        self, session: AsyncSession, one: Received, touched: dict[str, EventRow], restored: set[str]
    ) -> Taken:
        fact = one.fact
        if fact is None:
            return await self._park(session, one)
        if fact.node != one.node or node_of(CameraId(fact.camera)) != one.node:
            return Taken("dropped", "speaks for another node")
        match fact:
            case EventFact():
                return await self._take_event(session, fact, touched)
            case RunFact():
                return await self._take_run(session, fact)
            case LedgerFact():
                return await self._take_ledger(session, fact, restored)
            case TamperFact():
                return _answer(await fill_tamper(session, fact))

    async def _park(self, session: AsyncSession, one: Received) -> Taken:
        row = {
            "node": one.node,
            "sha256": hashlib.sha256(one.payload).hexdigest(),
            "payload": one.payload,
            "reason": one.reason.replace("\0", "")[:300],
            "received_at": self._clock.now(),
        }
        await session.execute(self._database.insert(RawFactRow).values(**row).on_conflict_do_nothing())
        return Taken("parked", one.reason)

    async def _take_event(self, session: AsyncSession, fact: EventFact, touched: dict[str, EventRow]) -> Taken:
        row = await session.get(EventRow, fact.event, with_for_update=True)
        if row is not None and row.rev >= fact.rev:
            return Taken("duplicate")
        if row is not None and row.camera != fact.camera:
            return Taken("rejected", "the event belongs to another camera")
        if fact.state == "closed" and (fact.end_ms is None or fact.clip_end_ms is None):
            return Taken("rejected", "a closed event has an end")
        now_ms = self._clock.unix_ms()
        is_new = row is None
        if row is None:
            row = EventRow(
                id=fact.event,
                camera=fact.camera,
                rev=0,
                state="open",
                start_ms=0,
                clip_start_ms=0,
                peak=0,
                media_class="motion",
            )
            session.add(row)
        for name in (
            "rev",
            "state",
            "start_ms",
            "end_ms",
            "clip_start_ms",
            "clip_end_ms",
            "peak",
            "media_class",
            "chained_from",
        ):
            setattr(row, name, getattr(fact, name))
        row.settled, row.check_ms = False, 0
        touched[row.id] = row
        new_job = False
        if is_new and (row.clip_end_ms is None or row.clip_end_ms >= now_ms - TOO_OLD_FOR_LIVE_MS):
            session.add(
                JobRow(
                    kind="live",
                    once=f"live:{row.id}",
                    camera=row.camera,
                    event=row.id,
                    start_ms=row.start_ms,  # the seconds before would hold up the live picture on a thin line
                    end_ms=row.clip_end_ms,
                    prio=PRIORITY["running"],
                    created_ms=now_ms,
                )
            )
            new_job = True
        elif row.state == "closed":
            await session.execute(
                update(JobRow).where(col(JobRow.once) == f"live:{row.id}").values(end_ms=row.clip_end_ms)
            )
        return Taken("accepted", new_job=new_job)

    async def _take_ledger(self, session: AsyncSession, fact: LedgerFact, restored: set[str]) -> Taken:
        if fact.motion is not None and fact.minute_ms % MINUTE_MS:
            return Taken("rejected", "minute_ms: motion is told of whole minutes")
        new = await fill_ledger(session, fact, self._clock.now())
        if new and fact.restored:
            restored.add(fact.camera)
        if fact.motion is not None:  # a duplicate's too: a controller of before did not keep it
            await keep_motion(session, fact.camera, fact.minute_ms, fact.motion)
        return _answer(new)

    async def _take_run(self, session: AsyncSession, fact: RunFact) -> Taken:
        if not fact.start_ms < fact.end_ms <= fact.start_ms + LONGEST_RUN_MS:
            return Taken("rejected", "end_ms: a run lasts up to an hour")
        row = await session.get(RunRow, fact.run, with_for_update=True)
        if row is not None and row.camera != fact.camera:
            return Taken("rejected", "the run belongs to another camera")
        if row is None and fact.state == "announced" and await stored_already(session, fact):
            return Taken("duplicate", stored=True)
        outcome: Taken
        if row is not None and row.rev >= fact.rev:
            outcome = Taken("duplicate")
        else:
            row = fill_run(row, fact, self._site)
            session.add(row)
            outcome = Taken("accepted")
            if row.event is not None:
                await session.execute(
                    update(EventRow)
                    .where(col(EventRow.id) == row.event, col(EventRow.settled).is_(False))
                    .values(check_ms=0)
                )
        put = None
        if row.state == "announced" and fact.state in {"announced", "uploaded"}:
            row.grants += 1
            put = run_object(row)
        return Taken(outcome.outcome, put=put, stored=row.state in {"stored", "expired"})


def _cameras(batch: Sequence[Received]) -> set[str]:
    """Those that the nodes in the batch name as their own."""
    named = {(one.node, one.fact.camera) for one in batch if one.fact is not None}
    return {camera for node, camera in named if node_of(CameraId(camera)) == node}


def _answer(changed: bool) -> Taken:
    return Taken("accepted" if changed else "duplicate")


def run_object(row: RunRow) -> RunObject:
    """A run's row as the store's object."""
    return RunObject(
        RunId(row.id),
        CameraId(row.camera),
        row.fact,
        row.key,
        row.length_bytes,
        row.sha256,
        row.md5,
        stored=row.state == "stored",
    )
