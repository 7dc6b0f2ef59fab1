"""Routes that show alarms: list, detail, load, occurrences, clips and pictures."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import FileResponse

from controller.api.alarm_schemas import AlarmDetailOut, AlarmLoadOut, AlarmPage, OccurrenceDetailOut
from controller.api.auth import needs
from controller.api.deps import Parts
from controller.api.looks import look
from controller.api.media import clip_answer, picture_answer
from shared.fields import UUID, CameraName, UnixMs
from shared.kinds import AlarmState, Severity

Id = Annotated[str, Path(pattern=UUID)]
Cursor = Annotated[str | None, Query(max_length=80)]
Limit = Annotated[int, Query(ge=1, le=200)]


def alarm_routes(parts: Parts) -> APIRouter:
    """`/alarms` and `/occurrences`."""
    router = APIRouter(tags=["alarms"])

    @router.get("/alarms")
    @needs("viewer", "view")
    async def alarms(
        state: Literal["open", "shelved", AlarmState, "all"] = "open",
        camera: CameraName | None = None,
        severity: Severity | None = None,
        cursor: Cursor = None,
        limit: Limit = 50,
    ) -> AlarmPage:
        page = await parts.reads.alarms(state=state, camera=camera, severity=severity, cursor=cursor, limit=limit)
        return AlarmPage.model_validate(page)

    @router.get("/alarms/stats")
    @needs("viewer", "view")
    async def alarm_stats(
        start: Annotated[UnixMs | None, Query(alias="from")] = None,
        end: Annotated[UnixMs | None, Query(alias="to")] = None,
        operators: Annotated[int | None, Query(ge=1, le=100)] = None,
    ) -> AlarmLoadOut:
        return AlarmLoadOut.model_validate(await parts.load.state(start, end, operators))

    @router.get("/alarms/{alarm}")
    @needs("viewer", "view")
    async def alarm_detail(alarm: Id) -> AlarmDetailOut:
        return AlarmDetailOut.model_validate(await parts.reads.alarm(alarm))

    @router.get("/alarms/{alarm}/clip.mp4", response_class=FileResponse)
    @needs("viewer", "playback", pictures="clear")
    async def clip(alarm: Id, request: Request) -> Response:
        state = await parts.reads.alarm(alarm)
        made = await parts.playback.alarm_clip(state)
        look(parts, request, "clip.view", state["alarm"]["camera"], alarm)
        return clip_answer(made)

    @router.get("/alarms/{alarm}/picture.jpg", response_class=Response)
    @needs("viewer", "view", pictures="clear")
    async def picture(alarm: Id) -> Response:
        return picture_answer(await parts.playback.picture(await parts.reads.alarm_picture(alarm)))

    @router.get("/occurrences/{occurrence}")
    @needs("viewer", "view")
    async def occurrence_detail(occurrence: Id) -> OccurrenceDetailOut:
        return OccurrenceDetailOut.model_validate(await parts.occurrences.occurrence(occurrence))

    @router.get("/occurrences/{occurrence}/clip.mp4", response_class=FileResponse)
    @needs("viewer", "playback", pictures="clear")
    async def occurrence_clip(occurrence: Id, request: Request) -> Response:
        state = await parts.occurrences.occurrence(occurrence)
        made = await parts.playback.occurrence_clip(state)
        look(parts, request, "clip.view", state["occurrence"]["camera"], occurrence)
        return clip_answer(made)

    @router.get("/occurrences/{occurrence}/picture.jpg", response_class=Response)
    @needs("viewer", "view", pictures="clear")
    async def occurrence_picture(occurrence: Id) -> Response:
        return picture_answer(await parts.playback.picture(await parts.reads.occurrence_picture(occurrence)))

    return router
