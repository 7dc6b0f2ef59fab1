"""Routes of retention: told, foretold, changed."""

from fastapi import APIRouter, Request

from controller.api.auth import needs
from controller.api.deps import Parts
from controller.api.exports import asker_of
from controller.api.retention_schemas import RetentionIn, RetentionOut, RetentionPreviewOut
from controller.flows.manage_retention import KeepChange


def retention_routes(parts: Parts) -> APIRouter:
    """`/retention`."""
    router = APIRouter(prefix="/retention", tags=["site"])

    @router.get("")
    @needs("viewer", "view")
    async def retention() -> RetentionOut:
        return RetentionOut.model_validate(await parts.retention.state())

    @router.post("/preview")
    @needs("admin", "site")
    async def preview_retention(body: RetentionIn) -> RetentionPreviewOut:
        change = KeepChange(body.camera, body.media_class, body.days)
        return RetentionPreviewOut.model_validate(await parts.retention.preview(change))

    @router.put("")
    @needs("admin", "site")
    async def put_retention(body: RetentionIn, request: Request) -> RetentionOut:
        change = KeepChange(body.camera, body.media_class, body.days)
        state = await parts.retention.put(change, asker_of(request), confirmed=body.confirm)
        return RetentionOut.model_validate(state)

    return router
