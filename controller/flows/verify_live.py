"""Judges one camera's running events from the relay: each frame once, whatever the number of jobs."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, NoReturn

import structlog

from controller.core.footage import AROUND_ALARM_MS
from controller.core.judge import CameraJudge, Judged, pixel_scale
from controller.core.lease import LEASE_MS, RENEW_MS
from controller.core.records import Job, Occurrence
from controller.flows.detect import BatchingDetector
from controller.flows.evidence import Evidence
from controller.flows.live_job import LiveJob
from controller.flows.live_pictures import LivePictures
from controller.ports import Bell, JudgingStore, LiveDecoder, LiveSource, NodeCommands, TimedPicture
from shared.clock import Clock
from shared.errors import Rejected, Transient
from shared.ids import CameraId, EventId

log = structlog.get_logger("verify")

_TEND_MS = 200
_SAVE_MS = 2_000
_RETRY_MS = 300
_RULES_MS = 1_500
_LINGER_MS = 5_000
_IDLE_MS = 3_000
_HEIR_MS = 3_000
_ABANDON_MS = 120_000
_LATEST_MS = 30_000
_STORE_S = 8
_PICTURE_S = 70  # all tries of one picture
_EXTEND_MS = 2_000
_EXTEND_BY_MS = 8_000
_END_TOLERANCE_MS = 250
_SET_BACK_MS = 60_000
_PERSON = "person"


@dataclass(frozen=True, slots=True)
class LiveParts:
    """What judging live needs of the world."""

    store: JudgingStore
    source: LiveSource
    decoder_for: Callable[[str], LiveDecoder]
    detector: BatchingDetector
    commands: NodeCommands
    evidence: Evidence
    bell: Bell
    clock: Clock
    mint: Callable[[], str]
    fps: float


class CameraDesk:
    """One camera under judgement. Jobs come and go; tracks and conditions live on between them."""

    def __init__(self, camera: CameraId, parts: LiveParts, judge: CameraJudge) -> None:
        self.camera = camera
        self.closed = False
        self.jobs: dict[int, LiveJob] = {}
        self._parts = parts
        self._judge = judge
        self._pictures = LivePictures(camera, parts.source, parts.decoder_for, parts.clock, parts.fps, self._since_ms)
        self._rules_version: int | None = None
        self._judged_ms = 0  # media time of the last judged frame
        self._detecting = False
        self._latest: dict[str, Occurrence] = {}
        self._stored_pictures: dict[str, str] = {}
        self._on_the_way: dict[str, int] = {}  # occurrences whose picture is being stored, and their jobs
        self._boxes: dict[str, Any] | None = None
        self._boxes_came = asyncio.Event()
        self._save_soon = asyncio.Event()
        self._saving = asyncio.Lock()
        self._extended_ms = -_EXTEND_MS
        self._chores: set[asyncio.Task[None]] = set()

    def add(self, job: Job) -> None:
        """Take another job of this camera on."""
        now = self._parts.clock.monotonic_ms()
        if not self.jobs and job.start_ms < self._judged_ms - _SET_BACK_MS:
            self._judged_ms = 0  # the node's clock was set back
            self._judge.finish()
        if not self.jobs:
            self._pictures.begin_again()
        live = LiveJob(job, self._parts.mint, now)
        live.closed_ms = None if job.end_ms is None else now
        self.jobs[job.id] = live

    async def run(self) -> None:
        """Judge until no job is left and none came for some seconds."""
        work = (self._pictures.run(), self._judge_frames(), self._save_often(), self._send_boxes())
        tasks = [asyncio.create_task(one) for one in work]
        tending = asyncio.create_task(self._tend())
        try:
            await asyncio.wait([tending, *tasks], return_when=asyncio.FIRST_COMPLETED)
            for task in (tending, *tasks):
                if task.done():
                    task.result()
        finally:
            self.closed = True
            rest = [tending, *tasks, *self._chores]
            for task in rest:
                task.cancel()
            await asyncio.gather(*rest, return_exceptions=True)

    # ---- frames -----------------------------------------------------------------------------------

    def _since_ms(self) -> int | None:
        starts = [live.job.start_ms for live in self.jobs.values()]
        return max(min(starts), self._judged_ms + 1) if starts else self._judged_ms + 1

    def _owner(self, pts_ms: int) -> LiveJob | None:
        """The job that a frame is judged for: the oldest that covers it."""
        covering = [live for live in self.jobs.values() if live.covers(pts_ms)]
        return min(covering, key=lambda live: (live.job.start_ms, live.job.id), default=None)

    async def _judge_frames(self) -> NoReturn:
        while True:
            timed = await self._pictures.next()
            if timed.pts_ms <= self._judged_ms or self._owner(timed.pts_ms) is None:
                continue
            if self._rules_version is None and not await self._load_rules():
                continue
            self._detecting = True
            detections = await self._parts.detector.detect(timed.picture)
            self._detecting = False
            height, width = timed.picture.shape[:2]
            seen = self._judge.track(timed.pts_ms, detections, width / height)
            scale = pixel_scale(timed.source_height_px, width / height, [self._parts.detector.info])
            judged = self._judge.decide(timed.pts_ms, seen, detections, scale)
            self._judged_ms = timed.pts_ms
            self._note(judged, timed)

    def _note(self, judged: Judged, timed: TimedPicture) -> None:
        owner = self._owner(timed.pts_ms)
        if owner is None:
            return
        owner.add(judged.frame, self._judge.rules.attributes)
        for occurrence in judged.occurrences:
            if occurrence.id not in self._latest:
                self._on_the_way[occurrence.id] = owner.job.id
                self._spawn(self._keep_picture(occurrence, timed))
            self._pend(owner, occurrence)
        if any(box.class_name == _PERSON for box in judged.frame.boxes):
            self._extend(owner.job, timed.pts_ms)
        self._boxes = {
            "t": "boxes",
            "pts": timed.pts_ms,
            "model": self._parts.detector.info.name,
            "tracks": [
                {
                    "id": b.track_id,
                    "class": b.class_name,
                    "confidence": round(b.confidence, 3),
                    **{name: round(getattr(b.box, name), 4) for name in ("x1", "y1", "x2", "y2")},
                    "state": judged.states[b.track_id],
                }
                for b in judged.frame.boxes
            ],
        }
        self._boxes_came.set()

    def _pend(self, owner: LiveJob, occurrence: Occurrence) -> None:
        self._latest[occurrence.id] = occurrence
        owner.pending[occurrence.id] = occurrence
        self._save_soon.set()

    async def _send_boxes(self) -> NoReturn:
        while True:
            await self._boxes_came.wait()
            self._boxes_came.clear()
            stream, boxes = self._pictures.stream, self._boxes
            if stream is None or boxes is None:
                continue
            try:
                async with asyncio.timeout(1):
                    await stream.send_boxes(boxes)
            except (Transient, TimeoutError):
                await self._parts.clock.sleep_ms(_RETRY_MS)

    # ---- what is told to the world ------------------------------------------------------------------

    def _spawn(self, chore: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(chore)
        self._chores.add(task)
        task.add_done_callback(self._chore_done)

    def _chore_done(self, task: asyncio.Task[None]) -> None:
        self._chores.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            log.error("chore failed", camera=self.camera, error=repr(fault))

    async def _keep_picture(self, occurrence: Occurrence, timed: TimedPicture) -> None:
        key = None
        try:
            async with asyncio.timeout(_PICTURE_S):
                key = await self._parts.evidence.keep(occurrence, timed.picture)
        except TimeoutError:
            log.warning("picture given up", camera=self.camera, occurrence=occurrence.id)
        finally:
            job = self._on_the_way.pop(occurrence.id)
        if key is None:
            return
        owner = self.jobs.get(job) or max(self.jobs.values(), key=lambda live: live.job.start_ms, default=None)
        if owner is None:
            log.warning("picture stored for a job that was lost", camera=self.camera, key=key)
            return
        self._stored_pictures[occurrence.id] = key
        self._pend(owner, self._latest[occurrence.id])

    def _extend(self, job: Job, pts_ms: int) -> None:
        if job.event is None or job.end_ms is not None or pts_ms - self._extended_ms < _EXTEND_MS:
            return
        self._extended_ms = pts_ms
        self._spawn(self._tell_extend(job.event, pts_ms + _EXTEND_BY_MS))

    async def _tell_extend(self, event: EventId, until_ms: int) -> None:
        try:
            await self._parts.commands.extend(self.camera, event, until_ms)
        except Transient as fault:
            log.info("node not told to extend", camera=self.camera, reason=str(fault))

    async def _promote(self, occurrence: Occurrence) -> None:
        start_ms, end_ms = occurrence.condition_ms - AROUND_ALARM_MS, occurrence.condition_ms + AROUND_ALARM_MS
        for _ in range(3):
            try:
                await self._parts.commands.promote(self.camera, start_ms, end_ms)
            except Transient as fault:
                log.info("node not told to promote", camera=self.camera, reason=str(fault))
                await self._parts.clock.sleep_ms(1000)
            else:
                return

    # ---- saving -----------------------------------------------------------------------------------

    async def _save_often(self) -> NoReturn:
        while True:
            await self._save_soon.wait()
            self._save_soon.clear()
            saved = [await self._save(live, final=False) for live in list(self.jobs.values())]
            if not all(saved):
                await self._parts.clock.sleep_ms(_RETRY_MS)
                self._save_soon.set()

    async def _save(self, live: LiveJob, *, final: bool) -> bool:
        """True when the database has everything of this job, or the job is no longer ours."""
        async with self._saving:
            if live.job.id not in self.jobs:
                return True
            try:
                async with asyncio.timeout(_STORE_S):
                    raised_by = await live.save(
                        self._parts.store, self._parts.detector.info, self._stored_pictures, final=final
                    )
            except (Transient, TimeoutError) as fault:
                log.warning("judgement waits for the database", camera=self.camera, reason=str(fault))
                return False
            except Rejected as fault:
                self._lose(live, fault)
                return True
        if raised_by:
            self._spawn(self._parts.bell.ring("feed"))  # the guard sees it now, not at the next look
        for occurrence in raised_by:
            self._spawn(self._promote(occurrence))
        return True

    def _lose(self, live: LiveJob, fault: Rejected) -> None:
        log.warning("job lost", camera=self.camera, job=live.job.id, reason=str(fault))
        self.jobs.pop(live.job.id, None)

    # ---- leases, rules, ends ------------------------------------------------------------------------

    async def _tend(self) -> None:
        clock = self._parts.clock
        idle_since = rules_at = saved_at = clock.monotonic_ms()
        while True:
            await clock.sleep_ms(_TEND_MS)
            now = clock.monotonic_ms()
            for live in list(self.jobs.values()):
                if now - live.renewed_ms >= RENEW_MS:
                    await self._renew(live)
                if live.job.id in self.jobs and self._is_over(live, now):
                    await self._finish(live, now)
            if now - saved_at >= _SAVE_MS:
                saved_at = now
                self._save_soon.set()
            if now - rules_at >= _RULES_MS:
                rules_at = now
                await self._load_rules()
            if self.jobs:
                idle_since = now
            elif now - idle_since >= _LINGER_MS:
                self.closed = True
                return

    async def _renew(self, live: LiveJob) -> None:
        now = self._parts.clock.monotonic_ms()
        try:
            async with asyncio.timeout(_STORE_S):
                live.job = await self._parts.store.renew_job(live.job, LEASE_MS)
            live.renewed_ms = now
        except (Transient, TimeoutError) as fault:
            log.warning("lease not renewed", camera=self.camera, job=live.job.id, reason=str(fault))
        except Rejected as fault:
            self._lose(live, fault)
        if live.job.end_ms is not None and live.closed_ms is None:
            live.closed_ms = now

    async def _load_rules(self) -> bool:
        try:
            async with asyncio.timeout(_STORE_S):
                version, rules = await self._parts.store.rules(self.camera)
        except (Transient, TimeoutError) as fault:
            log.warning("rules not read", camera=self.camera, reason=str(fault))
            return False
        if version != self._rules_version:
            self._rules_version = version
            owner = max(self.jobs.values(), key=lambda live: live.job.start_ms, default=None)
            for ended in self._judge.replace_rules(rules):
                if owner is not None:
                    self._pend(owner, ended)
        return True

    def _is_over(self, live: LiveJob, now: int) -> bool:
        silent_ms = 0 if self._pictures.busy or self._detecting else now - self._pictures.heard_ms
        if live.job.end_ms is None or live.closed_ms is None:
            return silent_ms > _ABANDON_MS
        if self._judged_ms >= live.job.end_ms - _END_TOLERANCE_MS:
            return True
        closed_for_ms = now - live.closed_ms
        return min(silent_ms, closed_for_ms) > _IDLE_MS or closed_for_ms > _LATEST_MS

    async def _finish(self, live: LiveJob, now: int) -> None:
        """Save the last word and give the job up; what still lasts goes over to the next job of this camera."""
        pictures_come = live.job.id in self._on_the_way.values()  # or are given up, after _PICTURE_S
        if self._judge.rules.open_occurrences:
            heir = max(
                (other for other in self.jobs.values() if other is not live),
                key=lambda other: other.job.start_ms,
                default=None,
            )
            waited_ms = now - (live.closed_ms if live.closed_ms is not None else now - _LATEST_MS)
            if (heir is None or not heir.draft.frames) and waited_ms < _IDLE_MS + _HEIR_MS:
                return
            if heir is not None and heir.draft.frames:
                if pictures_come:
                    return
                for lasting in self._judge.rules.open_occurrences:
                    self._pend(heir, lasting)
                if not await self._save(heir, final=False):
                    return
            else:
                for ended in self._judge.finish():
                    self._pend(live, ended)
        if pictures_come:
            return
        if await self._save(live, final=True) and live.job.id in self.jobs:
            await self._give_up(live)

    async def _give_up(self, live: LiveJob) -> None:
        """All is saved: finish the job, and forget what no other job here needs."""
        try:
            async with asyncio.timeout(_STORE_S):
                await self._parts.store.finish_job(live.job)
        except (Transient, TimeoutError) as fault:
            log.warning("job not finished yet", job=live.job.id, reason=str(fault))
            return
        except Rejected as fault:
            self._lose(live, fault)
            return
        self.jobs.pop(live.job.id, None)
        lasting_ids = {o.id for o in self._judge.rules.open_occurrences}
        wanted = lasting_ids.union(self._on_the_way, *(other.pending for other in self.jobs.values()))
        self._latest = {key: o for key, o in self._latest.items() if key in wanted}
        self._stored_pictures = {key: at for key, at in self._stored_pictures.items() if key in wanted}
        log.info("event judged", camera=self.camera, job=live.job.id, skipped=self._pictures.skipped)
