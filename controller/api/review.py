"""Routes of the review: what to look through, what is left of it, acts on several alarms, previews of footage."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from controller.api.auth import caller_of, clear_of, needs, sight_of
from controller.api.deps import Parts
from controller.api.looks import look_back
from controller.api.media import picture_answer
from controller.api.review_schemas import (
    AlarmActsIn,
    AlarmActsOut,
    ReviewDays,
    ReviewIn,
    ReviewMarkedOut,
    ReviewMarkIn,
    ReviewPage,
    ReviewPageIn,
)
from controller.api.session import address_of
from controller.api.shown import shown_jpeg
from controller.core.lifecycle import Deed
from controller.core.preview import PICTURES
from controller.core.seen import told_alarm
from shared.errors import Rejected
from shared.fields import CameraName
from shared.texts import say

Moment = Annotated[int, Query(ge=0, le=253_402_300_799_999)]


def _who(request: Request) -> str:
    return caller_of(request).account.name


def review_routes(parts: Parts) -> APIRouter:
    """`/review`, `/alarms/acts` and `/recordings/preview.jpg`."""
    router = APIRouter(tags=["review"])

    @router.get("/review")
    @needs("viewer", "view")
    async def review(asked: Annotated[ReviewPageIn, Query()], request: Request) -> ReviewPage:
        span = parts.review.span(asked.from_ms, asked.to_ms)
        page = await parts.review.page(asked.wish(_who(request), span), asked.cursor, asked.limit)
        return ReviewPage.model_validate({**page, "from_ms": span[0], "to_ms": span[1]})

    @router.get("/review/days")
    @needs("viewer", "view")
    async def review_days(asked: Annotated[ReviewIn, Query()], request: Request) -> ReviewDays:
        wish = asked.wish(_who(request), parts.review.span(asked.from_ms, asked.to_ms))
        return ReviewDays.model_validate(await parts.review.days(wish))

    @router.post("/review/marks")
    @needs("viewer", "view")
    async def mark(body: ReviewMarkIn, request: Request) -> ReviewMarkedOut:
        marked = await parts.review.mark(_who(request), body.subjects, reviewed=body.reviewed)
        return ReviewMarkedOut.model_validate(marked)

    @router.post("/alarms/acts")
    @needs("operator", "view")
    async def act_on_all(body: AlarmActsIn, request: Request) -> AlarmActsOut:
        if (body.assessment is None) == (body.verb == "resolve"):
            raise Rejected("assessment", say("missing" if body.assessment is None else "unknown_field"))
        deed = Deed(body.verb, _who(request), body.note, assessment=body.assessment)
        alarms = {one.id: one.rev for one in body.alarms}
        outcomes = await parts.alarms.act_on_all(alarms, deed, address_of(request))
        for one in outcomes:
            one["alarm"] = one["alarm"] and told_alarm(one["alarm"], sight_of(request))
        return AlarmActsOut.model_validate({"outcomes": outcomes})

    @router.get(
        "/recordings/preview.jpg",
        response_class=Response,
        responses={
            200: {"content": {"image/jpeg": {}}, "description": "Six pictures side by side, from first to last"},
            204: {"description": "The store has no footage there"},
        },
    )
    @needs("viewer", "playback", pictures="derived")
    async def preview(request: Request, camera: CameraName, from_ms: Moment, to_ms: Moment) -> Response:
        strip = await parts.preview.strip(camera, from_ms, to_ms)
        if strip is None:  # soon to change, and no fault of anybody's
            return Response(status_code=204)
        if clear_of(request).sees(camera):
            request.state.pictures = "clear"
            look_back(parts, request, camera, from_ms)
            return picture_answer(request, strip)
        return await shown_jpeg(request, parts, camera, strip, {}, kind="footage.view", cells=PICTURES)

    return router
