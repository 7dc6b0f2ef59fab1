"""Judges stored footage that nobody judged live: decoded ahead, detected in batches, written down whole and once."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from controller.core.judge import CameraJudge, pixel_scale
from controller.core.lease import LEASE_MS, RENEW_MS
from controller.core.records import Detection, Job, Occurrence, StoredRun, Verdict
from controller.core.verdict import Draft
from controller.flows.alarm_trace import trace_raised
from controller.flows.detect import BatchingDetector
from controller.flows.evidence import Evidence
from controller.flows.verify_footage import UnreadableError, pictures_of, wanted_of
from controller.flows.verify_trace import trace_judged
from controller.ports import Footage, JudgingStore, ModelInfo, ObjectStore, Picture, TimedPicture
from shared.clock import Clock
from shared.errors import Rejected, Transient
from shared.ids import VerdictId

log = structlog.get_logger("verify")

_Waiting = tuple[TimedPicture, asyncio.Task[tuple[ModelInfo, tuple[Detection, ...]]]]

_FETCH_S = 120
_STORE_S = 20
_IN_FLIGHT = 4
"""Pictures of one job that the detector may have at once: several jobs fill its batches."""


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
    """Judge one leased job, and save and finish it in one transaction: whoever dies before leaves nothing behind.

    `Transient`: it may be tried again; `Rejected`: the lease was lost or a verdict refused.
    """
    settling = asyncio.Event()
    work = asyncio.create_task(_judge(job, parts, settling))
    lease = asyncio.create_task(_keep_lease(job, parts))
    try:
        await asyncio.wait([work, lease], return_when=asyncio.FIRST_COMPLETED)
        if settling.is_set():  # then the lease may be over because the job is
            await asyncio.wait([work])
        (work if work.done() else lease).result()
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


async def _judge(job: Job, parts: StoredParts, settling: asyncio.Event) -> None:
    begun_ms = parts.clock.unix_ms()
    end_ms = job.end_ms if job.end_ms is not None else job.start_ms
    runs = await parts.store.stored_runs(job.camera, job.start_ms, end_ms)
    _, rules = await parts.store.rules(job.camera)
    sitting = _Sitting(job, parts, CameraJudge(job.camera, rules, parts.detector.info.classes, parts.mint))
    for run in runs:
        await sitting.judge_run(run, end_ms)
    if not runs:
        sitting.say_unreadable(job.start_ms, end_ms, "no footage is stored for this interval")
    verdicts, occurrences = await sitting.close()
    settling.set()
    raised = await parts.store.settle_job(job, verdicts, occurrences)
    trace_raised(job, occurrences, parts.clock.unix_ms())
    trace_judged(job, begun_ms, parts.clock.unix_ms())
    if raised:
        log.info("found late", camera=job.camera, job=job.id, alarms=len(raised))


class _Sitting:
    """The state of one job's judging."""

    def __init__(self, job: Job, parts: StoredParts, judge: CameraJudge) -> None:
        self._job = job
        self._parts = parts
        self._judge = judge
        self._draft = Draft(VerdictId(parts.mint()))
        self._verdicts: list[Verdict] = []
        self._judged_ms = -1
        self._found: dict[str, tuple[Occurrence, Picture]] = {}

    async def judge_run(self, run: StoredRun, end_ms: int) -> None:
        """Judge what of a run lies in the job's interval; what cannot be read is said."""
        file = self._parts.scratch / f"{self._job.id}-{run.run}.mp4"
        start_ms = max(self._job.start_ms, run.start_ms)
        wanted = wanted_of(run, max(start_ms, self._judged_ms + 1), end_ms, self._job.motion, self._parts.fps)
        waiting: deque[_Waiting] = deque()
        try:
            await self._fetch(run, file)
            async for timed in pictures_of(self._parts.footage, file, run, wanted):
                detecting = asyncio.create_task(self._detect(timed.picture))
                waiting.append((timed, detecting))
                if len(waiting) >= _IN_FLIGHT:
                    await self._judge_next(waiting)
            while waiting:
                await self._judge_next(waiting)
        except UnreadableError as fault:
            while waiting:
                await self._judge_next(waiting)
            log.warning("footage unreadable", camera=self._job.camera, key=run.key, reason=str(fault))
            self.say_unreadable(max(start_ms, self._judged_ms), min(run.end_ms, end_ms), str(fault))
        finally:
            for _, detecting in waiting:
                detecting.cancel()
            file.unlink(missing_ok=True)

    async def _fetch(self, run: StoredRun, file: Path) -> None:
        try:
            async with asyncio.timeout(_FETCH_S):
                await self._parts.objects.fetch(run.key, file)
        except Rejected as fault:
            raise UnreadableError(str(fault)) from fault
        except TimeoutError:
            raise Transient(f"store did not give {run.key} in {_FETCH_S} s") from None

    async def _detect(self, picture: Picture) -> tuple[ModelInfo, tuple[Detection, ...]]:
        model = self._parts.detector.info  # who is asked now answers, whatever is chosen meanwhile
        return model, await self._parts.detector.detect(picture, leisure=True)

    async def _judge_next(self, waiting: deque[_Waiting]) -> None:
        timed, detecting = waiting[0]
        model, detections = await detecting
        waiting.popleft()
        height, width = timed.picture.shape[:2]
        seen = self._judge.track(timed.pts_ms, detections, width / height)
        self._judge.know(model.classes)
        scale = pixel_scale(timed.source_height_px, width / height, [model])
        judged = self._judge.decide(timed.pts_ms, seen, detections, scale)
        self._judged_ms = timed.pts_ms
        if not self._draft.takes(timed.pts_ms, model):
            self._end_draft()
        attributes, seconds = self._judge.rules.attributes, judged.person_time
        self._draft.add(judged.frame, attributes, person_time=seconds, model=model)
        for occurrence in judged.occurrences:
            _, picture = self._found.get(occurrence.id, (occurrence, timed.picture))
            self._found[occurrence.id] = (occurrence, picture)

    def _end_draft(self) -> None:
        if self._draft.frames:
            info, thresholds = self._parts.detector.info, self._judge.thresholds
            self._verdicts.append(self._draft.build(self._job, info, final=True, thresholds=thresholds))
        self._draft = Draft(VerdictId(self._parts.mint()))

    async def close(self) -> tuple[tuple[Verdict, ...], tuple[Occurrence, ...]]:
        """End what lasts, store the pictures; the verdicts in order, and the occurrences."""
        for ended in self._judge.finish():
            self._found[ended.id] = (ended, self._found[ended.id][1])
        self._end_draft()
        occurrences: list[Occurrence] = []
        for occurrence, picture in self._found.values():
            late = replace(occurrence, late=True)
            occurrences.append(replace(late, picture_key=await self._parts.evidence.keep(late, picture)))
        return tuple(self._verdicts), tuple(occurrences)

    def say_unreadable(self, start_ms: int, end_ms: int, reason: str) -> None:
        """A verdict that says why there is none."""
        info = self._parts.detector.info
        self._end_draft()
        self._verdicts.append(
            Verdict(
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
        )
