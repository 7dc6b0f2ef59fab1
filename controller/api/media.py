"""Media by HTTP: derived clips with ranges, pictures, and nodes' uploads into the directory store."""

from collections.abc import AsyncIterator

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse

from controller.api.auth import needs
from controller.api.errors import problem
from controller.api.tagged import ASKED_EACH_TIME, has_it, tag_of
from controller.core.grants import EVERYTHING
from controller.errors import Refused
from controller.flows.admit import AdmitNodes
from controller.ports import Clip, MediaDoor
from controller.ports.looking import looking
from shared.ids import node_of
from shared.object_keys import parse_key
from shared.texts import say


def clip_answer(clip: Clip) -> Response:
    """A derived MP4."""
    headers = {"X-Clip-Start-Ms": str(clip.start_ms), "X-Derived": "remux", "Cache-Control": ASKED_EACH_TIME}
    return FileResponse(clip.path, media_type="video/mp4", headers=headers)


def picture_answer(request: Request, data: bytes) -> Response:
    """A JPEG with its tag; 304 where the request names that tag."""
    headers = {"ETag": tag_of(data), "Cache-Control": ASKED_EACH_TIME}
    if has_it(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(data, media_type="image/jpeg", headers=headers)


def put_routes(door: MediaDoor, admission: AdmitNodes) -> APIRouter:
    """`PUT /media/put/<key>`: the signature in the query is the credential, for as long as its node is let in."""
    router = APIRouter(tags=["media"])

    @router.put("/media/put/{key:path}")
    @needs("nobody", "none")
    async def put(key: str, request: Request) -> Response:
        length = request.headers.get("content-length", "")
        content_length = int(length) if length.isascii() and length.isdecimal() else None

        async def body() -> AsyncIterator[bytes]:
            """Asked for once the signature was found right: strangers hear nothing of who is shut out."""
            with looking(EVERYTHING):
                if await admission.shut_out(node_of(parse_key(key).camera)):
                    raise Refused("node", say("enrol_token"))
            async for piece in request.stream():
                yield piece

        fresh = await door.accept_put(key, dict(request.query_params), content_length, body())
        return Response(status_code=200) if fresh else problem(412, "Already there", say("object_there"))

    return router
