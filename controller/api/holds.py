"""Routes of evidence holds."""

from fastapi import APIRouter, Request

from controller.api.alarms import Cursor, Id, Limit
from controller.api.auth import needs
from controller.api.deps import Parts
from controller.api.export_schemas import HoldIn, HoldOut, HoldPage
from controller.api.exports import asker_of


def hold_routes(parts: Parts) -> APIRouter:
    """`/holds`."""
    router = APIRouter(prefix="/holds", tags=["exports"])

    @router.post("")
    @needs("operator")
    async def add_hold(body: HoldIn, request: Request) -> HoldOut:
        asked = (body.camera, body.start_ms, body.end_ms, body.reason)
        return HoldOut.model_validate(await parts.holds.add(*asked, asker_of(request)))

    @router.get("")
    @needs("viewer")
    async def holds(released: bool = False, cursor: Cursor = None, limit: Limit = 50) -> HoldPage:
        page = await parts.holds.book.page(released=released, cursor=cursor, limit=limit)
        return HoldPage.model_validate(page)

    @router.post("/{hold}/release")
    @needs("operator")
    async def release_hold(hold: Id, request: Request) -> HoldOut:
        return HoldOut.model_validate(await parts.holds.release(hold, asker_of(request)))

    return router
