"""Routes of archives: listed, put, run now, removed."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from controller.api.archive_schemas import ArchiveIn, ArchiveOut
from controller.api.auth import needs
from controller.api.deps import Parts
from controller.api.edits import edit, stamped, tell
from controller.api.exports import asker_of
from controller.core.export_target import NAME
from controller.ports import State

_EDITED = frozenset({"name", "destination", "severities", "every", "at_min", "since_ms", "language"})
Name = Annotated[str, Path(pattern=f"^{NAME}$")]


def archive_routes(parts: Parts) -> APIRouter:
    """`/archives`."""
    router = APIRouter(prefix="/archives", tags=["exports"])

    @router.get("")
    @needs("operator", "none")
    async def archives() -> list[ArchiveOut]:
        return [_told(state) for state in await parts.archives.book.all()]

    @router.put("/{name}")
    @needs("admin", "site", fresh=True)
    async def put_archive(name: Name, body: ArchiveIn, request: Request, response: Response) -> ArchiveOut:
        async def now() -> str | None:
            return next((_told(one).tag for one in await parts.archives.book.all() if one["name"] == name), None)

        asked = (name, body.destination, body.severities, body.every, body.at, body.since_ms)
        async with edit(request, now):
            archive = _told(await parts.archives.put(*asked, asker_of(request), body.language))
        tell(response, archive.tag)
        return archive

    @router.post("/{name}/run")
    @needs("admin", "site")
    async def run_archive(name: Name, request: Request) -> ArchiveOut:
        return _told(await parts.archives.run(name, asker_of(request)))

    @router.delete("/{name}", status_code=204)
    @needs("admin", "site", fresh=True)
    async def remove_archive(name: Name, request: Request) -> None:
        await parts.archives.remove(name, asker_of(request))

    return router


def _told(state: State) -> ArchiveOut:
    return stamped(ArchiveOut.model_validate(state), _EDITED)
