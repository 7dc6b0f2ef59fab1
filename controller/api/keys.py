"""Routes of API keys: one's own, and for administrators everybody's."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import AwareDatetime, Field

from controller.api.auth import caller_of, needs
from controller.api.deps import Parts
from controller.api.schemas import Model
from controller.api.session import address_of
from controller.api.whole import Seen, Whole
from controller.core.access import Role
from controller.core.api_key import MOST_DAYS, USUAL_DAYS, Scope
from controller.core.grants import Right
from controller.ports.keys import KeptKey
from shared.fields import NODE_NAME

Name = Annotated[str, Path(pattern=NODE_NAME)]
KeyId = Annotated[str, Path(pattern=r"^[0-9a-f]{12}$")]
Targets = Annotated[list[Annotated[str, Field(min_length=1, max_length=65)]], Field(min_length=1, max_length=200)]


class KeyOut(Model):
    """A key, without what it is made of."""

    id: str
    owner: str
    name: str
    role: Role
    cameras: list[str] | None  # or nodes; none: all that its owner sees
    rights: list[Right] | None  # to those; none: all that its owner has
    created_at: AwareDatetime
    expires_at: AwareDatetime
    used_at: AwareDatetime | None  # to ten minutes
    used_from: str
    rests_at: AwareDatetime | None  # unless the identity provider logs its owner in again; none: a password does


class KeyIn(Model):
    """A key for a program that asks in one's own name; it never has more than one has oneself at that moment."""

    name: Annotated[str, Field(min_length=1, max_length=64), Seen]
    role: Role = "viewer"
    cameras: Targets | None = None
    rights: Annotated[list[Right], Field(min_length=1, max_length=20)] | None = None
    days: Annotated[int, Field(ge=1, le=MOST_DAYS), Whole] = USUAL_DAYS


class KeyMadeOut(Model):
    """Answered this once: only a hash is kept."""

    key: KeyOut
    token: str  # for `Authorization: Bearer`


def key_routes(parts: Parts) -> APIRouter:
    """`/keys` and `/users/{name}/keys`."""
    router = APIRouter(tags=["keys"])

    @router.get("/keys")
    @needs("viewer", "none")
    async def keys(request: Request) -> list[KeyOut]:
        """One's own."""
        return [_told(one) for one in await parts.keys.of(caller_of(request).account.name)]

    @router.post("/keys")
    @needs("viewer", "none", fresh=True)
    async def add_key(body: KeyIn, request: Request) -> KeyMadeOut:
        account = caller_of(request).account
        scope = Scope(
            body.role,
            None if body.cameras is None else tuple(body.cameras),
            None if body.rights is None else tuple(body.rights),
        )
        kept, token = await parts.keys.add(account, body.name, scope, body.days, account.name, address_of(request))
        return KeyMadeOut(key=_told(kept), token=token)

    @router.delete("/keys/{key}", status_code=204)
    @needs("viewer", "none", fresh=True)
    async def revoke(key: KeyId, request: Request) -> None:
        name = caller_of(request).account.name
        await parts.keys.revoke(key, name, name, address_of(request))

    @router.get("/users/{name}/keys")
    @needs("admin", "none")
    async def keys_of(name: Name) -> list[KeyOut]:
        return [_told(one) for one in await parts.keys.of(name)]

    @router.delete("/users/{name}/keys/{key}", status_code=204)
    @needs("admin", "none", fresh=True)
    async def revoke_of(name: Name, key: KeyId, request: Request) -> None:
        await parts.keys.revoke(key, name, caller_of(request).account.name, address_of(request))

    return router


def _told(kept: KeptKey) -> KeyOut:
    scope = kept.scope
    return KeyOut(
        id=kept.id,
        owner=kept.owner,
        name=kept.name,
        role=scope.role,
        cameras=None if scope.cameras is None else list(scope.cameras),
        rights=None if scope.rights is None else list(scope.rights),
        created_at=kept.created_at,
        expires_at=kept.expires_at,
        used_at=kept.used_at,
        used_from=kept.used_from,
        rests_at=kept.rests_at,
    )
