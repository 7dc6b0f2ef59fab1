"""Routes of people: who may log in, in which role; a one-time code is answered once."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import AwareDatetime, Field

from controller.api.auth import caller_of, needs
from controller.api.deps import Parts
from controller.api.grant_schemas import Rights, rights_out
from controller.api.schemas import Model
from controller.api.session import address_of
from controller.core.access import Role, role_of
from controller.core.grants import MOST_TARGETS
from controller.flows.login import Person
from controller.flows.manage_people import Invitation
from shared.fields import NODE_NAME, NodeName

Name = Annotated[str, Path(pattern=NODE_NAME)]


class UserOut(Model):
    """Someone who may log in, or may not any more."""

    name: str
    role: Role
    enabled: bool
    must_set_password: bool  # has a code to choose one with, or never used it
    cameras: Rights | None = None  # rights by camera or node; none: what the role may do with every camera


class UserIn(Model):
    """Someone new."""

    name: NodeName
    role: Role = "viewer"


class UserChangeIn(Model):
    """What is left out stays as it is."""

    role: Role | None = None
    enabled: bool | None = None


class GrantsIn(Model):
    """What somebody may do with which cameras, from now on; none: what their role may do with every camera."""

    cameras: Annotated[Rights, Field(max_length=MOST_TARGETS)] | None


class InvitationOut(Model):
    """Answered this once: only the code's hash is kept."""

    user: UserOut
    code: str  # for `POST /session`, and for the address `/#/login?code=…`
    until: AwareDatetime


def people_routes(parts: Parts) -> APIRouter:
    """`/users`."""
    router = APIRouter(prefix="/users", tags=["people"])

    @router.get("")
    @needs("admin", "none")
    async def users() -> list[UserOut]:
        return [_user(person) for person in await parts.people.everybody()]

    @router.post("")
    @needs("admin", "none")
    async def add_user(body: UserIn, request: Request) -> InvitationOut:
        return _invitation(await parts.people.add(body.name, body.role, caller_of(request).account.name))

    @router.patch("/{name}")
    @needs("admin", "none")
    async def change_user(name: Name, body: UserChangeIn, request: Request) -> UserOut:
        who, address = caller_of(request).account.name, address_of(request)
        changed = await parts.people.change(name, who, role=body.role, enabled=body.enabled, address=address)
        return _user(changed)

    @router.put("/{name}/grants")
    @needs("admin", "configure")
    async def put_grants(name: Name, body: GrantsIn, request: Request) -> UserOut:
        who, address = caller_of(request).account.name, address_of(request)
        return _user(await parts.people.give(name, body.cameras, who, address))

    @router.post("/{name}/code")
    @needs("admin", "none")
    async def new_code(name: Name, request: Request) -> InvitationOut:
        return _invitation(await parts.people.reset(name, caller_of(request).account.name))

    return router


def _user(person: Person) -> UserOut:
    return UserOut(
        name=person.name,
        role=role_of(person.role),
        enabled=person.enabled,
        must_set_password=person.must_set_password,
        cameras=rights_out(person.given),
    )


def _invitation(given: Invitation) -> InvitationOut:
    return InvitationOut(user=_user(given.person), code=given.code, until=given.until)
