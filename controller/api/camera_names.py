"""Route of what a camera is called."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from controller.api.auth import caller_of, needs
from controller.api.deps import Parts
from controller.api.edits import edit, tell
from controller.api.schemas import CameraOut
from controller.api.session import address_of
from controller.api.site_schemas import CameraNameIn
from controller.api.tagged import tag_of
from shared.fields import CAMERA

Camera = Annotated[str, Path(pattern=CAMERA)]


def camera_name_routes(parts: Parts) -> APIRouter:
    """`/cameras/{camera}/name`."""
    router = APIRouter(tags=["site"])

    @router.put("/cameras/{camera}/name")
    @needs("admin", "configure")
    async def name_camera(camera: Camera, body: CameraNameIn, request: Request, response: Response) -> CameraOut:
        async def now() -> str:
            return _tag(CameraOut.model_validate(await parts.camera_names.one(camera)))

        async with edit(request, now):
            who = caller_of(request).account.name
            state = await parts.camera_names.put(camera, body.name, who, address_of(request))
        named = CameraOut.model_validate(state)
        tell(response, _tag(named))
        return named

    return router


def _tag(camera: CameraOut) -> str:
    return tag_of(camera.name.encode())
