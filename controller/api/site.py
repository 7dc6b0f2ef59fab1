"""Routes of the site: cameras, nodes, the system itself."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from controller.api.auth import needs
from controller.api.deps import Parts
from controller.api.schemas import CameraOut, NodeOut, SystemOut
from shared.fields import CAMERA
from shared.ids import parse_camera

Camera = Annotated[str, Path(pattern=CAMERA)]


def site_routes(parts: Parts) -> APIRouter:
    """`/cameras`, `/nodes`, `/system`."""
    router = APIRouter(tags=["site"])

    @router.get("/cameras")
    @needs("viewer")
    async def cameras() -> list[CameraOut]:
        return [CameraOut.model_validate(state) for state in await parts.reads.cameras()]

    @router.get(
        "/cameras/{camera}/still.jpg",
        response_class=Response,
        responses={
            200: {"content": {"image/jpeg": {}}, "description": "X-At-Ms tells when it was taken"},
            204: {"description": "No picture was had of this camera since this server started"},
        },
    )
    @needs("viewer")
    async def camera_still(camera: Camera) -> Response:
        still = await parts.stills.still(parse_camera(camera))
        if still is None:  # a camera that is away is no fault of who looks
            return Response(status_code=204)
        headers = {"X-At-Ms": str(still.at_ms), "Cache-Control": "private, max-age=10"}
        return Response(still.jpeg, media_type="image/jpeg", headers=headers)

    @router.get("/nodes")
    @needs("viewer")
    async def nodes() -> list[NodeOut]:
        return [NodeOut.model_validate(state) for state in await parts.reads.nodes()]

    @router.get("/system")
    @needs("viewer")
    async def system() -> SystemOut:
        state = await parts.system.state()
        return SystemOut(version=parts.version, site=parts.site, demo=parts.demo, **state)

    return router
