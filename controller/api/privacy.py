"""Routes of privacy: who may see what, which ways lead out of the site, what its notice says."""

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import Field

from controller.api.auth import caller_of, needs
from controller.api.deps import Parts
from controller.api.edits import begun_with, stamped, tell
from controller.api.schemas import Model
from controller.api.session import address_of
from controller.core.grants import Right
from controller.core.privacy_notice import Notice
from controller.core.ways_out import WayKind

Line = Annotated[str, Field(max_length=300)]


class HoldersOut(Model):
    """How many people have a right to any camera."""

    right: Right
    people: int


class WayOut(Model):
    """A way by which something may leave the site; `by`: a row that an administrator made, or a setting."""

    kind: WayKind
    name: str
    open: bool
    pictures: bool
    by: Literal["row", "setting"]


class NoticeIn(Model):
    """What the notice of the cameras says, in the site's own words."""

    name: Line = ""  # of the site, or who runs it
    purpose: Line = ""
    place: Line = ""
    scope: Line = ""  # what is seen, and when
    responsible: Line = ""
    phone: Line = ""
    trustee: Line = ""  # who looks after the cameras for the site, if anybody
    longer: Line = ""  # why footage is kept for more than 30 days, where it is


class PrivacyOut(Model):
    """Who may see what, which ways lead out of the site, what its notice says."""

    rights: list[HoldersOut]
    ways: list[WayOut]
    notice: NoticeIn
    tag: str = ""  # of the notice, for `If-Match`


def privacy_routes(parts: Parts) -> APIRouter:
    """`/privacy`."""
    router = APIRouter(prefix="/privacy", tags=["site"])
    turn = asyncio.Lock()

    async def now() -> PrivacyOut:
        found = PrivacyOut.model_validate(await parts.privacy.state(), from_attributes=True)
        return stamped(found, frozenset({"notice"}))

    @router.get("")
    @needs("admin", "site")
    async def privacy(response: Response) -> PrivacyOut:
        found = await now()
        tell(response, found.tag)
        return found

    @router.put("/notice")
    @needs("admin", "site")
    async def put_notice(body: NoticeIn, request: Request, response: Response) -> PrivacyOut:
        async def tag() -> str:
            return (await now()).tag

        async with turn:
            await begun_with(request, tag)
            await parts.privacy.book.put(
                Notice(**body.model_dump()), caller_of(request).account.name, address_of(request)
            )
        found = await now()
        tell(response, found.tag)
        return found

    return router
