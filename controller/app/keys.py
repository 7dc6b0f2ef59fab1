"""Wires API keys for the command line: straight to the database of a local site."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from controller.adapters.database import Database
from controller.adapters.key_store import SqlKeys
from controller.adapters.people_store import PeopleStore
from controller.app.site import Site
from controller.core.api_key import parse_scope
from controller.errors import Missing
from controller.flows.manage_keys import ManageKeys
from controller.ports import State
from controller.ports.keys import KeptKey
from shared.clock import SystemClock
from shared.texts import say


@asynccontextmanager
async def _keys(site: Site) -> AsyncIterator[tuple[ManageKeys, PeopleStore]]:
    database, clock = Database(site.settings.database()), SystemClock()
    try:
        keys = SqlKeys(database, clock, provided=site.settings.oidc.keys_go_on)
        yield ManageKeys(keys, clock), PeopleStore(database, clock)
    finally:
        await database.close()


async def add_key(
    site: Site,
    owner: str,
    name: str,
    role: str,
    days: int,
    who: str,
    cameras: Sequence[str] | None = None,
    rights: Sequence[str] | None = None,
) -> tuple[State, str]:
    """A key in somebody's name, and as it is written: shown this once."""
    scope = parse_scope(role, cameras, rights)
    async with _keys(site) as (keys, people):
        person = await people.user(owner)
        if person is None:
            raise Missing("username", say("unknown", key=owner))
        kept, token = await keys.add(person, name, scope, days, who, "")
    return _told(kept), token


async def list_keys(site: Site, owner: str | None) -> list[State]:
    """Somebody's keys, or everybody's."""
    async with _keys(site) as (keys, _):
        return [_told(one) for one in await keys.of(owner)]


async def revoke_key(site: Site, key_id: str, who: str) -> None:
    """End a key; `Missing` when there is none."""
    async with _keys(site) as (keys, _):
        await keys.revoke(key_id, None, who, "")


def _told(kept: KeptKey) -> State:
    scope = kept.scope
    return {
        "id": kept.id,
        "owner": kept.owner,
        "name": kept.name,
        "role": scope.role,
        "cameras": None if scope.cameras is None else list(scope.cameras),
        "rights": None if scope.rights is None else list(scope.rights),
        "expires_at": kept.expires_at.isoformat(timespec="seconds"),
        "used_at": None if kept.used_at is None else kept.used_at.isoformat(timespec="seconds"),
        "used_from": kept.used_from,
        "rests_at": None if kept.rests_at is None else kept.rests_at.isoformat(timespec="seconds"),
    }
