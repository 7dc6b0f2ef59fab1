"""Pictures as their caller may see them: clear where they have the right to that, else derived."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from fastapi import Request, Response
from fastapi.responses import FileResponse

from controller.api.auth import caller_of, clear_of
from controller.api.deps import Parts
from controller.api.looks import look
from controller.api.media import clip_answer, picture_answer
from controller.api.picture_door import DERIVED
from controller.core.grants import Sight
from controller.core.viewing import Kind
from controller.errors import Missing
from controller.flows.play_anywhere import Film
from controller.ports import Clip
from controller.ports.looking import looking
from shared.errors import Transient

_LOOK_S = 0.5
_NEVER_KEPT = {"X-Derived": DERIVED, "Cache-Control": "private, no-store"}

Made = TypeVar("Made")
Found = tuple[Made, str, str]
"""What was found, its camera, and an alarm's or event's id."""


@contextmanager
def as_clear(request: Request, seen: Sight) -> Iterator[None]:
    """Ask as who sees clear pictures of these cameras alone, and let them out."""
    with looking(seen):
        yield
    request.state.pictures = "clear"


async def shown_picture(request: Request, parts: Parts, find: Callable[[], Awaitable[bytes]]) -> Response:
    """A stored JPEG, or one of blocks."""
    clear = clear_of(request)
    if not clear.empty:
        try:
            with as_clear(request, clear):
                return picture_answer(request, await find())
        except Missing:
            pass
    made = await parts.derived.stills.picture(await find(), 1)
    return Response(made, media_type="image/jpeg", headers=_NEVER_KEPT)


async def shown_clip(request: Request, parts: Parts, find: Callable[[], Awaitable[Found[Clip]]]) -> Response:
    """A clip, or one of blocks; who looks is told to the audit either way."""
    clear = clear_of(request)
    if not clear.empty:
        try:
            with as_clear(request, clear):
                clip, camera, of = await find()
                look(parts, request, "clip.view", camera, of)
                return clip_answer(clip)
        except Missing:
            pass
    clip, camera, of = await find()
    made = await while_there(request, parts.derived.films.clip(_viewer(request, camera), clip))
    look(parts, request, "derived.view", camera, of)
    headers = {"X-Clip-Start-Ms": str(made.start_ms), **_NEVER_KEPT}
    return FileResponse(made.path, media_type="video/mp4", headers=headers)


async def shown_jpeg(
    request: Request, parts: Parts, camera: str, jpeg: bytes, headers: dict[str, str], *, kind: Kind, cells: int = 1
) -> Response:
    """A JPEG of one camera that was found already."""
    if clear_of(request).sees(camera):
        request.state.pictures = "clear"
        look(parts, request, kind, camera)
        return Response(jpeg, media_type="image/jpeg", headers=headers)
    made = await parts.derived.stills.picture(jpeg, cells)
    look(parts, request, "derived.view", camera)
    return Response(made, media_type="image/jpeg", headers={**headers, **_NEVER_KEPT})


def derived_tags(known: str) -> str:
    """Those of `If-None-Match` that stand for films in blocks, as the films that they were made of are tagged.

    A clear film that a browser has kept is none: who may not see it is not told that they have it already.
    """
    named = (one.strip().removeprefix("W/") for one in known.split(","))
    return ", ".join('"' + one.removeprefix('"derived-') for one in named if one.startswith('"derived-'))


async def derived_film(request: Request, parts: Parts, camera: str, film: Film, headers: dict[str, str]) -> Response:
    """A piece of a film in blocks; the browser plays it as it plays the recorded one."""
    tag = f'"derived-{film.tag.strip(chr(34))}"'
    told = {**headers, "ETag": tag, "X-Derived": DERIVED, "Cache-Control": "private, no-store"}
    if film.chunks is None:
        return Response(status_code=304, headers=told)
    making = parts.derived.films.piece(_viewer(request, camera), film.tag, film.chunks)
    made = await while_there(request, making)
    return FileResponse(made.path, media_type="video/mp4", headers={**told, "X-Codec": made.codec})


def _viewer(request: Request, camera: str) -> str:
    """Whose turn it is: one film at a time for each camera that somebody looks at."""
    return f"{caller_of(request).account.name} {camera}"


async def while_there(request: Request, work: Coroutine[Any, Any, Made]) -> Made:
    """What is made for somebody, as long as they wait for it."""
    task = asyncio.create_task(work)
    try:
        while not (await asyncio.wait({task}, timeout=_LOOK_S))[0]:
            if await request.is_disconnected():
                raise Transient("derived film: nobody waits for it")
        return task.result()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
