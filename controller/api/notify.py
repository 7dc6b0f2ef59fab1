"""Routes of telling people: destinations, what each is told of, one's own quiet hours, receipts."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request

from controller.api.auth import caller_of, needs
from controller.api.deps import Parts
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
from controller.flows.manage_destinations import Caller
from shared.fields import NODE_NAME, UUID

Name = Annotated[str, Path(pattern=NODE_NAME)]


def who(request: Request) -> Caller:
    """The caller as the flow knows people."""
    account = caller_of(request).account
    return Caller(account.name, account.role == "admin", address_of(request))


def notify_routes(parts: Parts) -> APIRouter:
    """`/notify`."""
    router = APIRouter(prefix="/notify", tags=["notify"])
    manage = parts.notify

    @router.get("/destinations")
    @needs("viewer", "none")
    async def destinations(request: Request) -> list[DestinationOut]:
        return [DestinationOut.model_validate(state) for state in await manage.all(who(request))]

    @router.post("/destinations", status_code=201)
    @needs("viewer", "none")
    async def add(body: DestinationIn, request: Request) -> DestinationAddedOut:
        options = body.model_dump(exclude={"name", "address", "lines"})
        lines = [line.model_dump() for line in body.lines]
        state, key = await manage.add(who(request), body.name, body.address, options, lines)
        return DestinationAddedOut(destination=DestinationOut.model_validate({**state, "lines": lines}), key=key)

    @router.patch("/destinations/{name}")
    @needs("viewer", "none")
    async def change(name: Name, body: DestinationChangeIn, request: Request) -> DestinationOut:
        return DestinationOut.model_validate(await manage.change(who(request), name, body.model_dump()))

    @router.delete("/destinations/{name}", status_code=204)
    @needs("viewer", "none")
    async def remove(name: Name, request: Request) -> None:
        await manage.remove(who(request), name)

    @router.post("/destinations/{name}/test", status_code=202)
    @needs("viewer", "none")
    async def test(name: Name, request: Request) -> DeliveryOut:
        return DeliveryOut.model_validate(await manage.test(who(request), name))

    @router.put("/destinations/{name}/lines")
    @needs("viewer", "none")
    async def lines(name: Name, body: LinesIn, request: Request) -> DestinationOut:
        wanted = [line.model_dump() for line in body.lines]
        return DestinationOut.model_validate(await manage.subscribe(who(request), name, wanted))

    @router.get("/quiet")
    @needs("viewer", "none")
    async def quiet(request: Request) -> QuietOut:
        found = await manage.quiet(caller_of(request).account.name)
        return QuietOut(quiet=None if found is None else QuietModel.model_validate(found), timezone=parts.timezone)

    @router.put("/quiet")
    @needs("viewer", "none")
    async def put_quiet(body: QuietIn, request: Request) -> QuietOut:
        caller = who(request)
        await manage.put_quiet(caller, caller.name, None if body.quiet is None else body.quiet.model_dump())
        return QuietOut(quiet=body.quiet, timezone=parts.timezone)

    @router.get("/deliveries")
    @needs("viewer", "view")
    async def deliveries(
        alarm: Annotated[str | None, Query(pattern=UUID)] = None,
        destination: Annotated[str | None, Query(pattern=NODE_NAME)] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> list[DeliveryOut]:
        found = await manage.receipts(alarm=alarm, destination=destination, limit=limit)
        return [DeliveryOut.model_validate(state) for state in found]

    return router
