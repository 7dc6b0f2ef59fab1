"""Routes of saved layouts of the live wall: one's own, and those that an administrator keeps for the site."""

from fastapi import APIRouter, Request

from controller.api.alarms import Id
from controller.api.auth import needs
from controller.api.deps import Parts
from controller.api.exports import asker_of
from controller.api.layout_schemas import LayoutIn, LayoutOut, NewLayoutIn


def layout_routes(parts: Parts) -> APIRouter:
    """`/layouts`."""
    router = APIRouter(prefix="/layouts", tags=["wall"])
    manage = parts.layouts

    @router.get("")
    @needs("viewer")
    async def layouts(request: Request) -> list[LayoutOut]:
        return [LayoutOut.model_validate(state) for state in await manage.all(asker_of(request))]

    @router.post("", status_code=201)
    @needs("viewer")
    async def add_layout(body: NewLayoutIn, request: Request) -> LayoutOut:
        asker = asker_of(request)
        made = await manage.add(body.name, body.tiles, body.cameras, body.turn_s, asker, shared=body.shared)
        return LayoutOut.model_validate(made)

    @router.put("/{layout}")
    @needs("viewer")
    async def put_layout(layout: Id, body: LayoutIn, request: Request) -> LayoutOut:
        put = await manage.put(layout, body.name, body.tiles, body.cameras, body.turn_s, asker_of(request))
        return LayoutOut.model_validate(put)

    @router.delete("/{layout}", status_code=204)
    @needs("viewer")
    async def remove_layout(layout: Id, request: Request) -> None:
        await manage.remove(layout, asker_of(request))

    return router
