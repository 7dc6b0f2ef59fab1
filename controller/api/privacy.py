"""Routes of privacy: who may see what, which ways lead out of the site, what its notice says."""

from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import AwareDatetime, Field

from controller.api.auth import caller_of, needs
from controller.api.deps import Parts
from controller.api.edits import edit, stamped, tell
from controller.api.schemas import Model
from controller.api.session import address_of
from controller.api.whole import Seen
from controller.core.grants import Right
from controller.core.privacy_notice import Notice
from controller.core.ways_out import Standing, WayKind

Line = Annotated[str, Field(max_length=300)]
_EDITED = frozenset({"notice"})


class HoldersOut(Model):
    """How many people have a right to any camera."""

    right: Right
    people: int


class WayOut(Model):
    """A way by which something may leave the site; `by`: a row that an administrator made, or a setting."""

    kind: WayKind
    name: str
    open: bool
    standing: Standing  # why not, where it is not open
    pictures: bool
    by: Literal["row", "setting"]
    leads: str  # without any secret
    switchable: bool  # by `/privacy/ways`; what the site cannot run without is switched at the machine
    who: str  # switched it last; system: the settings named it when the database was prepared
    at: AwareDatetime | None
    reason: str


class WayIn(Model):
    """A way is opened to where it leads now, or closed."""

    kind: WayKind
    name: Annotated[str, Field(min_length=1, max_length=300)]
    open: bool
    reason: Annotated[str, Field(min_length=2, max_length=500), Seen]


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

    async def now() -> PrivacyOut:
        found = PrivacyOut.model_validate(await parts.privacy.state(), from_attributes=True)
        return stamped(found, _EDITED)

    @router.get("")
    @needs("admin", "site")
    async def privacy(response: Response) -> PrivacyOut:
        found = await now()
        tell(response, found.tag)
        return found

    @router.post("/ways")
    @needs("admin", "site", fresh=True)
    async def switch_way(body: WayIn, request: Request) -> PrivacyOut:
        who, address = caller_of(request).account.name, address_of(request)
        await parts.privacy.switch(
            body.kind, body.name, is_open=body.open, who=who, reason=body.reason, address=address
        )
        return await now()

    @router.put("/notice")
    @needs("admin", "site")
    async def put_notice(body: NoticeIn, request: Request, response: Response) -> PrivacyOut:
        async def tag() -> str:
            said = PrivacyOut(rights=[], ways=[], notice=NoticeIn(**(await parts.privacy.book.notice()).said))
            return stamped(said, _EDITED).tag

        async with edit(request, tag):
            await parts.privacy.book.put(
                Notice(**body.model_dump()), caller_of(request).account.name, address_of(request)
            )
        found = await now()
        tell(response, found.tag)
        return found

    return router
