"""Sessions as rows: they last while they are used and no longer than allowed, and end for every process at once."""

from datetime import timedelta

import pytest

from controller.adapters.people_store import PeopleStore
from controller.adapters.session_store import SqlSessions
from controller.adapters.sessions import Keyring
from controller.core.session_life import Lasting
from controller.errors import Missing, Unauthenticated
from controller.ports import Login
from tests.contract.controller.conftest import Site

LASTING = Lasting(idle=timedelta(hours=2), longest=timedelta(hours=9))
MINUTE_MS = 60_000


@pytest.fixture
async def people(site: Site) -> PeopleStore:
    people = PeopleStore(site.database, site.clock)
    for name in ("kim", "park"):
        await people.add_user(name, "admin", password_hash="x", must_set_password=False, who="test")
    return people


async def begun(site: Site, name: str = "kim") -> Login:
    login = Keyring("k" * 64, site.clock).new_session(name, LASTING.longest)
    user = await PeopleStore(site.database, site.clock).user(name)
    assert user is not None
    await SqlSessions(site.database, site.clock, LASTING).begin(login, user.session_epoch, "10.0.0.1", "Browser")
    return login


@pytest.mark.usefixtures("people")
async def test_a_session_ends_without_use_and_at_the_latest(site: Site) -> None:
    sessions, login = SqlSessions(site.database, site.clock, LASTING), await begun(site)
    held = await sessions.holder(login)
    assert held is not None
    assert held.person.name == "kim"
    assert held.proven_at == site.clock.now()
    for _ in range(8):
        site.clock.at_ms += 60 * MINUTE_MS
        assert await sessions.holder(login) is not None, "it is used"
    site.clock.at_ms += 60 * MINUTE_MS
    assert await sessions.holder(login) is None, "used or not"
    idle = await begun(site)
    site.clock.at_ms += 121 * MINUTE_MS
    assert await sessions.holder(idle) is None
    assert await sessions.of("kim") == []


@pytest.mark.usefixtures("people")
async def test_use_is_written_down_once_a_minute(site: Site) -> None:
    sessions, login = SqlSessions(site.database, site.clock, LASTING), await begun(site)
    began = site.clock.now()
    for after_ms, seen in ((30_000, began), (59_000, began), (61_000, began + timedelta(seconds=61))):
        site.clock.at_ms += after_ms - round((site.clock.now() - began).total_seconds() * 1000)
        await sessions.holder(login)
        assert (await sessions.of("kim"))[0].seen_at == seen


async def test_ending_one_or_all_but_one_leaves_the_others(site: Site, people: PeopleStore) -> None:
    sessions = SqlSessions(site.database, site.clock, LASTING)
    one, two, three, other = [await begun(site) for _ in range(3)] + [await begun(site, "park")]
    with pytest.raises(Missing):
        await sessions.end("kim", other.id, "kim", "session.end", "")
    await sessions.end("kim", one.id, "kim", "session.end", "10.0.0.1")
    assert [await sessions.holder(login) is None for login in (one, two, three, other)] == [True, False, False, False]
    assert await sessions.end_all("kim", "park", "", but=three.id) == 1
    assert [await sessions.holder(login) is None for login in (two, three, other)] == [True, False, False]
    await people.set_password("kim", "y", "kim")
    assert await sessions.holder(three) is None
    assert await sessions.of("kim") == []
    await people.change("park", "kim", role=None, enabled=False)
    assert await sessions.holder(other) is None
    with pytest.raises(Missing):
        await sessions.of("lee")
    with pytest.raises(Missing):
        await sessions.end_all("lee", "kim", "")


@pytest.mark.usefixtures("people")
async def test_a_cookie_in_anothers_name_is_nobody(site: Site) -> None:
    login = await begun(site)
    forged = Login("park", login.csrf, login.secret, login.expires_at)
    assert await SqlSessions(site.database, site.clock, LASTING).holder(forged) is None


async def test_a_proof_counts_no_more_once_the_password_was_voided(site: Site, people: PeopleStore) -> None:
    proven = await people.user("kim")
    assert proven is not None
    await people.require_password("kim", "park", last_too=False)
    await people.add_code("for kim alone", "kim", site.clock.now() + timedelta(hours=1))
    sessions, login = SqlSessions(site.database, site.clock, LASTING), Keyring("k" * 64, site.clock)
    late = login.new_session("kim", LASTING.longest)
    with pytest.raises(Unauthenticated):
        await sessions.begin(late, proven.session_epoch, "10.0.0.9", "Browser")
    with pytest.raises(Unauthenticated):
        await people.set_password("kim", "the intruder's", "kim", "10.0.0.9", proven.session_epoch)
    assert await sessions.holder(late) is None
    assert await people.use_code("for kim alone") is not None, "what kim was given stands"


async def test_a_proof_counts_no_more_once_somebody_was_shut_out(site: Site, people: PeopleStore) -> None:
    await people.change("kim", "park", role=None, enabled=False)
    shut_out = await people.user("kim")
    assert shut_out is not None
    login = Keyring("k" * 64, site.clock).new_session("kim", LASTING.longest)
    sessions = SqlSessions(site.database, site.clock, LASTING)
    with pytest.raises(Unauthenticated):
        await sessions.begin(login, shut_out.session_epoch, "10.0.0.9", "Browser")
