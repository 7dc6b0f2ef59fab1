"""Routes of maintenance: what is being worked on, so that its alarms are kept and nobody is told."""

from typing import Annotated

from fastapi import APIRouter, Path, Request

from controller.api.alarm_schemas import MaintenanceIn, MaintenanceListOut
from controller.api.auth import caller_of, needs, sight_of
from controller.api.deps import Parts
from controller.api.schemas import MaintenanceOut
from controller.api.session import address_of
from controller.errors import Refused
from shared.fields import UUID
from shared.texts import say

Id = Annotated[str, Path(pattern=UUID)]


def maintenance_routes(parts: Parts) -> APIRouter:
    """`/maintenance`."""
    router = APIRouter(tags=["maintenance"])

    @router.get("/maintenance")
    @needs("viewer", "view")
    async def in_force() -> MaintenanceListOut:
        return MaintenanceListOut.model_validate({"items": await parts.maintenance.in_force()})

    @router.post("/maintenance")
    @needs("operator", "view")
    async def begin(body: MaintenanceIn, request: Request) -> MaintenanceOut:
        _bound(body.scope, body.target, request)
        who, address = caller_of(request).account.name, address_of(request)
        state = await parts.maintenance.begin(body.scope, body.target, body.minutes, body.why, who, address)
        return MaintenanceOut.model_validate(state)

    @router.post("/maintenance/{window}/end")
    @needs("operator", "view")
    async def end(window: Id, request: Request) -> MaintenanceOut:
        for one in await parts.maintenance.in_force():
            if one["id"] == window:
                _bound(one["scope"], one["target"], request)
        who, address = caller_of(request).account.name, address_of(request)
        return MaintenanceOut.model_validate(await parts.maintenance.end(window, who, address))

    return router


def _bound(scope: str, target: str, request: Request) -> None:
    """`Refused`: it would keep alarms of cameras quiet that the caller does not see."""
    seen = sight_of(request)
    if not (seen.everything or scope == "camera" or (scope == "node" and target in seen.nodes)):
        raise Refused("scope", say("needs_all_cameras"))
