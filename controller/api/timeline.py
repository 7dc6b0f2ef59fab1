"""Routes of the timeline: what there is of each camera, and the footage itself piece by piece."""

import hashlib
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from controller.api.auth import clear_of, needs
from controller.api.deps import Parts
from controller.api.looks import look_back
from controller.api.shown import derived_film, derived_tags
from controller.api.tagged import ASKED_EACH_TIME
from controller.api.timeline_schemas import TimelineOut
from shared.fields import CameraName

Moment = Annotated[int, Query(ge=0, le=253_402_300_799_999)]
Cameras = Annotated[list[CameraName], Query(min_length=1, max_length=16)]
Buckets = Annotated[int, Query(ge=1, le=2000)]
DERIVED_MS = 20_000
"""The most of a film that is decoded for one answer."""
Length = Annotated[int, Query(ge=1000, le=60_000)]


def timeline_routes(parts: Parts) -> APIRouter:
    """`/timeline` and `/playback`."""
    router = APIRouter(tags=["timeline"])

    @router.get("/timeline", response_model=TimelineOut)
    @needs("viewer", "playback")
    async def timeline(
        request: Request, camera: Cameras, from_ms: Moment, to_ms: Moment, buckets: Buckets = 600
    ) -> Response:
        state = await parts.timeline.timeline(camera, from_ms, to_ms, buckets)
        body = TimelineOut.model_validate(state).model_dump_json()
        tag = f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'
        headers = {"ETag": tag, "Cache-Control": ASKED_EACH_TIME}
        if tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(body, media_type="application/json", headers=headers)

    @router.get(
        "/playback",
        response_class=StreamingResponse,
        responses={
            200: {
                "content": {"video/mp4": {}},
                "description": "Init and fragments as recorded; X-Source: store or node; X-Derived: blocks",
            },
            204: {"description": "Neither the store nor the node has footage there"},
        },
    )
    @needs("viewer", "playback", pictures="derived")
    async def playback(request: Request, camera: CameraName, from_ms: Moment, for_ms: Length = 10_000) -> Response:
        clear = clear_of(request).sees(camera)
        known = request.headers.get("if-none-match", "")
        most_ms = for_ms if clear else min(for_ms, DERIVED_MS)
        film = await parts.play.open(camera, from_ms, most_ms, known if clear else derived_tags(known))
        if film is None:  # no fault of anybody's, and soon to change: a page asks again
            return Response(status_code=204)
        look_back(parts, request, camera, film.start_ms, kind="footage.view" if clear else "derived.view")
        headers = {
            "ETag": film.tag,
            "Cache-Control": ASKED_EACH_TIME,
            "X-Start-Ms": str(film.start_ms),
            "X-End-Ms": str(film.end_ms),
            "X-Codec": film.codec,
            "X-Source": film.source,
        }
        if not clear:
            return await derived_film(request, parts, camera, film, headers)
        request.state.pictures = "clear"
        if film.chunks is None:
            return Response(status_code=304, headers=headers)
        headers["Content-Length"] = str(film.length_bytes)
        return StreamingResponse(film.chunks, media_type="video/mp4", headers=headers)

    return router
