"""Routes of telling people: destinations, what each is told of, one's own quiet hours, receipts."""

from functools import partial
from typing import Annotated, TypeVar

from fastapi import APIRouter, Path, Query, Request, Response

from controller.api.auth import caller_of, needs
from controller.api.deps import Parts
from controller.api.edits import edit, stamped, tell
from controller.api.notify_schemas import (
    DeliveryOut,
    DestinationAddedOut,
    DestinationChangeIn,
    DestinationIn,
    DestinationOut,
    LinesIn,
    QuietIn,
    QuietModel,
    QuietOut,
)
from controller.api.session import address_of
from controller.errors import Missing
from controller.flows.manage_destinations import Caller, ManageDestinations
from controller.ports import State
from shared.fields import NODE_NAME, UUID
from shared.texts import say

Name = Annotated[str, Path(pattern=NODE_NAME)]
M = TypeVar("M", DestinationOut, QuietOut)
_EDITED = frozenset({"name", "language", "pictures", "private", "enabled", "lines"})


def who(request: Request) -> Caller:
    """The caller as the flow knows people."""
    account = caller_of(request).account
    return Caller(account.name, account.role == "admin", address_of(request))


def notify_routes(parts: Parts) -> APIRouter:
    """`/notify`."""
    router = APIRouter(prefix="/notify", tags=["notify"])
    manage, known = parts.notify, _Known(parts.notify)

    @router.get("/destinations")
    @needs("viewer", "none")
    async def destinations(request: Request) -> list[DestinationOut]:
        return [_told(state) for state in await manage.all(who(request))]

    @router.get("/destinations/{name}")
    @needs("viewer", "none")
    async def destination(name: Name, request: Request, response: Response) -> DestinationOut:
        return _sent(await known.one(name, request), response)

    @router.post("/destinations", status_code=201)
    @needs("viewer", "none", fresh=True)
    async def add(body: DestinationIn, request: Request) -> DestinationAddedOut:
        options = body.model_dump(exclude={"name", "address", "lines"})
        lines = [line.model_dump() for line in body.lines]
        state, key = await manage.add(who(request), body.name, body.address, options, lines)
        return DestinationAddedOut(destination=_told({**state, "lines": lines}), key=key)

    @router.patch("/destinations/{name}")
    @needs("viewer", "none", fresh=True)
    async def change(name: Name, body: DestinationChangeIn, request: Request, response: Response) -> DestinationOut:
        async with edit(request, partial(known.tag, name, request)):
            await manage.change(who(request), name, body.model_dump())
            return _sent(await known.one(name, request), response)

    @router.delete("/destinations/{name}", status_code=204)
    @needs("viewer", "none", fresh=True)
    async def remove(name: Name, request: Request) -> None:
        await manage.remove(who(request), name)

    @router.post("/destinations/{name}/test", status_code=202)
    @needs("viewer", "none")
    async def test(name: Name, request: Request) -> DeliveryOut:
        return DeliveryOut.model_validate(await manage.test(who(request), name))

    @router.put("/destinations/{name}/lines")
    @needs("viewer", "none")
    async def lines(name: Name, body: LinesIn, request: Request, response: Response) -> DestinationOut:
        wanted = [line.model_dump() for line in body.lines]
        async with edit(request, partial(known.tag, name, request)):
            return _sent(_told(await manage.subscribe(who(request), name, wanted)), response)

    @router.get("/deliveries")
    @needs("viewer", "view")
    async def deliveries(
        alarm: Annotated[str | None, Query(pattern=UUID)] = None,
        destination: Annotated[str | None, Query(pattern=NODE_NAME)] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> list[DeliveryOut]:
        found = await manage.receipts(alarm=alarm, destination=destination, limit=limit)
        return [DeliveryOut.model_validate(state) for state in found]

    _add_quiet(router, parts)
    return router


def _add_quiet(router: APIRouter, parts: Parts) -> None:
    manage = parts.notify

    def hours(quiet: QuietModel | None) -> QuietOut:
        return stamped(QuietOut(quiet=quiet, timezone=parts.time_zone), frozenset({"quiet"}))

    @router.get("/quiet")
    @needs("viewer", "none")
    async def quiet(request: Request, response: Response) -> QuietOut:
        found = await manage.quiet(caller_of(request).account.name)
        return _sent(hours(None if found is None else QuietModel.model_validate(found)), response)

    @router.put("/quiet")
    @needs("viewer", "none")
    async def put_quiet(body: QuietIn, request: Request, response: Response) -> QuietOut:
        caller = who(request)

        async def now() -> str:
            found = await manage.quiet(caller.name)
            return hours(None if found is None else QuietModel.model_validate(found)).tag

        async with edit(request, now):
            await manage.put_quiet(caller, caller.name, None if body.quiet is None else body.quiet.model_dump())
        return _sent(hours(body.quiet), response)


class _Known:
    """Destinations as they are now, to who asks."""

    def __init__(self, manage: ManageDestinations) -> None:
        self._manage = manage

    async def one(self, name: str, request: Request) -> DestinationOut:
        """`Missing` when there is none that they may see."""
        for state in await self._manage.all(who(request)):
            if state["name"] == name:
                return _told(state)
        raise Missing("name", say("unknown", key=name))

    async def tag(self, name: str, request: Request) -> str:
        return (await self.one(name, request)).tag


def _told(state: State) -> DestinationOut:
    return stamped(DestinationOut.model_validate(state), _EDITED)


def _sent(found: M, response: Response) -> M:
    tell(response, found.tag)
    return found
