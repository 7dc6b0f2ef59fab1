"""API keys as rows: good for who has the secret, until they end, while their owner may log in; on both databases."""

import asyncio
from datetime import timedelta

import pytest
from sqlmodel import col, select

from controller.adapters.key_store import MOST_KEYS, SqlKeys
from controller.adapters.people_store import PeopleStore
from controller.adapters.tables import ApiKeyRow, AuditRow
from controller.core.api_key import SECRET_CHARS, Scope, written
from controller.errors import Missing
from controller.ports.keys import KeptKey
from shared.errors import Rejected
from tests.contract.controller.conftest import Site

DAY_MS = 86_400_000


@pytest.fixture
async def people(site: Site) -> PeopleStore:
    people = PeopleStore(site.database, site.clock)
    for name in ("kim", "lee"):
        await people.add_user(name, "admin", password_hash="x", must_set_password=False, who="test")
    return people


async def made(site: Site, owner: str = "lee", name: str = "report") -> tuple[KeptKey, str]:
    scope = Scope("viewer", ("gate",), ("view", "playback"))
    end = site.clock.now() + timedelta(days=7)
    return await SqlKeys(site.database, site.clock).add(owner, name, scope, end, owner, "10.0.0.1")


@pytest.mark.usefixtures("people")
async def test_it_answers_for_its_owner_with_its_scope_until_it_ends(site: Site) -> None:
    keys, (kept, token) = SqlKeys(site.database, site.clock), await made(site)
    held = await keys.holder(token, "10.0.0.9")
    assert held is not None
    assert (held.id, held.person.name, held.scope) == (kept.id, "lee", kept.scope)
    for wrong in ("", token[:-1], written(kept.id, "0" * SECRET_CHARS), written("0" * 12, "0" * SECRET_CHARS)):
        assert await keys.holder(wrong, "") is None
    site.clock.at_ms += 7 * DAY_MS
    assert await keys.holder(token, "") is None


async def test_who_is_shut_out_or_has_to_set_a_password_takes_their_keys_along(site: Site, people: PeopleStore) -> None:
    keys, (_, token) = SqlKeys(site.database, site.clock), await made(site)
    await people.change("lee", "kim", role=None, enabled=False)
    assert await keys.holder(token, "") is None
    await people.change("lee", "kim", role=None, enabled=True)
    assert await keys.holder(token, "") is not None
    await people.require_password("lee", "kim", last_too=False)
    assert await keys.holder(token, "") is None


@pytest.mark.usefixtures("people")
async def test_its_use_is_written_down_once_in_ten_minutes(site: Site) -> None:
    keys, (_, token) = SqlKeys(site.database, site.clock), await made(site)
    seen = []
    for from_where in ("10.0.0.1", "10.0.0.2"):
        await keys.holder(token, from_where)
        seen.append([(one.used_at, one.used_from) for one in await keys.of("lee")])
    first = site.clock.now()
    assert seen == [[(first, "10.0.0.1")]] * 2
    site.clock.at_ms += 600_000
    await keys.holder(token, "10.0.0.2")
    assert [(one.used_at, one.used_from) for one in await keys.of("lee")] == [(site.clock.now(), "10.0.0.2")]


@pytest.mark.usefixtures("people")
async def test_it_is_revoked_by_its_owner_or_by_who_may_for_everybody(site: Site) -> None:
    keys, (mine, token), (other, _) = SqlKeys(site.database, site.clock), await made(site), await made(site, "kim")
    assert {one.id for one in await keys.of(None)} == {mine.id, other.id}
    with pytest.raises(Missing):
        await keys.revoke(mine.id, "kim", "kim", "")
    await keys.revoke(mine.id, "lee", "lee", "")
    await keys.revoke(other.id, None, "root", "")
    assert await keys.holder(token, "") is None
    assert await keys.of(None) == []
    with pytest.raises(Missing):
        await made(site, "nobody")


@pytest.mark.usefixtures("people")
async def test_the_secret_is_nowhere_and_the_bound_holds_for_many_at_once(site: Site) -> None:
    _, token = await made(site)
    async with site.database.writing() as session:
        row = (await session.scalars(select(ApiKeyRow))).one()
        audit = [f"{one.what} {one.detail}" for one in await session.scalars(select(AuditRow))]
        assert token.partition("_")[2].partition("_")[2][:SECRET_CHARS] not in f"{row.secret_sha256} {audit}"
        told = row.model_dump()
        session.add_all(ApiKeyRow(**{**told, "id": f"{number:012x}"}) for number in range(MOST_KEYS - 2))
    answers = await asyncio.gather(*(made(site, name=f"n{number}") for number in range(4)), return_exceptions=True)
    assert sum(isinstance(one, Rejected) for one in answers) == 3
    async with site.database.reading() as session:
        assert len(list(await session.scalars(select(ApiKeyRow.id).where(col(ApiKeyRow.owner) == "lee")))) == MOST_KEYS
