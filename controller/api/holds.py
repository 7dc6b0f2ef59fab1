"""Routes of evidence holds."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from controller.api.alarms import Cursor, Id, Limit
from controller.api.auth import needs
from controller.api.deps import Parts
from controller.api.export_schemas import AlarmHoldIn, HoldIn, HoldOut, HoldPage, ReleaseAskIn
from controller.api.exports import asker_of
from shared.fields import CameraName, UnixMs

_LAST_MS = 253_402_300_799_999


def hold_routes(parts: Parts) -> APIRouter:
    """`/holds`."""
    router = APIRouter(prefix="/holds", tags=["exports"])

    @router.post("")
    @needs("viewer", "export")
    async def add_hold(body: HoldIn, request: Request) -> HoldOut:
        asked = (body.camera, body.start_ms, body.end_ms, body.reason)
        return HoldOut.model_validate(await parts.holds.add(*asked, asker_of(request), lock=body.lock))

    @router.post("/alarms/{alarm}")
    @needs("viewer", "export")
    async def hold_alarm(alarm: Id, body: AlarmHoldIn, request: Request) -> list[HoldOut]:
        states = await parts.holds.add_alarm(alarm, body.reason, asker_of(request), lock=body.lock)
        return [HoldOut.model_validate(state) for state in states]

    @router.get("")
    @needs("viewer", "playback")
    async def holds(
        released: bool = False,
        cursor: Cursor = None,
        limit: Limit = 50,
        camera: CameraName | None = None,
        start: Annotated[UnixMs, Query(alias="from")] = 0,
        end: Annotated[UnixMs, Query(alias="to")] = _LAST_MS,
    ) -> HoldPage:
        over = None if camera is None else (camera, start, end)
        page = await parts.holds.book.page(released=released, cursor=cursor, limit=limit, over=over)
        return HoldPage.model_validate(page)

    @router.post("/{hold}/release")
    @needs("viewer", "export", fresh=True)
    async def release_hold(hold: Id, request: Request) -> HoldOut:
        return HoldOut.model_validate(await parts.holds.release(hold, asker_of(request)))

    @router.post("/{hold}/release-request")
    @needs("viewer", "export", fresh=True)
    async def ask_release(hold: Id, body: ReleaseAskIn, request: Request) -> HoldOut:
        return HoldOut.model_validate(await parts.holds.ask_release(hold, body.reason, asker_of(request)))

    @router.delete("/{hold}/release-request")
    @needs("viewer", "export")
    async def withdraw_release(hold: Id, request: Request) -> HoldOut:
        return HoldOut.model_validate(await parts.holds.withdraw_release(hold, asker_of(request)))

    return router
