"""Keys of somebody whom an identity provider logs in rest once it does so no more; on both databases."""

from datetime import timedelta

import pytest

from controller.adapters.key_store import SqlKeys
from controller.adapters.people_store import PeopleStore
from controller.adapters.provided_people import SqlProvidedPeople
from controller.core.api_key import SECRET_CHARS, Scope, written
from controller.core.oidc import Identity
from controller.errors import Unauthenticated
from shared.texts import said
from tests.contract.controller.conftest import Site

LEE = Identity("https://id.yard", "u-77", "viewer", "lee", "", None)
LASTS = timedelta(days=30)
LASTS_MS = 30 * 86_400_000


async def test_a_key_goes_on_while_its_owner_logs_in_there_and_rests_when_not(site: Site) -> None:
    people, keys = SqlProvidedPeople(site.database, site.clock, sees_all=True), SqlKeys(site.database, site.clock)
    owner = (await people.arrive(LEE, "10.0.0.1", None)).name
    end = site.clock.now() + timedelta(days=90)
    kept, token = await keys.add(owner, "report", Scope("viewer"), end, owner, "")
    assert kept.rests_at == site.clock.now() + LASTS
    site.clock.at_ms += LASTS_MS - 1
    assert await keys.holder(token, "") is not None
    site.clock.at_ms += 1
    with pytest.raises(Unauthenticated) as told:
        await keys.holder(token, "")
    assert (told.value.field, said(told.value.fault)) == ("key", {"code": "key_rests", "params": {"days": 30}})
    assert await keys.holder(written(kept.id, "0" * SECRET_CHARS), "") is None, "who knows no secret learns nothing"
    await people.arrive(LEE, "10.0.0.1", None)
    assert await keys.holder(token, "") is not None
    assert [one.rests_at for one in await keys.of(owner)] == [site.clock.now() + LASTS]


async def test_a_key_rests_at_once_when_the_provider_gives_its_owner_no_role_any_more(site: Site) -> None:
    people, keys = SqlProvidedPeople(site.database, site.clock, sees_all=True), SqlKeys(site.database, site.clock)
    before = await people.arrive(LEE, "10.0.0.1", None)
    _, token = await keys.add("lee", "report", Scope("viewer"), site.clock.now() + LASTS, "lee", "")
    await people.depart(LEE.issuer, "u-78", "10.0.0.1")
    assert await keys.holder(token, "") is not None, "that was somebody else"
    await people.depart(LEE.issuer, LEE.subject, "10.0.0.1")
    with pytest.raises(Unauthenticated):
        await keys.holder(token, "")
    after = await PeopleStore(site.database, site.clock).user("lee")
    assert after is not None
    assert after.session_epoch == before.session_epoch + 1, "their sessions are over, too"


async def test_keys_of_who_has_a_password_here_do_not_rest(site: Site) -> None:
    await PeopleStore(site.database, site.clock).add_user(
        "kim", "viewer", password_hash="x", must_set_password=False, who="test"
    )
    keys = SqlKeys(site.database, site.clock)
    kept, token = await keys.add("kim", "report", Scope("viewer"), site.clock.now() + 9 * LASTS, "kim", "")
    assert kept.rests_at is None
    site.clock.at_ms += 8 * LASTS_MS
    assert await keys.holder(token, "") is not None
