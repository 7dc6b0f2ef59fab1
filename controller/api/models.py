"""Routes of models: listed, put in, tried, chosen, taken out."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import suppress
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from controller.api.auth import needs
from controller.api.deps import Parts
from controller.api.edits import begun_with, stamped, tell
from controller.api.exports import asker_of
from controller.api.model_schemas import ModelChoiceIn, ModelLookOut, ModelOut, ModelsOut
from controller.errors import Missing
from controller.ports import State

Name = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
_EDITED = frozenset({"chosen", "in_settings", "by", "at"})
_BINARY = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
_PICTURE = {
    "requestBody": {
        "required": True,
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in ("image/jpeg", "image/png")},
    }
}


def model_routes(parts: Parts) -> APIRouter:
    """`/models`."""
    router = APIRouter(prefix="/models", tags=["site"])

    @router.get("")
    @needs("admin", "site")
    async def models(response: Response) -> ModelsOut:
        return _sent(await parts.models.state(), response)

    @router.put("")
    @needs("admin", "site", fresh="people")
    async def choose_model(body: ModelChoiceIn, request: Request, response: Response) -> ModelsOut:
        async def now() -> str:
            return _told(await parts.models.state()).tag

        begun = partial(begun_with, request, now)
        state = await parts.models.choose(body.name, asker_of(request), confirmed=body.confirm, begun=begun)
        return _sent(state, response)

    @router.get("/{name}")
    @needs("admin", "site")
    async def model(name: Name) -> ModelOut:
        return ModelOut.model_validate(await parts.models.one(name))

    @router.delete("/{name}", status_code=204)
    @needs("admin", "site", fresh="people")
    async def remove_model(name: Name, request: Request) -> None:
        await parts.models.remove(name, asker_of(request))

    return router


def model_file_routes(parts: Parts) -> APIRouter:
    """`/models/{name}`: what takes bytes of a file."""
    router = APIRouter(prefix="/models", tags=["site"])

    @router.put("/{name}", openapi_extra=_BINARY)
    @needs("admin", "site")
    async def add_model(
        name: Name,
        request: Request,
        licence: Annotated[str, Query(max_length=64)] = "",
        accepted: Annotated[str, Query(max_length=64)] = "",
        source: Annotated[str, Query(max_length=500)] = "",
        classes: Annotated[str, Query(max_length=8000)] = "",
    ) -> ModelOut:
        given = {"licence": licence, "accepted": accepted, "source": source, "classes": classes}

        async def now() -> str | None:
            return await _digest(parts, name)

        await begun_with(request, now)
        gone, come = threading.Event(), asyncio.Event()

        async def pieces() -> AsyncIterator[bytes]:
            async for piece in request.stream():
                yield piece
            come.set()

        async def watch() -> None:
            """Whoever hangs up while it is checked wants it no more."""
            await come.wait()
            await request.receive()
            gone.set()

        watching = asyncio.create_task(watch())
        try:
            state = await parts.models.add(name, pieces(), _length(request), given, asker_of(request), gone.is_set)
        finally:
            watching.cancel()
        return ModelOut.model_validate(state)

    @router.post("/{name}/look", openapi_extra=_PICTURE)
    @needs("admin", "site")
    async def look_with_model(name: Name, request: Request) -> ModelLookOut:
        return ModelLookOut.model_validate(await parts.models.look(name, await request.body()))

    return router


async def _digest(parts: Parts, name: str) -> str | None:
    """What an edit of a model may begin with; None: there is no such model."""
    with suppress(Missing):
        return f'"{(await parts.models.one(name))["sha256"]}"'
    return None


def _length(request: Request) -> int | None:
    length = request.headers.get("content-length", "")
    return int(length[:15]) if length.isascii() and length.isdecimal() else None


def _told(state: State) -> ModelsOut:
    return stamped(ModelsOut.model_validate(state), _EDITED)


def _sent(state: State, response: Response) -> ModelsOut:
    found = _told(state)
    tell(response, found.tag)
    return found
