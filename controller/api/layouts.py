"""Routes of saved layouts of the live wall: one's own, and those that an administrator keeps for the site."""

import asyncio

from fastapi import APIRouter, Request, Response

from controller.api.alarms import Id
from controller.api.auth import needs
from controller.api.deps import Parts
from controller.api.edits import begun_with, stamped, tell
from controller.api.exports import asker_of
from controller.api.layout_schemas import LayoutIn, LayoutOut, NewLayoutIn
from controller.errors import Missing
from controller.ports import State
from shared.texts import say

_EDITED = frozenset({"name", "tiles", "cameras", "turn_s", "changed_at"})


def layout_routes(parts: Parts) -> APIRouter:
    """`/layouts`."""
    router = APIRouter(prefix="/layouts", tags=["wall"])
    manage, turn = parts.layouts, asyncio.Lock()

    async def one(layout: str, request: Request) -> LayoutOut:
        found = next((state for state in await manage.all(asker_of(request)) if state["id"] == layout), None)
        if found is None:
            raise Missing("layout", say("unknown", key=layout))
        return _told(found)

    @router.get("")
    @needs("viewer")
    async def layouts(request: Request) -> list[LayoutOut]:
        return [_told(state) for state in await manage.all(asker_of(request))]

    @router.get("/{layout}")
    @needs("viewer")
    async def layout(layout: Id, request: Request, response: Response) -> LayoutOut:
        return _sent(await one(layout, request), response)

    @router.post("", status_code=201)
    @needs("viewer")
    async def add_layout(body: NewLayoutIn, request: Request, response: Response) -> LayoutOut:
        asker = asker_of(request)
        made = await manage.add(body.name, body.tiles, body.cameras, body.turn_s, asker, shared=body.shared)
        return _sent(_told(made), response)

    @router.put("/{layout}")
    @needs("viewer")
    async def put_layout(layout: Id, body: LayoutIn, request: Request, response: Response) -> LayoutOut:
        async def now() -> str:
            return (await one(layout, request)).tag

        async with turn:
            await begun_with(request, now)
            put = await manage.put(layout, body.name, body.tiles, body.cameras, body.turn_s, asker_of(request))
        return _sent(_told(put), response)

    @router.delete("/{layout}", status_code=204)
    @needs("viewer")
    async def remove_layout(layout: Id, request: Request) -> None:
        await manage.remove(layout, asker_of(request))

    return router


def _told(state: State) -> LayoutOut:
    return stamped(LayoutOut.model_validate(state), _EDITED)


def _sent(layout: LayoutOut, response: Response) -> LayoutOut:
    tell(response, layout.tag)
    return layout
