"""Routes of the site: cameras, nodes, the system itself."""

from fastapi import APIRouter, Request

from controller.api.auth import needs, sight_of
from controller.api.deps import Parts
from controller.api.schemas import CameraOut, NodeOut, SystemOut
from controller.core.seen import seen_node, seen_system


def site_routes(parts: Parts) -> APIRouter:
    """`/cameras`, `/nodes`, `/system`."""
    router = APIRouter(tags=["site"])

    @router.get("/cameras")
    @needs("viewer", "view")
    async def cameras() -> list[CameraOut]:
        return [CameraOut.model_validate(state) for state in await parts.reads.cameras()]

    @router.get("/nodes")
    @needs("viewer", "view")
    async def nodes(request: Request) -> list[NodeOut]:
        seen = (seen_node(state, sight_of(request)) for state in await parts.reads.nodes())
        return [NodeOut.model_validate(state) for state in seen if state is not None]

    @router.get("/system")
    @needs("viewer", "view")
    async def system(request: Request) -> SystemOut:
        state = seen_system(await parts.system.state(), sight_of(request))
        return SystemOut(version=parts.version, site=parts.site, demo=parts.demo, **state)

    return router
