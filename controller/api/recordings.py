"""Routes of recordings: what of a span the store has, and requests for what is still on a node."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from controller.api.alarms import Cursor, Id, Limit
from controller.api.auth import caller_of, needs
from controller.api.deps import Parts
from controller.api.schemas import (
    FootagePartOut,
    FootageRequestDetailOut,
    FootageRequestIn,
    FootageRequestOut,
    FootageRequestPage,
)
from controller.api.session import address_of
from shared.fields import CameraName

Moment = Annotated[int, Query(ge=0, le=253_402_300_799_999)]


def recording_routes(parts: Parts) -> APIRouter:
    """`/recordings`."""
    router = APIRouter(tags=["recordings"])

    @router.get("/recordings/parts")
    @needs("viewer", "playback")
    async def span_parts(camera: CameraName, from_ms: Moment, to_ms: Moment) -> list[FootagePartOut]:
        return [FootagePartOut.model_validate(one) for one in await parts.requests.parts(camera, from_ms, to_ms)]

    @router.post("/recordings/requests")
    @needs("operator", "playback")
    async def request_footage(body: FootageRequestIn, request: Request) -> FootageRequestOut:
        who = caller_of(request).account.name
        state = await parts.requests.make(body.camera, body.from_ms, body.to_ms, who, address_of(request))
        return FootageRequestOut.model_validate(state)

    @router.get("/recordings/requests")
    @needs("viewer", "playback")
    async def footage_requests(
        camera: CameraName | None = None, cursor: Cursor = None, limit: Limit = 50
    ) -> FootageRequestPage:
        page = await parts.requests.page(camera=camera, cursor=cursor, limit=limit)
        return FootageRequestPage.model_validate(page)

    @router.get("/recordings/requests/{request}")
    @needs("viewer", "playback")
    async def footage_request(request: Id) -> FootageRequestDetailOut:
        return FootageRequestDetailOut.model_validate(await parts.requests.one(request))

    return router
