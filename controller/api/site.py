"""Routes of the site: cameras, nodes, the system itself."""

from fastapi import APIRouter

from controller.api.auth import needs
from controller.api.deps import Parts
from controller.api.schemas import CameraOut, NodeOut, SystemOut


def site_routes(parts: Parts) -> APIRouter:
    """`/cameras`, `/nodes`, `/system`."""
    router = APIRouter(tags=["site"])

    @router.get("/cameras")
    @needs("viewer")
    async def cameras() -> list[CameraOut]:
        return [CameraOut.model_validate(state) for state in await parts.reads.cameras()]

    @router.get("/nodes")
    @needs("viewer")
    async def nodes() -> list[NodeOut]:
        return [NodeOut.model_validate(state) for state in await parts.reads.nodes()]

    @router.get("/system")
    @needs("viewer")
    async def system(machine: bool = False) -> SystemOut:
        state = await parts.system.state()
        if machine:
            state["machine"] = await parts.machine.state()
        return SystemOut(version=parts.version, site=parts.site, demo=parts.demo, **state)

    return router
