"""Routes of destinations of exports: listed, put, removed, tried."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from controller.api.auth import needs
from controller.api.deps import Parts
from controller.api.edits import edit, stamped, tell
from controller.api.exports import asker_of
from controller.api.target_schemas import ExportTargetIn, ExportTargetOut, ExportTargetTestOut
from controller.core.export_target import NAME
from controller.ports import State

_EDITED = frozenset({"name", "kind", "path", "endpoint", "bucket", "prefix", "region"})
Name = Annotated[str, Path(pattern=f"^{NAME}$")]


def export_target_routes(parts: Parts) -> APIRouter:
    """`/export-destinations`."""
    router = APIRouter(prefix="/export-destinations", tags=["exports"])

    @router.get("")
    @needs("operator", "none")
    async def export_targets() -> list[ExportTargetOut]:
        return [_told(state) for state in await parts.export_targets.book.all()]

    @router.put("/{name}")
    @needs("admin", "none", fresh=True)
    async def put_export_target(
        name: Name, body: ExportTargetIn, request: Request, response: Response
    ) -> ExportTargetOut:
        async def now() -> str | None:
            return next((_told(one).tag for one in await parts.export_targets.book.all() if one["name"] == name), None)

        place = body.model_dump(include={"endpoint", "bucket", "prefix", "region"})
        keys = [None if key is None else key.get_secret_value() for key in (body.access_key, body.secret_key)]
        async with edit(request, now):
            state = await parts.export_targets.put(name, place, keys[0], keys[1], asker_of(request))
        target = _told(state)
        tell(response, target.tag)
        return target

    @router.delete("/{name}", status_code=204)
    @needs("admin", "none", fresh=True)
    async def remove_export_target(name: Name, request: Request) -> None:
        await parts.export_targets.remove(name, asker_of(request))

    @router.post("/{name}/test")
    @needs("admin", "none")
    async def test_export_target(name: Name) -> ExportTargetTestOut:
        return ExportTargetTestOut.model_validate(await parts.export_targets.test(name))

    return router


def _told(state: State) -> ExportTargetOut:
    return stamped(ExportTargetOut.model_validate(state), _EDITED)
