"""The worker's loop: claims running events and watched cameras, and a few stored intervals at a time."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

import structlog

from controller.core.judge import CameraJudge
from controller.core.lease import LEASE_MS
from controller.core.records import Job, JobKind
from controller.core.trial_wish import TrialJob
from controller.flows.run_trial import TrialParts, run_trial
from controller.flows.verify_live import CameraDesk
from controller.flows.verify_parts import STORE_S, LiveParts
from controller.flows.verify_stored import StoredParts, judge_stored
from controller.flows.verify_trace import trace_claimed
from controller.ports import Bell, JudgingStore
from shared.clock import Clock
from shared.errors import CctvError, Rejected, Transient
from shared.ids import CameraId

log = structlog.get_logger("verify")

_POLL_S = 1.0
_MOST_CAMERAS_KEPT = 500


@dataclass(frozen=True, slots=True)
class WorkerParts:
    """What the worker's loop needs of the world."""

    name: str  # who holds the leases; who starts under a name goes on with what it left
    store: JudgingStore
    bell: Bell
    clock: Clock
    live: LiveParts
    stored: StoredParts
    judge_for: Callable[[CameraId], CameraJudge]
    trials: TrialParts | None = None  # None: rules are tried elsewhere
    max_live_jobs: int = 64
    max_watched: int = 64
    stored_jobs: int = 4


class Worker:
    """Judges until cancelled. One camera's trouble stays with that camera."""

    def __init__(self, parts: WorkerParts) -> None:
        self._parts = parts
        self._desks: dict[CameraId, CameraDesk] = {}
        self._desk_tasks: set[asyncio.Task[None]] = set()
        self._judges: dict[CameraId, CameraJudge] = {}
        self._stored: dict[asyncio.Task[None], Job] = {}
        self._trial: asyncio.Task[None] | None = None

    @property
    def busy(self) -> int:
        """How many running events are judged."""
        return sum(not live.watches for desk in self._desks.values() for live in desk.jobs.values())

    @property
    def watching(self) -> int:
        """How many cameras are watched."""
        return sum(live.watches for desk in self._desks.values() for live in desk.jobs.values())

    async def run(self) -> NoReturn:
        """Claim and judge; on cancellation the leases are given up for others to take at once."""
        begun = False
        try:
            while True:
                try:
                    async with asyncio.timeout(STORE_S):
                        if not begun:
                            await self._parts.store.take_back(self._parts.name)
                            begun = True
                        await self._claim()
                except (Transient, TimeoutError) as fault:
                    log.warning("no jobs to be had", reason=str(fault))
                    await self._parts.clock.sleep_ms(500)
                await self._parts.bell.wait("jobs", _POLL_S)
        finally:
            await self._stop()

    async def _claim(self) -> None:
        parts, name = self._parts, self._parts.name
        rooms: tuple[tuple[JobKind, int], ...] = (
            ("live", parts.max_live_jobs - self.busy),
            ("watch", parts.max_watched - self.watching),
            ("stored", parts.stored_jobs - len(self._stored)),
        )
        for kind, free in rooms:
            for job in await parts.store.claim_jobs(name, free, LEASE_MS, kind) if free > 0 else ():
                trace_claimed(job, parts.clock.unix_ms())
                if kind == "stored":
                    task = asyncio.create_task(self._judge_stored(job), name=f"stored {job.id}")
                    self._stored[task] = job
                    task.add_done_callback(self._stored.pop)
                else:
                    self._take(job)
        await self._claim_trial()

    async def _claim_trial(self) -> None:
        """Rules are tried last of all: not while stored footage waits, and giving way to running events."""
        trials = self._parts.trials
        if trials is None or self._stored or not (self._trial is None or self._trial.done()):
            return
        job = await trials.store.claim_trial(self._parts.name, LEASE_MS)
        if job is not None:
            self._trial = asyncio.create_task(self._try(job, trials), name=f"trial {job.id}")

    async def _try(self, job: TrialJob, trials: TrialParts) -> None:
        try:
            await run_trial(job, trials, lambda: self.busy > 0 or bool(self._stored))
        except Exception:  # outermost of this trial: its lease runs out, the worker goes on
            log.exception("trial failed", trial=job.id)

    def _take(self, job: Job) -> None:
        desk = self._desks.get(job.camera)
        if desk is None or desk.closed:
            desk = CameraDesk(job.camera, self._parts.live, self._judge(job.camera))
            desk.add(job)
            self._desks[job.camera] = desk
            task = asyncio.create_task(self._run_desk(desk), name=f"desk {job.camera}")
            self._desk_tasks.add(task)
            task.add_done_callback(self._desk_tasks.discard)
        else:
            desk.add(job)
        log.info("judging", kind=job.kind, camera=job.camera, job=job.id, event_id=job.event, attempt=job.attempts)

    def _judge(self, camera: CameraId) -> CameraJudge:
        judge = self._judges.pop(camera, None) or self._parts.judge_for(camera)
        self._judges[camera] = judge
        while len(self._judges) > _MOST_CAMERAS_KEPT:
            self._judges.pop(next(iter(self._judges)))
        return judge

    async def _run_desk(self, desk: CameraDesk) -> None:
        try:
            await desk.run()
        except Exception as fault:  # outermost of this camera: its jobs go back, the others go on
            log.exception("judging failed", camera=desk.camera)
            self._judges.pop(desk.camera, None)
            for live in desk.jobs.values():
                await self._give_back(live.job, repr(fault))
        else:
            for live in desk.jobs.values():  # it came while the desk was closing
                self._take(live.job)
        finally:
            if self._desks.get(desk.camera) is desk:
                del self._desks[desk.camera]

    async def _judge_stored(self, job: Job) -> None:
        try:
            await judge_stored(job, self._parts.stored)
        except (Rejected, Transient, TimeoutError) as fault:
            log.warning("stored job not judged", job=job.id, reason=str(fault))
            await self._give_back(job, str(fault))
        except Exception as fault:  # outermost of this job: it goes back, the worker goes on
            log.exception("stored job failed", job=job.id)
            await self._give_back(job, repr(fault))
        await self._parts.bell.ring("feed")
        await self._parts.bell.ring("jobs")

    async def _give_back(self, job: Job, reason: str) -> None:
        try:
            async with asyncio.timeout(STORE_S):
                if await self._parts.store.fail_job(job, reason[:500]):
                    log.error("job parked", job=job.id, reason=reason[:500])
        except (CctvError, TimeoutError) as fault:
            log.warning("job not given back, its lease runs out", job=job.id, reason=str(fault))

    async def _stop(self) -> None:
        held = [live.job for desk in self._desks.values() for live in desk.jobs.values()] + list(self._stored.values())
        tasks = [*self._desk_tasks, *self._stored, *([self._trial] if self._trial else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for job in held:
            try:
                async with asyncio.timeout(1):
                    await self._parts.store.renew_job(job, 0)
            except Rejected:
                continue  # another worker has it
            except (CctvError, TimeoutError):
                return  # no database: the leases run out
