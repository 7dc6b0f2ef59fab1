"""Routes of archives: listed, put, run now, removed."""

from typing import Annotated

from fastapi import APIRouter, Path, Request

from controller.api.archive_schemas import ArchiveIn, ArchiveOut
from controller.api.auth import needs
from controller.api.deps import Parts
from controller.api.exports import asker_of
from controller.core.export_target import NAME

Name = Annotated[str, Path(pattern=f"^{NAME}$")]


def archive_routes(parts: Parts) -> APIRouter:
    """`/archives`."""
    router = APIRouter(prefix="/archives", tags=["exports"])

    @router.get("")
    @needs("operator", "none")
    async def archives() -> list[ArchiveOut]:
        return [ArchiveOut.model_validate(state) for state in await parts.archives.book.all()]

    @router.put("/{name}")
    @needs("admin", "site")
    async def put_archive(name: Name, body: ArchiveIn, request: Request) -> ArchiveOut:
        asked = (name, body.destination, body.severities, body.every, body.at, body.since_ms)
        return ArchiveOut.model_validate(await parts.archives.put(*asked, asker_of(request)))

    @router.post("/{name}/run")
    @needs("admin", "site")
    async def run_archive(name: Name, request: Request) -> ArchiveOut:
        return ArchiveOut.model_validate(await parts.archives.run(name, asker_of(request)))

    @router.delete("/{name}", status_code=204)
    @needs("admin", "site")
    async def remove_archive(name: Name, request: Request) -> None:
        await parts.archives.remove(name, asker_of(request))

    return router
