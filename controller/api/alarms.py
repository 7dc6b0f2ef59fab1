"""Routes that show alarms: list, detail, load, occurrences, clips and pictures."""

from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import FileResponse

from controller.api.alarm_schemas import AlarmDetailOut, AlarmLoadOut, AlarmPage, OccurrenceDetailOut
from controller.api.auth import needs
from controller.api.deps import Parts
from controller.api.shown import Found, shown_clip, shown_picture
from controller.ports import Clip
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
    @needs("viewer", "playback", pictures="derived")
    async def clip(alarm: Id, request: Request) -> Response:
        return await shown_clip(request, parts, partial(_alarm_clip, parts, alarm))

    @router.get("/alarms/{alarm}/picture.jpg", response_class=Response)
    @needs("viewer", "view", pictures="derived")
    async def picture(alarm: Id, request: Request) -> Response:
        return await shown_picture(request, parts, partial(_alarm_picture, parts, alarm))

    @router.get("/occurrences/{occurrence}")
    @needs("viewer", "view")
    async def occurrence_detail(occurrence: Id) -> OccurrenceDetailOut:
        return OccurrenceDetailOut.model_validate(await parts.occurrences.occurrence(occurrence))

    @router.get("/occurrences/{occurrence}/clip.mp4", response_class=FileResponse)
    @needs("viewer", "playback", pictures="derived")
    async def occurrence_clip(occurrence: Id, request: Request) -> Response:
        return await shown_clip(request, parts, partial(_occurrence_clip, parts, occurrence))

    @router.get("/occurrences/{occurrence}/picture.jpg", response_class=Response)
    @needs("viewer", "view", pictures="derived")
    async def occurrence_picture(occurrence: Id, request: Request) -> Response:
        return await shown_picture(request, parts, partial(_occurrence_picture, parts, occurrence))

    return router


async def _alarm_clip(parts: Parts, alarm: str) -> Found[Clip]:
    state = await parts.reads.alarm(alarm)
    return await parts.playback.alarm_clip(state), state["alarm"]["camera"], alarm


async def _alarm_picture(parts: Parts, alarm: str) -> bytes:
    return await parts.playback.picture(await parts.reads.alarm_picture(alarm))


async def _occurrence_clip(parts: Parts, occurrence: str) -> Found[Clip]:
    state = await parts.occurrences.occurrence(occurrence)
    return await parts.playback.occurrence_clip(state), state["occurrence"]["camera"], occurrence


async def _occurrence_picture(parts: Parts, occurrence: str) -> bytes:
    return await parts.playback.picture(await parts.reads.occurrence_picture(occurrence))
