"""Routes of the site: cameras, nodes, the system itself."""

from fastapi import APIRouter, Request

from controller.api.auth import needs, sight_of
from controller.api.deps import Parts
from controller.api.paged import After, CameraPage, Most, NodePage, page_of
from controller.api.schemas import CameraOut, NodeOut, SystemOut
from controller.core.seen import seen_node, seen_system


def site_routes(parts: Parts) -> APIRouter:
    """`/cameras`, `/nodes`, `/system`."""
    router = APIRouter(tags=["site"])

    @router.get("/cameras")
    @needs("viewer", "view")
    async def cameras(limit: Most = None, cursor: After = None) -> list[CameraOut] | CameraPage:
        found = [CameraOut.model_validate(state) for state in await parts.reads.cameras()]
        if limit is None:
            return found
        items, after = page_of(found, limit, cursor)
        return CameraPage(items=items, next=after)

    @router.get("/nodes")
    @needs("viewer", "view")
    async def nodes(request: Request, limit: Most = None, cursor: After = None) -> list[NodeOut] | NodePage:
        seen = (seen_node(state, sight_of(request)) for state in await parts.reads.nodes())
        found = [NodeOut.model_validate(state) for state in seen if state is not None]
        if limit is None:
            return found
        items, after = page_of(found, limit, cursor)
        return NodePage(items=items, next=after)

    @router.get("/system")
    @needs("viewer", "view")
    async def system(request: Request, machine: bool = False) -> SystemOut:
        state = seen_system(await parts.system.state(), sight_of(request))
        if machine:
            state = {**state, "machine": await parts.machine.state()}
        return SystemOut(version=parts.version, site=parts.site, demo=parts.demo, **state)

    return router
