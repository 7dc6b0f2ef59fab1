"""Confirms uploads by HEAD, off ingest's path: tells the node, and plans what nobody judged."""

import asyncio
import contextlib
from typing import Protocol

import structlog

from controller.flows.grant import grant_put
from controller.ports import Bell, ObjectStore, RunObject, RunStore, Wire
from shared.clock import Clock
from shared.errors import CctvError, Transient
from shared.ids import node_of
from shared.messages import Ack, AckItem
from shared.mint import uuid7
from shared.topics import ACK

log = structlog.get_logger("confirm")

_AT_ONCE = 8
_BATCH = 64
_IDLE_S = 1.0
_PLAN_BATCH = 20
_HEAD_TIMEOUT_S = 20
_AWAY_MS = 5_000


class JobRetirement(Protocol):
    """The part of the queue that ends what no worker takes."""

    async def retire_jobs(self) -> int: ...


class Confirm:
    """Two independent loops: a store that hangs holds neither ingest nor the planning of jobs."""

    def __init__(
        self,
        runs: RunStore,
        jobs: JobRetirement,
        objects: ObjectStore,
        wire: Wire,
        bell: Bell,
        clock: Clock,
        *,
        uploaded: asyncio.Event,
    ) -> None:
        self._runs = runs
        self._jobs = jobs
        self._objects = objects
        self._wire = wire
        self._bell = bell
        self._clock = clock
        self._uploaded = uploaded
        self._stored = asyncio.Event()

    async def run(self) -> None:
        """Confirm and plan until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._confirm_forever())
            tasks.create_task(self._plan_forever())

    async def confirm_once(self) -> int:
        """Look at what is due; how many runs were looked at."""
        due = await self._runs.runs_to_check(_BATCH)
        turn = asyncio.Semaphore(_AT_ONCE)

        async def one(run: RunObject) -> None:
            async with turn:
                await self._confirm(run)

        async with asyncio.TaskGroup() as tasks:
            for run in due:
                tasks.create_task(one(run))
        return len(due)

    async def plan_once(self) -> int:
        """Retire what no worker takes and make jobs for what nobody judged; how many were made."""
        await self._jobs.retire_jobs()
        made = await self._runs.plan_unjudged(_PLAN_BATCH)
        if made:
            await self._bell.ring("jobs")
        return made

    async def _confirm_forever(self) -> None:
        while True:
            self._uploaded.clear()
            try:
                looked = await self.confirm_once()
            except* Transient as faults:
                log.warning("cannot confirm, trying again", error=str(faults.exceptions[0]))
                looked = 0
            if looked < _BATCH:
                await _wait(self._uploaded, _IDLE_S)

    async def _plan_forever(self) -> None:
        while True:
            self._stored.clear()
            try:
                await self.plan_once()
            except Transient as fault:
                log.warning("cannot plan, trying again", error=str(fault))
            await _wait(self._stored, _IDLE_S)

    async def _confirm(self, run: RunObject) -> None:
        try:
            async with asyncio.timeout(_HEAD_TIMEOUT_S):
                found = await self._objects.head(run.key)
        except (CctvError, TimeoutError) as fault:
            log.warning("store does not answer", key=run.key, error=str(fault) or "timed out")
            await self._runs.check_later(run.run, _AWAY_MS)
            return
        if found == (run.length_bytes, run.md5):
            await self._runs.mark_stored(run.run)
            self._stored.set()
            if not run.stored:
                await self._tell(run, AckItem(fact=run.fact, outcome="accepted", stored=True))
                await self._bell.ring("feed")
            return
        log.warning("upload is not in the store", key=run.key, found=found, again=run.stored)
        if found is not None and not await self._removed(run):
            return
        if not await self._runs.mark_missing(run.run):
            return
        grant = await grant_put(self._objects, run)
        if grant is not None:
            await self._tell(run, AckItem(fact=run.fact, outcome="accepted", grant=grant))

    async def _removed(self, run: RunObject) -> bool:
        """Make way for the right bytes: a store that refuses to overwrite would keep the wrong ones for ever.

        What is written first is proof of the lease: who lost it meanwhile must not delete what another has replaced.
        """
        await self._runs.check_later(run.run, _AWAY_MS)
        try:
            async with asyncio.timeout(_HEAD_TIMEOUT_S):
                await self._objects.delete(run.key)
        except (CctvError, TimeoutError) as fault:
            log.warning("wrong object not deleted", key=run.key, error=str(fault) or "timed out")
            return False
        return True

    async def _tell(self, run: RunObject, item: AckItem) -> None:
        """A node that misses this sends its fact again and is told then."""
        with contextlib.suppress(Transient):
            ack = Ack(id=uuid7(), at=self._clock.now(), items=(item,))
            await self._wire.send(ACK, ack, node=node_of(run.camera))


async def _wait(event: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
