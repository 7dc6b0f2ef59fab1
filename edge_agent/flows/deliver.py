"""Deliver: announced runs are put where their grant points, until the controller says that they are stored."""

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

import structlog

from edge_agent.core.retry import retry_delay_ms
from edge_agent.core.schedule import TransferPlan
from edge_agent.core.upload_policy import RANK, Readiness, Upload, next_transfer, transfer_order
from edge_agent.flows.facts import Facts
from edge_agent.flows.keep_room import RoomKeeping, Uncut
from edge_agent.flows.send_run import RunBody
from edge_agent.flows.share_uplink import UplinkSharing
from edge_agent.ports import Outbox, Ring, Uplink, Uploads
from shared.errors import Rejected, Transient
from shared.ids import CameraId, EventId, FactId, RunId
from shared.kinds import MediaClass
from shared.messages import AckItem, Grant, RunFact
from shared.mint import minted_ms
from shared.trace import record

log = structlog.get_logger("deliver")

_TICK_S = 1.0
_ASK_AGAIN_MS = (30_000, 600_000)
_PUT_AGAIN_MS = (1_000, 60_000)
_GRANT_MS = 14 * 60_000  # a grant is good for 15 minutes
_IN_HAND = 16  # grants that are asked for ahead of their use
_GRANT_PATIENCE_MS = 20_000  # how long others of its class wait for one that has no grant yet
_STUBBORN = 6  # failed PUTs after which others of its class no longer wait for it


@dataclass(slots=True)
class _Waiting:
    """What is known of an upload in this agent's life only."""

    upload: Upload
    grant: Grant | None = None
    granted_ms: int = 0  # monotonic, like all here
    answered: bool = False  # the controller has acknowledged the last revision
    asks: int = 0
    ask_ms: int = 0  # when to tell again what was answered without effect
    blocks_ms: int | None = None  # since when it keeps others of its class waiting for its grant
    tries: int = 0
    tried_round: int = -1

    def may_put(self, now_ms: int) -> bool:
        """Whether a grant is in hand that the store will still take."""
        return self.grant is not None and now_ms - self.granted_ms < _GRANT_MS


@dataclass(slots=True)
class _Pause:
    """A class after a PUT that failed: in each round every upload is tried once at most. Asking has one too."""

    tries: int = 0
    until_ms: int = 0
    round: int = 0


class Delivery:
    """All cameras' uploads: one transfer at a time per class, better classes first, all at one rate together."""

    def __init__(
        self,
        uploads: Uploads,
        outbox: Outbox,
        ring: Ring,
        uplink: Uplink,
        facts: Facts,
        sharing: UplinkSharing,
        *,
        held_budget_bytes: int,
        plan: TransferPlan | None = None,
    ) -> None:
        self._uploads = uploads
        self._outbox = outbox
        self._ring = ring
        self._uplink = uplink
        self._facts = facts
        self.sharing = sharing
        self._room = RoomKeeping(ring, uploads, facts, held_budget_bytes)
        self._plan = plan or TransferPlan()
        self._running_events: set[EventId] = set()
        self._pauses: defaultdict[int, _Pause] = defaultdict(_Pause)
        self._asking = _Pause()
        self._waiting: dict[RunId, _Waiting] = {}
        self._transfers: dict[RunId, asyncio.Task[None]] = {}
        self._changed = asyncio.Event()
        self._loading = asyncio.Lock()
        self._loaded = False
        self.ended: Counter[Literal["stored", "lost"]] = Counter()  # runs, in this agent's life

    def event_runs(self, event: EventId, *, running: bool) -> None:
        """While an event runs, its newest footage goes first: that is what can still be judged in time."""
        if running:
            self._running_events.add(event)
        else:
            self._running_events.discard(event)

    def consider(self, cutting: Uncut) -> None:
        """What it holds and did not cut yet gives way to recording too when the disk is full."""
        self._room.consider(cutting)

    def waiting(self) -> tuple[int, int]:
        """Uploads that the store does not have yet, and their bytes."""
        return len(self._waiting), sum(w.upload.run.length_bytes for w in self._waiting.values())

    def waiting_by_class(self) -> dict[MediaClass, tuple[int, int]]:
        """The same for each class that has any."""
        found: dict[MediaClass, tuple[int, int]] = {}
        for known in self._waiting.values():
            runs, length_bytes = found.get(known.upload.priority, (0, 0))
            found[known.upload.priority] = (runs + 1, length_bytes + known.upload.run.length_bytes)
        return found

    async def announce(self, upload: Upload) -> None:
        """Take over a new run: durable with its announcement when this returns."""
        await self._load()
        await asyncio.to_thread(self._uploads.keep, upload, [self._facts.run(upload)])
        self._waiting[upload.id] = _Waiting(upload)
        self._facts.fresh.set()
        self._changed.set()

    async def raise_priority(
        self, camera: CameraId, start_ms: int, end_ms: int | None, media_class: MediaClass
    ) -> None:
        """Serve what waits of this span in a better class."""
        await self._load()
        for known in list(self._waiting.values()):
            upload = known.upload
            inside = upload.end_ms > start_ms and (end_ms is None or upload.start_ms < end_ms)
            if upload.run.camera == camera and inside and RANK[media_class] < RANK[upload.priority]:
                known.upload = replace(upload, priority=media_class)
                await asyncio.to_thread(self._uploads.keep, known.upload, [])
        self._changed.set()

    async def answered(self, item: AckItem, fact: RunFact) -> None:
        """The controller has answered a run's fact."""
        await self._load()
        known = self._waiting.get(RunId(fact.run))
        if known is None and item.grant is not None:
            known = await self._reopen(RunId(fact.run))
        if known is None:
            return
        if item.outcome == "rejected":
            await self._give_up(known, f"refused by the controller: {item.reason}")
        elif item.stored:
            await self._stored(known)
        elif item.grant is not None:
            known.grant, known.granted_ms, known.blocks_ms = item.grant, self._facts.clock.monotonic_ms(), None
            self._asking = _Pause()  # it is there: nobody need wait longer
            if known.upload.state == "uploaded" and known.upload.id not in self._transfers:
                known.upload = replace(known.upload, state="announced")
        elif fact.id == known.upload.fact:
            self._ask_later(known)
        self._changed.set()

    async def _reopen(self, run: RunId) -> _Waiting | None:
        """The store has lost a run that it had: the ring may still have it."""
        upload = await asyncio.to_thread(self._uploads.find, run)
        if upload is None or upload.state != "stored":
            return None
        log.warning("the store wants a run again", run=run)
        known = self._waiting[run] = _Waiting(replace(upload, state="announced"))
        try:
            for segment in upload.run.segments:
                await asyncio.to_thread(self._ring.hold, segment)
        except Rejected as fault:
            await self._give_up(known, f"the store lost it, and here it is gone: {fault.fault}")
            return None
        return known

    async def run(self) -> None:
        """Transfer until cancelled."""
        await self._load()
        try:
            while True:
                now_ms = self._facts.clock.monotonic_ms()
                await self._keep_room()  # first: on a full disk nothing else can be written down
                await self._ask_again(now_ms)
                while self._start_next(now_ms):
                    pass
                self._changed.clear()
                try:
                    async with asyncio.timeout(_TICK_S):
                        await self._changed.wait()
                except TimeoutError:
                    continue
        finally:
            for task in self._transfers.values():
                task.cancel()
            await asyncio.gather(*self._transfers.values(), return_exceptions=True)

    async def _load(self) -> None:
        """Take up an earlier life's uploads, once; raises `Transient` when the disk does not give them yet."""
        async with self._loading:
            if self._loaded:
                return
            for upload in await asyncio.to_thread(self._uploads.unfinished):
                answered = await asyncio.to_thread(self._outbox.is_acknowledged, upload.fact)
                self._waiting.setdefault(upload.id, _Waiting(upload, answered=answered))
            self._loaded = True

    def _ask_later(self, known: _Waiting) -> None:
        """The answer had no effect: the controller's store may be away, and that is everybody's matter."""
        now_ms = self._facts.clock.monotonic_ms()
        known.answered = True
        known.asks += 1
        known.ask_ms = now_ms + self._ask_delay_ms(known.asks)
        if known.upload.state == "announced" and now_ms >= self._asking.until_ms:
            self._asking.tries += 1
            self._asking.until_ms = now_ms + self._ask_delay_ms(self._asking.tries)

    def _ask_delay_ms(self, tries: int) -> int:
        return retry_delay_ms(tries, *_ASK_AGAIN_MS, random.random())  # noqa: S311 - jitter

    def _may_ask(self, known: _Waiting, now_ms: int) -> bool:
        if known.upload.state == "uploaded" or known.asks >= _STUBBORN:
            return known.ask_ms <= now_ms
        return self._asking.until_ms <= now_ms and self._may_go(known.upload)

    async def _ask_again(self, now_ms: int) -> None:
        """Ask where an answer had no effect, or its grant has run out: what is sent next first, and not all at once."""
        ahead = 0
        for known in sorted(self._waiting.values(), key=lambda w: transfer_order(w.upload, self._running_events)):
            upload = known.upload
            if upload.id in self._transfers:
                continue
            if known.may_put(now_ms) or not (known.answered or known.grant is not None):
                ahead += upload.state == "announced"
            elif self._may_ask(known, now_ms) and (upload.state == "uploaded" or ahead < _IN_HAND):
                ahead += upload.state == "announced"
                known.grant = None
                await self._tell(known, replace(upload, rev=upload.rev + 1))

    def _may_go(self, upload: Upload) -> bool:
        return self._plan.lets(upload.priority, self._facts.clock.unix_ms())

    async def _tell(self, known: _Waiting, upload: Upload) -> None:
        before = known.upload
        known.upload = upload = replace(upload, fact=FactId(self._facts.mint()))
        known.answered = False  # before the fact is durable: its answer may be quick
        try:
            await asyncio.to_thread(self._uploads.keep, upload, [self._facts.run(upload)])
        except BaseException:
            known.upload, known.answered = before, True
            raise
        self._facts.fresh.set()

    async def _keep_room(self) -> None:
        choice = await self._room.choose([w.upload for w in self._waiting.values()], self._transfers.keys())
        for upload in choice.unsaid:
            await self._room.release(upload)
        for upload, reason in choice.told:
            await self._end(await self._room.give_up(upload, reason))
        self.ended["lost"] += await self._room.follow()

    def _start_next(self, now_ms: int) -> bool:
        idle = [known for known in self._waiting.values() if known.upload.id not in self._transfers]
        waiting = [(known.upload, self._readiness(known, now_ms)) for known in idle]
        running = [self._waiting[run].upload.priority for run in self._transfers if run in self._waiting]
        upload = next_transfer(waiting, running, self._running_events)
        if upload is None:
            if not running:
                self._note_blocks(waiting, now_ms)
            return False
        task = asyncio.create_task(self._transfer(self._waiting[upload.id]), name=f"put {upload.id}")
        self._transfers[upload.id] = task
        task.add_done_callback(lambda done: self._transferred(upload.id, done))
        return True

    def _readiness(self, known: _Waiting, now_ms: int) -> Readiness:
        if known.upload.state != "announced" or not self._may_go(known.upload):
            return "passed"
        if not known.may_put(now_ms):
            patient = known.blocks_ms is None or now_ms - known.blocks_ms < _GRANT_PATIENCE_MS
            return "waits" if patient else "passed"
        pause = self._pauses[RANK[known.upload.priority]]
        if pause.until_ms and pause.until_ms <= now_ms:
            pause.until_ms, pause.round = 0, pause.round + 1
        if pause.until_ms and known.tried_round == pause.round:
            return "passed" if known.tries >= _STUBBORN else "waits"
        return "ready"

    def _note_blocks(self, waiting: Iterable[tuple[Upload, Readiness]], now_ms: int) -> None:
        heads: dict[int, RunId] = {}
        for upload, readiness in sorted(waiting, key=lambda pair: transfer_order(pair[0], self._running_events)):
            rank = RANK[upload.priority]
            if readiness == "waits":
                heads.setdefault(rank, upload.id)
            elif readiness == "ready" and rank in heads:
                known = self._waiting[heads[rank]]
                if known.blocks_ms is None and not known.may_put(now_ms):
                    known.blocks_ms = now_ms

    def _transferred(self, run: RunId, task: asyncio.Task[None]) -> None:
        self._transfers.pop(run, None)
        if not task.cancelled() and (fault := task.exception()) is not None:
            log.error("transfer broke", run=run, error=repr(fault))
            known = self._waiting.get(run)
            if known is not None:
                self._try_later(known)
        self._changed.set()

    def _try_later(self, known: _Waiting) -> None:
        pause = self._pauses[RANK[known.upload.priority]]
        known.tries += 1
        known.tried_round = pause.round
        pause.tries += 1
        delay_ms = retry_delay_ms(pause.tries, *_PUT_AGAIN_MS, random.random())  # noqa: S311 - jitter
        pause.until_ms = self._facts.clock.monotonic_ms() + delay_ms

    async def _transfer(self, known: _Waiting) -> None:
        upload, grant = known.upload, known.grant
        if grant is None:
            return
        body = RunBody(self._ring, upload, self.sharing)
        try:
            with self.sharing.transfer(upload.priority):
                await self._uplink.put(grant, body.pieces(), upload.run.length_bytes)
        except (Transient, Rejected) as fault:
            if body.fault is not None:
                await self._give_up(known, body.fault.fault)
                return
            if isinstance(fault, Transient):
                self._try_later(known)
                log.warning("upload failed", run=upload.id, error=str(fault), tries=known.tries)
                return
            known.grant = None
            known.answered = True
            known.asks += 1
            known.ask_ms = self._facts.clock.monotonic_ms() + self._ask_delay_ms(known.asks)
            log.warning("grant refused, asking again", run=upload.id, error=str(fault))
            return
        known.grant = None
        known.tries = known.asks = 0
        self._pauses[RANK[upload.priority]].tries = 0
        await self._tell(known, replace(known.upload, state="uploaded", rev=known.upload.rev + 1))
        log.info("run uploaded", run=upload.id, bytes=upload.run.length_bytes)

    async def _stored(self, known: _Waiting) -> None:
        done = replace(known.upload, state="stored")
        await asyncio.to_thread(self._uploads.keep, done, [])
        self.ended["stored"] += 1
        await self._forget(done)
        length_bytes, now_ms = done.run.length_bytes, self._facts.clock.unix_ms()
        record(done.event, "upload", minted_ms(done.id), now_ms, about=done.id, bytes=length_bytes)
        log.info("run stored", run=done.id, camera=done.run.camera)

    async def _give_up(self, known: _Waiting, reason: str) -> None:
        upload = known.upload
        lost = replace(upload, state="lost", rev=upload.rev + 1, fact=FactId(self._facts.mint()), reason=reason)
        await asyncio.to_thread(self._uploads.keep, lost, [self._facts.run(lost)])
        self._facts.fresh.set()
        await self._end(lost)

    async def _end(self, upload: Upload) -> None:
        """An upload that was given up, as it was told."""
        await self._forget(upload)
        if upload.state == "lost":
            self.ended["lost"] += 1
            log.error("footage lost", run=upload.id, camera=upload.run.camera, reason=upload.reason)
        else:
            log.warning("footage given up for now", run=upload.id, camera=upload.run.camera, reason=upload.reason)

    async def take_again(self, camera: CameraId, start_ms: int, end_ms: int) -> None:
        """Let what was given up of a span and is still here be cut anew; `Transient` while there is no room for it."""
        await self._room.take_again(camera, start_ms, end_ms)

    async def _forget(self, upload: Upload) -> None:
        self._waiting.pop(upload.id, None)
        await self._room.release(upload)
