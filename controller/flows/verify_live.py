"""Judges one camera from the relay, running events and watching alike: each frame once, whatever the number of jobs."""

import asyncio
from collections.abc import Callable
from typing import NoReturn

from controller.core.judge import CameraJudge, pixel_scale
from controller.core.records import Job
from controller.core.sampling import SPARSE_FPS, rate_at
from controller.flows.live_pictures import SET_BACK_MS, LivePictures
from controller.flows.verify_docket import Docket
from controller.flows.verify_job import LiveJob
from controller.flows.verify_parts import Chores, LiveParts
from controller.flows.verify_save import Save
from controller.flows.verify_tell import Tell
from controller.flows.verify_tend import Tend
from controller.flows.verify_trace import trace_picture
from shared.ids import CameraId
from shared.trace import Step

_LINGER_MS = 5_000
"""How long after an event the main stream is kept: the next one is often near."""


class CameraDesk:
    """One camera under judgement. Jobs come and go; tracks and conditions live on between them."""

    def __init__(self, camera: CameraId, parts: LiveParts, judge: CameraJudge) -> None:
        self.camera = camera
        self.closed = False
        self._parts = parts
        self._judge = judge
        self._docket = Docket(camera, parts.mint)
        self._pictures = LivePictures(
            camera, parts.source, parts.decoder_for, parts.clock, self._rate, self._docket.since_ms
        )
        self._chores = Chores(camera)
        self._event_ms: int | None = None  # monotonic, when an event was judged last
        self._tell = Tell(self._docket, parts, self._pictures, self._chores)
        self._save = Save(self._docket, parts, judge, self._tell)
        self._tend = Tend(self._docket, parts, judge, self._pictures, self._save)

    @property
    def jobs(self) -> dict[int, LiveJob]:
        return self._docket.jobs

    @property
    def judged_ms(self) -> int:
        """Media time of the last judged frame."""
        return self._docket.judged_ms

    def add(self, job: Job) -> None:
        """Take another job of this camera on."""
        docket = self._docket
        first = not docket.jobs
        if first and job.start_ms < docket.judged_ms - SET_BACK_MS:
            self._set_back(0)
        live = docket.add(job, self._parts.clock.monotonic_ms())
        live.begun_ms = live.begun_ms or self._parts.clock.unix_ms()
        self._choose(again=first)

    async def run(self) -> None:
        """Judge until no job is left and none came for some seconds."""
        work = (self._pictures.run(), self._judge_frames(), self._save.run(), self._tell.send_boxes())
        tasks = [asyncio.create_task(one) for one in work]
        tending = asyncio.create_task(self._tend.run())
        try:
            await asyncio.wait([tending, *tasks], return_when=asyncio.FIRST_COMPLETED)
            for task in (tending, *tasks):
                if task.done():
                    task.result()
        finally:
            self.closed = True
            rest = [tending, *tasks, *self._chores.stop()]
            for task in rest:
                task.cancel()
            await asyncio.gather(*rest, return_exceptions=True)

    def _choose(self, *, again: bool = False) -> None:
        """An event deserves the best picture; watching alone is content with the small stream."""
        docket, now_ms = self._docket, self._parts.clock.monotonic_ms()
        if docket.events:
            self._event_ms = now_ms
        lingers = self._event_ms is not None and now_ms - self._event_ms < _LINGER_MS
        small = docket.watch is not None and docket.watch.job.sub and not lingers
        self._pictures.follow("sub" if small else "main", again=again)

    def _rate(self) -> Callable[[int], float]:
        """How many frames per second are judged: as motion says, and as watching asks."""
        fps, events = self._parts.fps, tuple((live.job.start_ms, live.job.motion) for live in self._docket.events)
        least = self._parts.watch_fps if self._docket.watch is not None else SPARSE_FPS

        def rate(pts_ms: int) -> float:
            return max([least, *(rate_at(pts_ms, motion, fps) for start_ms, motion in events if start_ms <= pts_ms)])

        return rate

    async def _judge_frames(self) -> NoReturn:
        docket, parts = self._docket, self._parts
        while True:
            timed = await self._pictures.next()
            steps: list[tuple[Step, int]] = [("decode", timed.pts_ms)]
            self._choose()
            if timed.pts_ms < docket.judged_ms - SET_BACK_MS and docket.watch is not None:
                self._set_back(timed.pts_ms - 1)
            owner = self._owner(timed.pts_ms)
            if owner is None or not await self._tend.rules_known():
                continue
            docket.detecting = True
            wants_score = self._judge.rules.wants_scores(timed.pts_ms)
            if wants_score and parts.scores is not None:
                parts.scores.offer(self.camera, timed)
            steps.append(("detect", parts.clock.unix_ms()))
            model = parts.detector.info  # who is asked now answers, whatever is chosen meanwhile
            detections = await parts.detector.detect(timed.picture)
            self._judge.know(model.classes)
            docket.detecting = False
            steps.append(("track", parts.clock.unix_ms()))
            height, width = timed.picture.shape[:2]
            seen = self._judge.track(timed.pts_ms, detections, width / height)
            scale = pixel_scale(timed.source_height_px, width / height, [model])
            score = parts.scores.take(self.camera, timed.pts_ms) if wants_score and parts.scores is not None else None
            scores = {} if score is None else {"anomaly": score.score}
            docket.score_watch.note(parts.clock.unix_ms(), wanted=wants_score, scored=score is not None)
            steps.append(("rules", parts.clock.unix_ms()))
            judged = self._judge.decide(timed.pts_ms, seen, detections, scale, scores)
            docket.judged_ms = timed.pts_ms
            docket.note_lag(max(0, parts.clock.unix_ms() - timed.pts_ms))
            if parts.counts is not None:
                parts.counts.judged(self.camera, judged.frame)
            owner = docket.owner(timed.pts_ms)
            if owner is None:
                docket.unowned.update((found.id, found) for found in judged.occurrences)
                continue
            trace_picture(owner.job, judged, steps, parts.clock.unix_ms())
            self._tell.judged(owner, judged, timed, model.name)
            attributes, seconds = self._judge.rules.attributes, judged.person_time
            fresh = owner.add(judged.frame, attributes, score, seconds, model)
            docket.pend(owner, judged.occurrences)
            if fresh:  # what lasts goes with the verdict that grows
                docket.pend(owner, self._judge.rules.open_occurrences)
                docket.forget(self._judge.rules.open_occurrences)

    def _owner(self, pts_ms: int) -> LiveJob | None:
        return None if pts_ms <= self._docket.judged_ms else self._docket.owner(pts_ms)

    def _set_back(self, to_ms: int) -> None:
        """The node's clock was set back: what was judged is no measure any more."""
        docket = self._docket
        docket.judged_ms = to_ms
        ended, owner = self._judge.finish(), docket.heir()
        if owner is not None:
            docket.pend(owner, ended)
