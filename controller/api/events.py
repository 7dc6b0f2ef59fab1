"""Routes of events: list, detail, clip, verdicts."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse

from controller.api.alarms import Cursor, Id, Limit
from controller.api.auth import needs
from controller.api.deps import Parts
from controller.api.judging_schemas import VerdictOut
from controller.api.schemas import EventOut, EventPage
from controller.api.shown import Found, shown_clip
from controller.ports import Clip
from shared.fields import CameraName

Moment = Annotated[int | None, Query(ge=0, le=253_402_300_799_999)]


def event_routes(parts: Parts) -> APIRouter:
    """`/events`."""
    router = APIRouter(tags=["events"])

    @router.get("/events")
    @needs("viewer", "view")
    async def events(
        camera: CameraName | None = None,
        from_ms: Moment = None,
        to_ms: Moment = None,
        cursor: Cursor = None,
        limit: Limit = 50,
    ) -> EventPage:
        page = await parts.reads.events(camera=camera, from_ms=from_ms, to_ms=to_ms, cursor=cursor, limit=limit)
        return EventPage.model_validate(page)

    @router.get("/events/{event}")
    @needs("viewer", "view")
    async def event_detail(event: Id) -> EventOut:
        return EventOut.model_validate(await parts.reads.event(event))

    @router.get("/events/{event}/clip.mp4", response_class=FileResponse)
    @needs("viewer", "playback", pictures="derived")
    async def clip(event: Id, request: Request) -> Response:
        async def find() -> Found[Clip]:
            state = await parts.reads.event(event)
            return await parts.playback.event_clip(state), state["camera"], event

        return await shown_clip(request, parts, find)

    @router.get("/events/{event}/verdicts")
    @needs("viewer", "view")
    async def verdicts(event: Id) -> list[VerdictOut]:
        return [VerdictOut.model_validate(state) for state in await parts.reads.verdicts(event)]

    return router
