"""Routes of alarms: list, detail, acknowledge, resolve, clip and pictures."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import FileResponse

from controller.api.auth import caller_of, needs
from controller.api.deps import Parts
from controller.api.media import clip_answer, picture_answer
from controller.api.schemas import AcknowledgeIn, AlarmDetailOut, AlarmOut, AlarmPage, ResolveIn
from controller.api.session import address_of
from shared.fields import UUID, CameraName
from shared.kinds import AlarmState, Severity

Id = Annotated[str, Path(pattern=UUID)]
Cursor = Annotated[str | None, Query(max_length=80)]
Limit = Annotated[int, Query(ge=1, le=200)]


def alarm_routes(parts: Parts) -> APIRouter:
    """`/alarms` and `/occurrences`."""
    router = APIRouter(tags=["alarms"])

    @router.get("/alarms")
    @needs("viewer")
    async def alarms(
        state: Literal["open", AlarmState, "all"] = "open",
        camera: CameraName | None = None,
        severity: Severity | None = None,
        cursor: Cursor = None,
        limit: Limit = 50,
    ) -> AlarmPage:
        page = await parts.reads.alarms(state=state, camera=camera, severity=severity, cursor=cursor, limit=limit)
        return AlarmPage.model_validate(page)

    @router.get("/alarms/{alarm}")
    @needs("viewer")
    async def alarm_detail(alarm: Id) -> AlarmDetailOut:
        return AlarmDetailOut.model_validate(await parts.reads.alarm(alarm))

    @router.post("/alarms/{alarm}/acknowledge")
    @needs("operator")
    async def acknowledge(alarm: Id, body: AcknowledgeIn, request: Request) -> AlarmOut:
        who = caller_of(request).account.name
        return AlarmOut.model_validate(await parts.alarms.acknowledge(alarm, who, body.note, address_of(request)))

    @router.post("/alarms/{alarm}/resolve")
    @needs("operator")
    async def resolve(alarm: Id, body: ResolveIn, request: Request) -> AlarmOut:
        who = caller_of(request).account.name
        state = await parts.alarms.resolve(alarm, who, body.assessment, body.note, address_of(request))
        return AlarmOut.model_validate(state)

    @router.get("/alarms/{alarm}/clip.mp4", response_class=FileResponse)
    @needs("viewer")
    async def clip(alarm: Id) -> Response:
        return clip_answer(await parts.playback.alarm_clip(await parts.reads.alarm(alarm)))

    @router.get("/alarms/{alarm}/picture.jpg", response_class=Response)
    @needs("viewer")
    async def picture(alarm: Id) -> Response:
        return picture_answer(await parts.playback.picture(await parts.reads.alarm_picture(alarm)))

    @router.get("/occurrences/{occurrence}/picture.jpg", response_class=Response)
    @needs("viewer")
    async def occurrence_picture(occurrence: Id) -> Response:
        return picture_answer(await parts.playback.picture(await parts.reads.occurrence_picture(occurrence)))

    return router
