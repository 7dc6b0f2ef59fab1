"""Routes of people: who may log in, in which role; a one-time code is answered once."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import AwareDatetime, Field

from controller.api.auth import caller_of, needs
from controller.api.deps import Parts
from controller.api.edits import edit, stamped, tell
from controller.api.grant_schemas import Rights, rights_out
from controller.api.schemas import Model
from controller.api.session import address_of
from controller.core.access import Role, role_of
from controller.core.grants import MOST_TARGETS
from controller.errors import Missing
from controller.flows.manage_people import Invitation
from controller.ports.access import Person
from shared.fields import NODE_NAME, NodeName
from shared.texts import say

Name = Annotated[str, Path(pattern=NODE_NAME)]
_EDITED = frozenset({"name", "role", "enabled", "cameras"})


class UserOut(Model):
    """Someone who may log in, or may not any more."""

    name: str
    role: Role
    enabled: bool
    must_set_password: bool  # has a code to choose one with, or never used it
    second_factor: bool = False  # has an authenticator that counts
    provider: str | None = None  # the identity provider that logs them in; none: a password does
    cameras: Rights | None = None  # rights by camera or node; none: what the role may do with every camera
    tag: str = ""  # for `If-Match` at `PATCH` and at `PUT` of what is given


class UserIn(Model):
    """Someone new."""

    name: NodeName
    role: Role = "viewer"
    cameras: Annotated[Rights | None, Field(max_length=MOST_TARGETS)] = (
        None  # none: what the role may, with every camera
    )


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

    async def tag_now(name: str) -> str | None:
        return next((_user(one).tag for one in await parts.people.everybody() if one.name == name), None)

    @router.get("")
    @needs("admin", "none")
    async def users() -> list[UserOut]:
        return [_user(person) for person in await parts.people.everybody()]

    @router.post("")
    @needs("admin", "configure", fresh=True)
    async def add_user(body: UserIn, request: Request) -> InvitationOut:
        who = caller_of(request).account.name
        return _invitation(await parts.people.add(body.name, body.role, body.cameras, who))

    @router.get("/{name}")
    @needs("admin", "none")
    async def user(name: Name, response: Response) -> UserOut:
        found = next((person for person in await parts.people.everybody() if person.name == name), None)
        if found is None:
            raise Missing("username", say("unknown", key=name))
        return _sent(_user(found), response)

    @router.patch("/{name}")
    @needs("admin", "none", fresh=True)
    async def change_user(name: Name, body: UserChangeIn, request: Request, response: Response) -> UserOut:
        who, address = caller_of(request).account.name, address_of(request)
        async with edit(request, partial(tag_now, name)):
            changed = await parts.people.change(name, who, role=body.role, enabled=body.enabled, address=address)
        return _sent(_user(changed), response)

    @router.put("/{name}/grants")
    @needs("admin", "configure", fresh=True)
    async def put_grants(name: Name, body: GrantsIn, request: Request, response: Response) -> UserOut:
        who, address = caller_of(request).account.name, address_of(request)
        async with edit(request, partial(tag_now, name)):
            given = await parts.people.give(name, body.cameras, who, address)
        return _sent(_user(given), response)

    @router.post("/{name}/code")
    @needs("admin", "none", fresh=True)
    async def new_code(name: Name, request: Request) -> InvitationOut:
        return _invitation(await parts.people.reset(name, caller_of(request).account.name))

    return router


def _user(person: Person) -> UserOut:
    told = UserOut(
        name=person.name,
        role=role_of(person.role),
        enabled=person.enabled,
        must_set_password=person.must_set_password,
        second_factor=person.second_factor,
        provider=person.issuer,
        cameras=rights_out(person.given),
    )
    return stamped(told, _EDITED)


def _sent(user: UserOut, response: Response) -> UserOut:
    tell(response, user.tag)
    return user


def _invitation(given: Invitation) -> InvitationOut:
    return InvitationOut(user=_user(given.person), code=given.code, until=given.until)
