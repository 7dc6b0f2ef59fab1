"""Judges stored footage of an interval that nobody judged live: late, at leisure, one picture at a time."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from controller.core.judge import CameraJudge, pixel_scale
from controller.core.lease import LEASE_MS, RENEW_MS
from controller.core.records import Job, Occurrence, StoredRun, Verdict
from controller.core.verdict import Draft
from controller.flows.detect import BatchingDetector
from controller.flows.evidence import Evidence
from controller.ports import Footage, JudgingStore, ObjectStore, TimedPicture
from shared.clock import Clock
from shared.errors import Rejected, Transient
from shared.ids import VerdictId

log = structlog.get_logger("verify")

_FETCH_S = 120
_STORE_S = 20


@dataclass(frozen=True, slots=True)
class StoredParts:
    """What judging stored footage needs of the world. `scratch` is an existing folder of our own."""

    store: JudgingStore
    objects: ObjectStore
    footage: Footage
    detector: BatchingDetector
    evidence: Evidence
    clock: Clock
    mint: Callable[[], str]
    scratch: Path
    fps: float


async def judge_stored(job: Job, parts: StoredParts) -> None:
    """Judge, save and finish one leased job.

    `Transient`: it may be tried again; `Rejected`: the lease was lost or a verdict refused.
    """
    work = asyncio.create_task(_judge(job, parts))
    lease = asyncio.create_task(_keep_lease(job, parts))
    try:
        await asyncio.wait([work, lease], return_when=asyncio.FIRST_COMPLETED)
        for task in (work, lease):
            if task.done():
                task.result()
    finally:
        work.cancel()
        lease.cancel()
        await asyncio.gather(work, lease, return_exceptions=True)


async def _keep_lease(job: Job, parts: StoredParts) -> None:
    while True:
        await parts.clock.sleep_ms(RENEW_MS)
        try:
            async with asyncio.timeout(_STORE_S):
                await parts.store.renew_job(job, LEASE_MS)
        except (Transient, TimeoutError) as fault:
            log.warning("lease not renewed", job=job.id, reason=str(fault))


async def _judge(job: Job, parts: StoredParts) -> None:
    end_ms = job.end_ms if job.end_ms is not None else job.start_ms
    runs = await parts.store.stored_runs(job.camera, job.start_ms, end_ms)
    _, rules = await parts.store.rules(job.camera)
    sitting = _Sitting(job, parts, CameraJudge(job.camera, rules, parts.detector.info.classes, parts.mint))
    for run in runs:
        await sitting.judge_run(run, end_ms)
    if not runs:
        await sitting.say_unreadable(job.start_ms, end_ms, "no footage is stored for this interval")
    await sitting.close()
    await parts.store.finish_job(job)


class _Sitting:
    """The state of one job's judging."""

    def __init__(self, job: Job, parts: StoredParts, judge: CameraJudge) -> None:
        self._job = job
        self._parts = parts
        self._judge = judge
        self._draft = Draft(VerdictId(parts.mint()))
        self._judged_ms = -1
        self._pictures: dict[str, str | None] = {}

    async def judge_run(self, run: StoredRun, end_ms: int) -> None:
        file = self._parts.scratch / f"{run.run}.mp4"
        start_ms = max(self._job.start_ms, run.start_ms)
        try:
            await self._fetch(run, file)
            pictures = self._parts.footage.pictures(file, self._parts.fps)
            while (timed := await asyncio.to_thread(_next, pictures)) is not None:
                at_ms = run.start_ms + timed.pts_ms
                if at_ms >= end_ms:
                    break
                if at_ms >= start_ms and at_ms > self._judged_ms:
                    await self._judge_picture(replace(timed, pts_ms=at_ms))
        except _UnreadableError as fault:
            log.warning("footage unreadable", camera=self._job.camera, key=run.key, reason=str(fault))
            await self.say_unreadable(start_ms, min(run.end_ms, end_ms), str(fault))
        finally:
            file.unlink(missing_ok=True)

    async def _fetch(self, run: StoredRun, file: Path) -> None:
        try:
            async with asyncio.timeout(_FETCH_S):
                await self._parts.objects.fetch(run.key, file)
        except Rejected as fault:
            raise _UnreadableError(str(fault)) from fault
        except TimeoutError:
            raise Transient(f"store did not give {run.key} in {_FETCH_S} s") from None

    async def _judge_picture(self, timed: TimedPicture) -> None:
        detections = await self._parts.detector.detect(timed.picture)
        height, width = timed.picture.shape[:2]
        seen = self._judge.track(timed.pts_ms, detections, width / height)
        scale = pixel_scale(timed.source_height_px, width / height, [self._parts.detector.info])
        judged = self._judge.decide(timed.pts_ms, seen, detections, scale)
        self._judged_ms = timed.pts_ms
        if not self._draft.takes(timed.pts_ms):
            await self._save((), final=True)
            self._draft = Draft(VerdictId(self._parts.mint()))
        self._draft.add(judged.frame, self._judge.rules.attributes)
        if judged.occurrences:
            await self._save([await self._with_picture(o, timed) for o in judged.occurrences], final=False)

    async def _with_picture(self, occurrence: Occurrence, timed: TimedPicture) -> Occurrence:
        late = replace(occurrence, late=True)
        if occurrence.id not in self._pictures:
            self._pictures[occurrence.id] = await self._parts.evidence.keep(late, timed.picture)
        return replace(late, picture_key=self._pictures[occurrence.id])

    async def _save(self, occurrences: Sequence[Occurrence], *, final: bool) -> None:
        if self._draft.frames:
            verdict = self._draft.build(self._job, self._parts.detector.info, final=final)
            await self._parts.store.save_judgement(self._job, verdict, occurrences)

    async def close(self) -> None:
        """End what lasts and save the last verdict."""
        await self._save(
            [replace(o, late=True, picture_key=self._pictures.get(o.id)) for o in self._judge.finish()], final=True
        )

    async def say_unreadable(self, start_ms: int, end_ms: int, reason: str) -> None:
        """A verdict that says why there is none."""
        info = self._parts.detector.info
        verdict = Verdict(
            id=VerdictId(self._parts.mint()),
            camera=self._job.camera,
            event=self._job.event,
            start_ms=start_ms,
            end_ms=max(start_ms, end_ms),
            late=True,
            final=True,
            model=info.name,
            model_sha256=info.sha256,
            provider=info.provider,
            sampled=0,
            tracks=(),
            frames=(),
            unreadable=reason[:300],
        )
        await self._parts.store.save_judgement(self._job, verdict, ())


class _UnreadableError(Exception):
    """The footage itself is refused: neither the lease nor a verdict is."""


def _next(pictures: Iterator[TimedPicture]) -> TimedPicture | None:
    try:
        return next(pictures, None)
    except Rejected as fault:
        raise _UnreadableError(str(fault)) from fault
