"""Routes of deletions by hand: shown before, confirmed by the site's name, followed."""

from fastapi import APIRouter, Request

from controller.api.alarms import Cursor, Id, Limit
from controller.api.auth import needs
from controller.api.deletion_schemas import DeletionIn, DeletionOut, DeletionPage, DeletionPreview, DeletionSpan
from controller.api.deps import Parts
from controller.api.exports import asker_of


def deletion_routes(parts: Parts) -> APIRouter:
    """`/deletions`."""
    router = APIRouter(prefix="/deletions", tags=["exports"])

    @router.post("/preview")
    @needs("viewer", "delete")
    async def preview_deletion(body: DeletionSpan) -> DeletionPreview:
        found = await parts.deletions.preview(body.cameras, body.start_ms, body.end_ms)
        return DeletionPreview.model_validate(found)

    @router.post("")
    @needs("viewer", "delete", fresh=True)
    async def delete_footage(body: DeletionIn, request: Request) -> DeletionOut:
        asked = (body.cameras, body.start_ms, body.end_ms, body.why, body.confirm)
        return DeletionOut.model_validate(await parts.deletions.ask(*asked, asker_of(request)))

    @router.get("")
    @needs("viewer", "playback")
    async def deletions(cursor: Cursor = None, limit: Limit = 50) -> DeletionPage:
        return DeletionPage.model_validate(await parts.deletions.book.page(cursor, limit))

    @router.get("/{deletion}")
    @needs("viewer", "playback")
    async def deletion(deletion: Id) -> DeletionOut:
        return DeletionOut.model_validate(await parts.deletions.book.one(deletion))

    return router
