"""Routes of what people do to alarms. Every act is written to the alarm's history with who, when and why."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from controller.api.alarm_schemas import AcknowledgeIn, AssigneesOut, AssignIn, NoteIn, ResolveIn, ShelveIn
from controller.api.alarms import Id
from controller.api.auth import caller_of, needs, sight_of
from controller.api.deps import Parts
from controller.api.schemas import AlarmOut
from controller.api.session import address_of
from controller.core.lifecycle import Deed
from controller.core.seen import told_alarm
from shared.fields import UUID


async def _act(parts: Parts, alarm: str, deed: Deed, rev: int | None, request: Request) -> AlarmOut:
    done = await parts.alarms.act(alarm, deed, rev, address_of(request))
    return AlarmOut.model_validate(told_alarm(done, sight_of(request)))


def _who(request: Request) -> str:
    return caller_of(request).account.name


def alarm_act_routes(parts: Parts) -> APIRouter:
    """POST `/alarms/{alarm}/VERB`, and who may be given one."""
    router = APIRouter(tags=["alarms"])

    @router.get("/assignees")
    @needs("operator", "view")
    async def assignees(alarm: Annotated[str | None, Query(pattern=UUID)] = None) -> AssigneesOut:
        return AssigneesOut(names=await parts.alarms.assignees(alarm))

    @router.post("/alarms/{alarm}/acknowledge")
    @needs("operator", "view")
    async def acknowledge(alarm: Id, body: AcknowledgeIn, request: Request) -> AlarmOut:
        return await _act(parts, alarm, Deed("acknowledge", _who(request), body.note), body.rev, request)

    @router.post("/alarms/{alarm}/assign")
    @needs("operator", "view")
    async def assign(alarm: Id, body: AssignIn, request: Request) -> AlarmOut:
        deed = Deed("unassign" if body.to is None else "assign", _who(request), body.note, to=body.to)
        return await _act(parts, alarm, deed, body.rev, request)

    @router.post("/alarms/{alarm}/note")
    @needs("operator", "view")
    async def note(alarm: Id, body: NoteIn, request: Request) -> AlarmOut:
        return await _act(parts, alarm, Deed("note", _who(request), body.note), None, request)

    @router.post("/alarms/{alarm}/resolve")
    @needs("operator", "view")
    async def resolve(alarm: Id, body: ResolveIn, request: Request) -> AlarmOut:
        deed = Deed("resolve", _who(request), body.note, assessment=body.assessment)
        return await _act(parts, alarm, deed, body.rev, request)

    return router


def alarm_shelf_routes(parts: Parts) -> APIRouter:
    """POST `/alarms/{alarm}/VERB` of what puts an alarm off, or passes it up."""
    router = APIRouter(tags=["alarms"])

    @router.post("/alarms/{alarm}/shelve")
    @needs("operator", "view")
    async def shelve(alarm: Id, body: ShelveIn, request: Request) -> AlarmOut:
        deed = Deed("shelve", _who(request), body.note, minutes=body.minutes)
        return await _act(parts, alarm, deed, body.rev, request)

    @router.post("/alarms/{alarm}/unshelve")
    @needs("operator", "view")
    async def unshelve(alarm: Id, body: AcknowledgeIn, request: Request) -> AlarmOut:
        return await _act(parts, alarm, Deed("unshelve", _who(request), body.note), body.rev, request)

    @router.post("/alarms/{alarm}/escalate")
    @needs("operator", "view")
    async def escalate(alarm: Id, body: AcknowledgeIn, request: Request) -> AlarmOut:
        return await _act(parts, alarm, Deed("escalate", _who(request), body.note), body.rev, request)

    return router
