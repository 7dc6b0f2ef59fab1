"""Routes of the site: cameras, nodes, the system itself."""

from fastapi import APIRouter

from controller.api.auth import needs
from controller.api.deps import Parts
from controller.api.paged import After, CameraPage, Most, NodePage, page_of
from controller.api.schemas import CameraOut, NodeOut, SystemOut


def site_routes(parts: Parts) -> APIRouter:
    """`/cameras`, `/nodes`, `/system`."""
    router = APIRouter(tags=["site"])

    @router.get("/cameras")
    @needs("viewer")
    async def cameras(limit: Most = None, cursor: After = None) -> list[CameraOut] | CameraPage:
        found = [CameraOut.model_validate(state) for state in await parts.reads.cameras()]
        if limit is None:
            return found
        items, after = page_of(found, limit, cursor)
        return CameraPage(items=items, next=after)

    @router.get("/nodes")
    @needs("viewer")
    async def nodes(limit: Most = None, cursor: After = None) -> list[NodeOut] | NodePage:
        found = [NodeOut.model_validate(state) for state in await parts.reads.nodes()]
        if limit is None:
            return found
        items, after = page_of(found, limit, cursor)
        return NodePage(items=items, next=after)

    @router.get("/system")
    @needs("viewer")
    async def system(machine: bool = False) -> SystemOut:
        state = await parts.system.state()
        if machine:
            state["machine"] = await parts.machine.state()
        return SystemOut(version=parts.version, site=parts.site, demo=parts.demo, **state)

    return router
