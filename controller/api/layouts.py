"""Routes of saved layouts of the live wall: one's own, and those that an administrator keeps for the site."""

from fastapi import APIRouter, Request, Response

from controller.api.alarms import Id
from controller.api.auth import needs, sight_of
from controller.api.deps import Parts
from controller.api.edits import edit, stamped, tell
from controller.api.exports import asker_of
from controller.api.layout_schemas import LayoutIn, LayoutOut, NewLayoutIn
from controller.core.seen import seen_layout
from controller.errors import Missing
from controller.ports import State
from shared.texts import say

_EDITED = frozenset({"name", "tiles", "cameras", "turn_s", "changed_at"})


def layout_routes(parts: Parts) -> APIRouter:
    """`/layouts`."""
    router = APIRouter(prefix="/layouts", tags=["wall"])
    manage = parts.layouts

    async def one(layout: str, request: Request) -> LayoutOut:
        for state in await manage.all(asker_of(request)):
            if state["id"] == layout and seen_layout(state, sight_of(request)) is not None:
                return _told(state, request)
        raise Missing("layout", say("unknown", key=layout))

    @router.get("")
    @needs("viewer", "view")
    async def layouts(request: Request) -> list[LayoutOut]:
        known = await manage.all(asker_of(request))
        return [_told(state, request) for state in known if seen_layout(state, sight_of(request)) is not None]

    @router.get("/{layout}")
    @needs("viewer", "view")
    async def layout(layout: Id, request: Request, response: Response) -> LayoutOut:
        return _sent(await one(layout, request), response)

    @router.post("", status_code=201)
    @needs("viewer", "view")
    async def add_layout(body: NewLayoutIn, request: Request, response: Response) -> LayoutOut:
        asker = asker_of(request)
        made = await manage.add(body.name, body.tiles, body.cameras, body.turn_s, asker, shared=body.shared)
        return _sent(_told(made, request), response)

    @router.put("/{layout}")
    @needs("viewer", "view")
    async def put_layout(layout: Id, body: LayoutIn, request: Request, response: Response) -> LayoutOut:
        async def now() -> str:
            return (await one(layout, request)).tag

        async with edit(request, now):
            put = await manage.put(layout, body.name, body.tiles, body.cameras, body.turn_s, asker_of(request))
        return _sent(_told(put, request), response)

    @router.delete("/{layout}", status_code=204)
    @needs("viewer", "view")
    async def remove_layout(layout: Id, request: Request) -> None:
        await manage.remove(layout, asker_of(request))

    return router


def _told(state: State, request: Request) -> LayoutOut:
    """As who asks may see it; its tag is of all of it."""
    tag = stamped(LayoutOut.model_validate(state), _EDITED).tag
    seen = seen_layout(state, sight_of(request)) or {**state, "cameras": []}
    return LayoutOut.model_validate({**seen, "tag": tag})


def _sent(layout: LayoutOut, response: Response) -> LayoutOut:
    tell(response, layout.tag)
    return layout
