"""Routes of maintenance: what is being worked on, so that its alarms are kept and nobody is told."""

from typing import Annotated

from fastapi import APIRouter, Path, Request

from controller.api.alarm_schemas import MaintenanceIn, MaintenanceListOut
from controller.api.auth import caller_of, needs
from controller.api.deps import Parts
from controller.api.schemas import MaintenanceOut
from controller.api.session import address_of
from shared.fields import UUID

Id = Annotated[str, Path(pattern=UUID)]


def maintenance_routes(parts: Parts) -> APIRouter:
    """`/maintenance`."""
    router = APIRouter(tags=["maintenance"])

    @router.get("/maintenance")
    @needs("viewer")
    async def in_force() -> MaintenanceListOut:
        return MaintenanceListOut.model_validate({"items": await parts.maintenance.in_force()})

    @router.post("/maintenance")
    @needs("operator")
    async def begin(body: MaintenanceIn, request: Request) -> MaintenanceOut:
        who, address = caller_of(request).account.name, address_of(request)
        state = await parts.maintenance.begin(body.scope, body.target, body.minutes, body.why, who, address)
        return MaintenanceOut.model_validate(state)

    @router.post("/maintenance/{window}/end")
    @needs("operator")
    async def end(window: Id, request: Request) -> MaintenanceOut:
        who, address = caller_of(request).account.name, address_of(request)
        return MaintenanceOut.model_validate(await parts.maintenance.end(window, who, address))

    return router
