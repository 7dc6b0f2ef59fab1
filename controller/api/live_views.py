"""Routes beside the live streams: single pictures for browsers that play none, and who watches what."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from controller.api.auth import needs, sight_of
from controller.api.deps import Parts
from controller.api.layout_schemas import MasksOut, ViewersOut
from controller.api.shown import shown_jpeg
from shared.fields import CAMERA
from shared.ids import CameraId

Camera = Annotated[str, Path(pattern=CAMERA)]


def live_view_routes(parts: Parts) -> APIRouter:
    """`/cameras/{camera}/picture.jpg`, `/cameras/masks`, `/live/viewers`."""
    router = APIRouter(tags=["wall"])

    @router.get("/cameras/{camera}/picture.jpg", response_class=Response)
    @needs("viewer", "view", pictures="derived")
    async def picture(camera: Camera, request: Request) -> Response:
        """The newest picture with its time in X-Picture-Ms; 204: there is none now."""
        still = await parts.stills.newest(CameraId(camera))
        if still is None:
            return Response(status_code=204, headers={"Cache-Control": "no-store"})
        told = {"X-Picture-Ms": str(still.pts_ms), "X-Picture-From": still.origin, "Cache-Control": "no-store"}
        return await shown_jpeg(request, parts, camera, still.jpeg, told, kind="live.view")

    @router.get("/cameras/masks")
    @needs("viewer", "view")
    async def masks() -> list[MasksOut]:
        return [MasksOut.model_validate(state) for state in await parts.masks.all()]

    @router.get("/live/viewers")
    @needs("viewer", "view")
    async def viewers(request: Request) -> list[ViewersOut]:
        """Streams that browsers have open now; workers are not counted."""
        return [
            ViewersOut.model_validate({"camera": camera, "quality": quality, "viewers": count})
            for (camera, quality), count in parts.viewers.by_stream().items()
            if sight_of(request).sees(camera)
        ]

    return router
