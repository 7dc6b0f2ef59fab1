"""Tells the world what one camera's judging saw: boxes to viewers, orders to its node, pictures to the store."""

import asyncio
from typing import Any, NoReturn

import structlog

from controller.core.footage import AROUND_ALARM_MS
from controller.core.judge import Judged
from controller.core.records import Job, Occurrence
from controller.flows.live_pictures import LivePictures
from controller.flows.verify_docket import Docket
from controller.flows.verify_job import LiveJob
from controller.flows.verify_parts import Chores, LiveParts
from controller.ports import TimedPicture
from shared.errors import Transient
from shared.ids import EventId

log = structlog.get_logger("verify")

_RETRY_MS = 300
_PICTURE_S = 70  # all tries of one picture
_EXTEND_MS = 2_000
_EXTEND_BY_MS = 8_000
_PERSON = "person"


class Tell:
    """`judged` per frame; everything else happens beside."""

    def __init__(self, docket: Docket, parts: LiveParts, pictures: LivePictures, chores: Chores) -> None:
        self._docket = docket
        self._parts = parts
        self._pictures = pictures
        self._chores = chores
        self._boxes: dict[str, Any] | None = None
        self._boxes_came = asyncio.Event()
        self._extended_ms = -_EXTEND_MS

    def judged(self, owner: LiveJob, judged: Judged, timed: TimedPicture, model: str) -> None:
        """A frame was judged, by this model."""
        for occurrence in judged.occurrences:
            if occurrence.id not in self._docket.latest:
                self._docket.on_the_way[occurrence.id] = owner.job.id
                self._chores.spawn(self._keep_picture(occurrence, timed))
        if any(box.class_name == _PERSON for box in judged.frame.boxes):
            self._extend(owner.job, timed.pts_ms)
        self._boxes = _boxes(judged, model)
        self._boxes_came.set()

    async def send_boxes(self) -> NoReturn:
        """Give the newest boxes to viewers until cancelled."""
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

    def raised(self, occurrences: tuple[Occurrence, ...]) -> None:
        """These are new, raising an alarm or joining one: told now, and the node sends their footage first."""
        if occurrences:
            self._chores.spawn(self._parts.bell.ring("feed"))
        for occurrence in occurrences:
            self._chores.spawn(self._promote(occurrence))

    async def _keep_picture(self, occurrence: Occurrence, timed: TimedPicture) -> None:
        docket, key = self._docket, None
        try:
            async with asyncio.timeout(_PICTURE_S):
                key = await self._parts.evidence.keep(occurrence, timed.picture)
        except TimeoutError:
            log.warning("picture given up", camera=docket.camera, occurrence=occurrence.id)
        finally:
            job = docket.on_the_way.pop(occurrence.id)
        if key is None:
            return
        owner = docket.jobs.get(job) or docket.heir()
        if owner is None:
            log.warning("picture stored for a job that was lost", camera=docket.camera, key=key)
            return
        docket.pictures[occurrence.id] = key
        docket.pend(owner, [docket.latest[occurrence.id]])

    def _extend(self, job: Job, pts_ms: int) -> None:
        if job.event is None or job.end_ms is not None or pts_ms - self._extended_ms < _EXTEND_MS:
            return
        self._extended_ms = pts_ms
        self._chores.spawn(self._tell_extend(job.event, pts_ms + _EXTEND_BY_MS))

    async def _tell_extend(self, event: EventId, until_ms: int) -> None:
        try:
            await self._parts.commands.extend(self._docket.camera, event, until_ms)
        except Transient as fault:
            log.info("node not told to extend", camera=self._docket.camera, reason=str(fault))

    async def _promote(self, occurrence: Occurrence) -> None:
        start_ms, end_ms = occurrence.condition_ms - AROUND_ALARM_MS, occurrence.condition_ms + AROUND_ALARM_MS
        for _ in range(3):
            try:
                await self._parts.commands.promote(self._docket.camera, start_ms, end_ms)
            except Transient as fault:
                log.info("node not told to promote", camera=self._docket.camera, reason=str(fault))
                await self._parts.clock.sleep_ms(1000)
            else:
                return


def _boxes(judged: Judged, model: str) -> dict[str, Any]:
    """A frame's boxes as they travel to viewers."""
    return {
        "t": "boxes",
        "pts": judged.frame.pts_ms,
        "model": model,
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
