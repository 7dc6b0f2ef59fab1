"""Routes of saved layouts of the live wall: one's own, and those that an administrator keeps for the site."""

from fastapi import APIRouter, Request

from controller.api.alarms import Id
from controller.api.auth import needs, sight_of
from controller.api.deps import Parts
from controller.api.exports import asker_of
from controller.api.layout_schemas import LayoutIn, LayoutOut, NewLayoutIn
from controller.core.seen import seen_layout
from controller.ports import State


def layout_routes(parts: Parts) -> APIRouter:
    """`/layouts`."""
    router = APIRouter(prefix="/layouts", tags=["wall"])
    manage = parts.layouts

    def told(state: State, request: Request) -> LayoutOut:
        return LayoutOut.model_validate(seen_layout(state, sight_of(request)) or {**state, "cameras": []})

    @router.get("")
    @needs("viewer", "view")
    async def layouts(request: Request) -> list[LayoutOut]:
        known = await manage.all(asker_of(request))
        return [told(state, request) for state in known if seen_layout(state, sight_of(request)) is not None]

    @router.post("", status_code=201)
    @needs("viewer", "view")
    async def add_layout(body: NewLayoutIn, request: Request) -> LayoutOut:
        asker = asker_of(request)
        made = await manage.add(body.name, body.tiles, body.cameras, body.turn_s, asker, shared=body.shared)
        return told(made, request)

    @router.put("/{layout}")
    @needs("viewer", "view")
    async def put_layout(layout: Id, body: LayoutIn, request: Request) -> LayoutOut:
        put = await manage.put(layout, body.name, body.tiles, body.cameras, body.turn_s, asker_of(request))
        return told(put, request)

    @router.delete("/{layout}", status_code=204)
    @needs("viewer", "view")
    async def remove_layout(layout: Id, request: Request) -> None:
        await manage.remove(layout, asker_of(request))

    return router
