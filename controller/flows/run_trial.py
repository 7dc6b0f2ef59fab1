"""Runs one trial of rules in a worker: over stored tracks, or over stored footage that the model judges again."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import structlog

from controller.core import notices
from controller.core.judge import pixel_scale
from controller.core.lease import LEASE_MS, RENEW_MS
from controller.core.records import FrameBoxes, Rule, StoredRun
from controller.core.rulebook import parse_rulebook
from controller.core.sampling import Sampler
from controller.core.spans import Span, share_before, within
from controller.core.stored_tracks import Coverage, History
from controller.core.surroundings import Surroundings
from controller.core.trial_run import Trial
from controller.core.trial_wish import Plan, TrialJob, plan
from controller.flows.detect import BatchingDetector
from controller.flows.trial_report import report
from controller.ports import Footage, ObjectStore, State, TimedPicture
from shared.clock import Clock
from shared.errors import Rejected, Transient
from shared.ids import CameraId
from shared.texts import Text, say

log = structlog.get_logger("trial")

_STORE_S = 20
_FETCH_S = 120
_PUT_BACK_S = 1  # the worker ends
_GIVE_WAY_MS = 200
"""While anything else is judged, each picture of a trial, and each handful of stored frames, waits this long."""
_FRAMES_AT_ONCE = 50


class TrialJobs(Protocol):
    """The database as a trial sees it; a write with a stale token raises `Rejected`."""

    async def claim_trial(self, worker: str, lease_ms: int) -> TrialJob | None:
        """Lease the oldest trial that waits or whose lease ran out."""
        ...

    async def renew_trial(self, job: TrialJob, lease_ms: int, progress: float) -> None: ...

    async def finish_trial(self, job: TrialJob, result: State) -> None: ...

    async def fail_trial(self, job: TrialJob, reason: str, *, again: bool) -> None:
        """Over; with `again` it may be tried again, as long as it was not tried too often."""
        ...

    async def put_back_trial(self, job: TrialJob) -> None:
        """It waits again, and this was no try of it. The last word of whoever claimed it."""
        ...

    async def rules(self, camera: CameraId) -> tuple[int, tuple[Rule, ...]]: ...

    async def surroundings(self) -> Surroundings:
        """What rules refer to where their document does not say."""
        ...

    async def aspect(self, camera: CameraId) -> float:
        """Width / height of the camera's picture."""
        ...

    def verdict_frames(self, camera: CameraId, start_ms: int, end_ms: int) -> AsyncIterator[tuple[FrameBoxes, ...]]:
        """Frames within [start_ms, end_ms), verdict by verdict, by rising start."""
        ...

    async def stored_runs(self, camera: CameraId, start_ms: int, end_ms: int) -> tuple[StoredRun, ...]: ...


@dataclass(frozen=True, slots=True)
class TrialParts:
    """What running a trial needs of the world. `scratch` is an existing folder of our own."""

    store: TrialJobs
    objects: ObjectStore
    footage: Footage
    detector: BatchingDetector
    clock: Clock
    mint: Callable[[], str]
    scratch: Path
    fps: float


@dataclass(slots=True)
class _Run:
    """One trial while it runs."""

    job: TrialJob
    plan: Plan
    trial: Trial
    warnings: list[Text]
    coverage: Coverage = field(default_factory=Coverage)
    progress: float = 0.0
    there: tuple[Span, ...] = ()  # what there is to look at, where that is known before

    def at(self, pts_ms: int) -> None:
        spans = self.there or ((self.job.start_ms, self.job.end_ms),)
        self.progress = max(self.progress, share_before(spans, pts_ms))


async def run_trial(job: TrialJob, parts: TrialParts, busy: Callable[[], bool]) -> None:
    """Run a leased trial and save what it found. A lost lease, also one that a person cancelled, ends it quietly.

    Cancelled itself, because the worker stops, it puts the trial back: that is no fault of the trial.
    """
    began: list[_Run] = []
    stopped = False
    work = asyncio.create_task(_work(job, parts, busy, began))
    lease = asyncio.create_task(_keep_lease(job, parts, began))
    try:
        await asyncio.wait([work, lease], return_when=asyncio.FIRST_COMPLETED)
        if lease.done():
            log.info("trial is no longer ours", trial=job.id, reason=str(lease.exception()))
            return
        work.result()
    except Transient as fault:
        await _give_up(job, parts, str(fault), again=True)
    except TimeoutError:
        await _give_up(job, parts, "the database or the store did not answer in time", again=True)
    except Rejected as fault:
        await _give_up(job, parts, str(fault), again=False)
    except asyncio.CancelledError:
        stopped = True
        raise
    finally:
        work.cancel()
        lease.cancel()
        await asyncio.gather(work, lease, return_exceptions=True)
        if stopped:
            await _put_back(job, parts)


async def _put_back(job: TrialJob, parts: TrialParts) -> None:
    try:
        async with asyncio.timeout(_PUT_BACK_S):
            await parts.store.put_back_trial(job)
    except (Rejected, Transient, TimeoutError) as fault:
        log.info("trial not put back, its lease runs out", trial=job.id, reason=str(fault))


async def _give_up(job: TrialJob, parts: TrialParts, reason: str, *, again: bool) -> None:
    log.warning("trial failed", trial=job.id, reason=reason)
    try:
        async with asyncio.timeout(_STORE_S):
            await parts.store.fail_trial(job, reason[:500], again=again)
    except (Rejected, Transient, TimeoutError) as fault:
        log.warning("trial not given back, its lease runs out", trial=job.id, reason=str(fault))


async def _keep_lease(job: TrialJob, parts: TrialParts, began: Sequence[_Run]) -> None:
    while True:
        await parts.clock.sleep_ms(RENEW_MS)
        try:
            async with asyncio.timeout(_STORE_S):
                await parts.store.renew_trial(job, LEASE_MS, began[0].progress if began else 0.0)
        except (Transient, TimeoutError) as fault:
            log.warning("lease not renewed", trial=job.id, reason=str(fault))


async def _work(job: TrialJob, parts: TrialParts, busy: Callable[[], bool], began: list[_Run]) -> None:
    version, in_force = await parts.store.rules(job.camera)
    book = parse_rulebook(job.document, parts.mint, await parts.store.surroundings())
    planned = plan(job.source, job.camera, book.on(job.camera), in_force)
    info = parts.detector.info
    run = _Run(
        job,
        planned,
        Trial(job.camera, planned.tried, planned.in_force, info.classes),
        list(notices.of_classes(planned.tried, info.name, info.classes)),
    )
    began.append(run)
    if planned.source == "tracks":
        await _over_tracks(run, parts, busy)
    else:
        await _over_clips(run, parts, busy)
    if run.coverage.judged_ms == 0 and not run.warnings:
        run.warnings.append(say("trial_nothing_judged"))
    result = report(
        planned.source,
        await asyncio.to_thread(run.trial.changes),
        rules_version=version,
        judged_ms=run.coverage.judged_ms,
        unanswered=planned.unanswered,
        warnings=run.warnings,
    )
    await parts.store.finish_trial(job, result)


async def _over_tracks(run: _Run, parts: TrialParts, busy: Callable[[], bool]) -> None:
    history = History()
    run.coverage = history.coverage
    aspect = await parts.store.aspect(run.job.camera)
    async for stored in parts.store.verdict_frames(run.job.camera, run.job.start_ms, run.job.end_ms):
        frames = history.take(stored)
        for first in range(0, len(frames), _FRAMES_AT_ONCE):
            if busy():
                await parts.clock.sleep_ms(_GIVE_WAY_MS)
            some = frames[first : first + _FRAMES_AT_ONCE]
            await asyncio.to_thread(_replay, run.trial, some, aspect)
            run.at(some[-1].pts_ms)


def _replay(trial: Trial, frames: Sequence[FrameBoxes], aspect: float) -> None:
    for frame in frames:
        trial.replay(frame, aspect)


async def _over_clips(run: _Run, parts: TrialParts, busy: Callable[[], bool]) -> None:
    job = run.job
    runs = await parts.store.stored_runs(job.camera, job.start_ms, job.end_ms)
    run.there = within([(one.start_ms, one.end_ms) for one in runs], job.start_ms, job.end_ms)
    if not runs:
        run.warnings.append(say("trial_no_footage"))
    for stored in runs:
        file = parts.scratch / f"trial-{job.id}-{stored.run}.mp4"
        try:
            async with asyncio.timeout(_FETCH_S):
                await parts.objects.fetch(stored.key, file)
            await _over_file(run, parts, busy, stored, file)
        except Rejected as fault:
            log.warning("footage unreadable", trial=job.id, key=stored.key, reason=str(fault))
            run.warnings.append(say("cannot_read", why=str(fault)[:200]))
        finally:
            file.unlink(missing_ok=True)


async def _over_file(run: _Run, parts: TrialParts, busy: Callable[[], bool], stored: StoredRun, file: Path) -> None:
    sampler, first_ms = Sampler(parts.fps), max(run.job.start_ms, run.coverage.last_ms + 1)

    def wanted(pts_ms: int) -> bool:
        return first_ms <= stored.start_ms + pts_ms < run.job.end_ms and sampler.due(pts_ms)

    pictures = parts.footage.pictures(file, wanted)
    while (timed := await asyncio.to_thread(_next, pictures)) is not None:
        at_ms = stored.start_ms + timed.pts_ms
        if busy():
            await parts.clock.sleep_ms(_GIVE_WAY_MS)
        found = await parts.detector.detect(timed.picture)
        height, width = timed.picture.shape[:2]
        scale = pixel_scale(timed.source_height_px, width / height, [parts.detector.info])
        run.trial.see(at_ms, found, width / height, scale)
        run.coverage.take(at_ms)
        run.at(at_ms)


def _next(pictures: Iterator[TimedPicture]) -> TimedPicture | None:
    return next(pictures, None)
