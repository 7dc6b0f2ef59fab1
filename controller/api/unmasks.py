"""Routes of clear pictures for some minutes, with a reason: begun, shown, ended."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, Field

from controller.api.alarms import Id
from controller.api.auth import caller_of, needs
from controller.api.deps import Parts
from controller.api.schemas import Model
from controller.api.session import address_of
from controller.api.whole import Seen, Whole
from controller.flows.unmask import MOST_MINUTES
from controller.ports.unmask import Asked
from shared.fields import CameraName


class UnmaskIn(Model):
    """Clear pictures of a camera from now on, for so long, because of that."""

    camera: CameraName
    minutes: Annotated[int, Field(ge=1, le=MOST_MINUTES), Whole]
    reason: Annotated[str, Field(min_length=2, max_length=300), Seen]


class UnmaskOut(Model):
    """Counts for the session that asked, until then."""

    id: str
    camera: str
    reason: str
    began_at: AwareDatetime
    until_at: AwareDatetime


def unmask_routes(parts: Parts) -> APIRouter:
    """`/unmasks`."""
    router = APIRouter(prefix="/unmasks", tags=["wall"])

    @router.post("")
    @needs("viewer", "unmask", fresh=True)
    async def unmask(body: UnmaskIn, request: Request) -> UnmaskOut:
        caller = caller_of(request)
        asked = Asked(caller.account.name, caller.login.id, address_of(request), body.camera, body.reason)
        return UnmaskOut.model_validate(await parts.unmask.begin(asked, body.minutes), from_attributes=True)

    @router.get("")
    @needs("viewer", "view")
    async def unmasked(request: Request) -> list[UnmaskOut]:
        """What lasts for this session."""
        found = await parts.unmask.book.of(caller_of(request).login.id)
        return [UnmaskOut.model_validate(one, from_attributes=True) for one in found]

    @router.delete("/{unmask}", status_code=204)
    @needs("viewer", "view")
    async def end_unmask(unmask: Id, request: Request) -> None:
        caller = caller_of(request)
        await parts.unmask.book.end(unmask, caller.login.id, caller.account.name, address_of(request))

    return router
