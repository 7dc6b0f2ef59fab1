"""Routes of exports: asked for, followed, downloaded."""

from typing import Annotated

from fastapi import APIRouter, Header, Path, Request, Response
from fastapi.responses import FileResponse, StreamingResponse

from controller.api.alarms import Cursor, Id, Limit
from controller.api.auth import caller_of, needs, sight_of
from controller.api.deps import Parts
from controller.api.export_schemas import ExportDetailOut, ExportIn, ExportOut, ExportPage
from controller.api.picture_door import DERIVED
from controller.api.session import address_of
from controller.core.grants import Sight, common
from controller.errors import Missing, Refused
from controller.flows.manage_exports import Asker
from controller.ports.looking import looking
from shared.texts import say

Key = Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=80)]
FileName = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$")]


def asker_of(request: Request) -> Asker:
    """Who asks, and from where."""
    caller = caller_of(request)
    account = caller.account
    return Asker(account.name, account.role == "admin", address_of(request), proven=caller.key is None)


def export_routes(parts: Parts) -> APIRouter:
    """`/exports`."""
    router = APIRouter(prefix="/exports", tags=["exports"])

    @router.post("")
    @needs("viewer", "export", pictures="derived", fresh="people")
    async def make_export(body: ExportIn, request: Request, key: Key = None) -> ExportOut:
        spans = [span.model_dump() for span in body.spans]
        asked = (spans, [str(one) for one in body.alarms], body.why, asker_of(request), key)
        with looking(_shown_in(request, derived=body.form == "derived")):
            state = await parts.exports.make(*asked, body.destination, body.language, body.form)
        return ExportOut.model_validate(state)

    @router.get("")
    @needs("viewer", "playback")
    async def exports(cursor: Cursor = None, limit: Limit = 50) -> ExportPage:
        return ExportPage.model_validate(await parts.exports.book.page(cursor=cursor, limit=limit))

    @router.get("/{export}")
    @needs("viewer", "playback")
    async def export(export: Id) -> ExportDetailOut:
        return ExportDetailOut.model_validate(await parts.exports.book.one(export))

    @router.post("/{export}/cancel")
    @needs("viewer", "export")
    async def cancel_export(export: Id, request: Request) -> ExportOut:
        return ExportOut.model_validate(await parts.exports.cancel(export, asker_of(request)))

    @router.delete("/{export}")
    @needs("viewer", "export")
    async def delete_export(export: Id, request: Request) -> ExportOut:
        return ExportOut.model_validate(await parts.exports.delete(export, asker_of(request)))

    @router.get(
        "/{export}/zip",
        response_class=StreamingResponse,
        responses={200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}},
    )
    @needs("viewer", "export", pictures="derived")
    async def export_zip(export: Id, request: Request) -> StreamingResponse:
        """All of its files as one ZIP, not packed, made while it is sent: one that was cut off is none."""
        name, derived = f"export-{export}.zip", await parts.exports.derived(export)
        with looking(_shown_in(request, derived=derived)):
            made = await parts.exports.zip(export, name, asker_of(request))
        headers = {"Content-Disposition": f'attachment; filename="{name}"', **_told_with(request, derived=derived)}
        return StreamingResponse(made, media_type="application/zip", headers=headers)

    @router.get("/{export}/files/{name}", response_class=FileResponse)
    @needs("viewer", "export", pictures="derived")
    async def export_file(export: Id, name: FileName, request: Request) -> Response:
        derived = await parts.exports.derived(export)
        with looking(_shown_in(request, derived=derived)):
            path = await parts.exports.file(export, name, asker_of(request))
        if not path.is_file():
            raise Missing("name", say("unknown", key=name))
        headers = _told_with(request, derived=derived)
        kind = "video/mp4" if name.endswith(".mp4") else "application/octet-stream"
        return FileResponse(path, media_type=kind, filename=name, headers=headers)

    return router


def _told_with(request: Request, *, derived: bool) -> dict[str, str]:
    """Headers of pictures that leave; clear ones are counted as such."""
    if not derived:
        request.state.pictures = "clear"
    return {"Cache-Control": "private, no-store", **({"X-Derived": DERIVED} if derived else {})}


def _shown_in(request: Request, *, derived: bool) -> Sight:
    """The cameras of which the caller may have such an export; leave for some minutes is none for files."""
    seen = sight_of(request)
    if derived:
        return seen
    clear = common(seen, caller_of(request).sight("clear"))
    if clear.empty:
        raise Refused("right", say("needs_right", right="clear"))
    return clear
