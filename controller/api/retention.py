"""Routes of retention: told, foretold, changed."""

from fastapi import APIRouter, Request, Response

from controller.api.auth import caller_of, needs
from controller.api.deps import Parts
from controller.api.edits import edit, stamped, tell
from controller.api.exports import asker_of
from controller.api.retention_schemas import (
    RetentionIn,
    RetentionOut,
    RetentionPreviewOut,
    SweepConfirmIn,
    SweepWaitingOut,
)
from controller.flows.manage_retention import KeepChange
from controller.ports import State

_UNTOLD: State = {"default_days": 0, "quota_bytes": None, "cameras": [], "forecast": None, "waiting": None}
"""What an edit does not begin with."""


def retention_routes(parts: Parts) -> APIRouter:
    """`/retention`."""
    router = APIRouter(prefix="/retention", tags=["site"])

    @router.get("")
    @needs("viewer", "view")
    async def retention(request: Request, response: Response) -> RetentionOut:
        found = _told(await parts.retention.state())
        if not caller_of(request).sight().everything:
            found = found.model_copy(update={"forecast": None, "waiting": None})
        return _sent(found, response)

    @router.post("/preview")
    @needs("admin", "site")
    async def preview_retention(body: RetentionIn) -> RetentionPreviewOut:
        change = KeepChange(body.camera, body.media_class, body.days)
        return RetentionPreviewOut.model_validate(await parts.retention.preview(change))

    @router.put("")
    @needs("admin", "site", fresh=True)
    async def put_retention(body: RetentionIn, request: Request, response: Response) -> RetentionOut:
        async def now() -> str:
            return _told({**_UNTOLD, "rules": await parts.retention.book.rules()}).tag

        change = KeepChange(body.camera, body.media_class, body.days)
        async with edit(request, now):
            state = await parts.retention.put(change, asker_of(request), confirmed=body.confirm)
        return _sent(_told(state), response)

    @router.post("/confirm")
    @needs("admin", "site", fresh=True)
    async def confirm_sweep(body: SweepConfirmIn, request: Request) -> SweepWaitingOut | None:
        state = await parts.retention.sweep.confirm(body.token, asker_of(request))
        return None if state is None else SweepWaitingOut.model_validate(state)

    return router


def _told(state: State) -> RetentionOut:
    return stamped(RetentionOut.model_validate(state), frozenset({"rules"}))


def _sent(found: RetentionOut, response: Response) -> RetentionOut:
    tell(response, found.tag)
    return found
