"""Answers with a tag: who has the same already is told so, and nothing else."""

import hashlib
from collections.abc import Sequence

from fastapi import Request, Response
from pydantic import BaseModel

ASKED_EACH_TIME = "private, no-cache"
"""It may be kept, and is shown again only once the server has said that who asks still may see it."""


def tag_of(body: bytes) -> str:
    """A strong tag of these bytes."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def has_it(request: Request, tag: str) -> bool:
    """Whether who asks has what the tag stands for."""
    given = request.headers.get("if-none-match", "")
    return tag in (one.strip().removeprefix("W/") for one in given.split(","))


def tagged(request: Request, found: BaseModel | Sequence[BaseModel]) -> Response:
    """The model, or the list of models, as JSON with its tag; 304 where the request names that tag."""
    if isinstance(found, BaseModel):
        body = found.model_dump_json().encode()
    else:
        body = b"[" + b",".join(one.model_dump_json().encode() for one in found) + b"]"
    tag = tag_of(body)
    headers = {"ETag": tag, "Cache-Control": ASKED_EACH_TIME}
    if has_it(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)
