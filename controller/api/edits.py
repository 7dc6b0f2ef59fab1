"""Edits that begin with a known state: `If-Match` names its tag, `If-None-Match: *` says none; else 412."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TypeVar

from fastapi import Request, Response
from pydantic import BaseModel

from controller.api.tagged import tag_of
from controller.errors import Conflict
from controller.ports.editing import HEADER, editing, stale

NEW = "If-None-Match"

M = TypeVar("M", bound=BaseModel)


def stamped(model: M, fields: frozenset[str]) -> M:
    """The model with the tag of these fields of it: what an edit changes, and nothing that changes by itself."""
    return model.model_copy(update={"tag": tag_of(model.model_dump_json(include=set(fields)).encode())})


async def begun_with(request: Request, now: Callable[[], Awaitable[str | None]]) -> None:
    """`Stale` when the edit began with another state than the one that is now; None: there is none.

    `If-None-Match: *` begins with none: what is there already is not put over.
    """
    if request.headers.get(NEW, "").strip() == "*" and await now() is not None:
        raise stale(NEW)
    wanted = _given(request)
    if wanted is not None and await now() not in wanted:
        raise stale()


@asynccontextmanager
async def edit(request: Request, now: Callable[[], Awaitable[str | None]]) -> AsyncIterator[None]:
    """As `begun_with`, and once more by the transaction that writes: of two that began alike one is refused."""
    if NEW not in request.headers and _given(request) is None:
        yield
        return

    async def check() -> None:
        await begun_with(request, now)

    await check()
    async with editing(check):
        yield


def version_tag(version: int) -> str:
    """The tag of what counts its versions."""
    return f'"v{version}"'


def expected_version(request: Request, in_body: int | None) -> int | None:
    """The version that an edit began with, by its body or its header; None: it does not say."""
    wanted = _given(request)
    if in_body is not None or wanted is None:
        return in_body
    if len(wanted) == 1 and wanted[0].startswith('"v') and (number := wanted[0][2:-1]).isdecimal():
        return int(number[:15])
    raise stale()


@contextmanager
def by_header(request: Request, in_body: int | None) -> Iterator[None]:
    """Who named the version in the header is answered 412, who named it in the body 409 as ever."""
    try:
        yield
    except Conflict as fault:
        if in_body is None and _given(request) is not None and fault.field == "version":
            raise stale() from None
        raise


def tell(response: Response, tag: str) -> None:
    """Send a tag along."""
    response.headers["ETag"] = tag


def _given(request: Request) -> list[str] | None:
    header = request.headers.get(HEADER)
    if header is None or header.strip() == "*":
        return None
    return [one.strip() for one in header.split(",")]
