"""Clear pictures for some minutes, as rows: one at a time for a session and a camera, and over in time; on both."""

import asyncio
from datetime import timedelta

import pytest
from sqlmodel import col, select

from controller.adapters.people_store import PeopleStore
from controller.adapters.session_store import SqlSessions
from controller.adapters.sessions import Keyring
from controller.adapters.tables import AuditRow, CameraRow
from controller.adapters.unmask_store import SqlUnmasks
from controller.core.session_life import Lasting
from controller.errors import Conflict, Missing
from controller.ports.unmask import Asked
from shared.ids import CameraId
from shared.mint import uuid7
from tests.contract.controller.conftest import Site

MINUTE_MS = 60_000


@pytest.fixture
async def asked(site: Site) -> Asked:
    """Somebody who is logged in and asks for one camera."""
    people = PeopleStore(site.database, site.clock)
    await people.add_user("kim", "admin", password_hash="x", must_set_password=False, who="test")
    login = Keyring("k" * 64, site.clock).new_session("kim", timedelta(hours=9))
    await SqlSessions(site.database, site.clock, Lasting()).begin(login, 0, "10.0.0.1", "Browser")
    async with site.database.writing() as session:
        session.add_all(CameraRow(id=one, node="gate") for one in ("gate.yard", "gate.door"))
    return Asked(who="kim", session=login.id, camera=CameraId("gate.yard"), reason="somebody fell", address="10.0.0.1")


def store(site: Site) -> SqlUnmasks:
    return SqlUnmasks(site.database, site.clock, uuid7)


async def deeds(site: Site) -> list[tuple[str, str, str]]:
    query = select(AuditRow).where(col(AuditRow.what).startswith("unmask")).order_by(col(AuditRow.id))
    async with site.database.reading() as session:
        return [(one.who, one.what, one.subject) for one in await session.scalars(query)]


async def test_it_lasts_for_its_session_alone_and_ends_in_time_with_an_entry(site: Site, asked: Asked) -> None:
    unmasks = store(site)
    begun = await unmasks.begin(asked, site.clock.now() + timedelta(minutes=5))
    assert [one.id for one in await unmasks.of(asked.session)] == [begun.id]
    assert await unmasks.of("another") == []
    site.clock.at_ms += 5 * MINUTE_MS - 1
    assert await unmasks.end_due() == 0
    site.clock.at_ms += 1
    assert await unmasks.of(asked.session) == [], "over, also before anybody closes it"
    assert sum(await asyncio.gather(*(store(site).end_due() for _ in range(3)))) == 1
    assert await deeds(site) == [("kim", "unmask.begin", "gate.yard"), ("kim", "unmask.end", "gate.yard")]


async def test_of_many_at_once_one_begins(site: Site, asked: Asked) -> None:
    until = site.clock.now() + timedelta(minutes=5)
    answers = await asyncio.gather(*(store(site).begin(asked, until) for _ in range(4)), return_exceptions=True)
    assert sum(isinstance(one, Conflict) for one in answers) == 3, answers
    assert len(await deeds(site)) == 1


async def test_it_is_ended_by_its_own_session_once(site: Site, asked: Asked) -> None:
    unmasks = store(site)
    begun = await unmasks.begin(asked, site.clock.now() + timedelta(minutes=5))
    with pytest.raises(Missing):
        await unmasks.end(begun.id, "another", "lee", "")
    await unmasks.end(begun.id, asked.session, "kim", "")
    with pytest.raises(Missing):
        await unmasks.end(begun.id, asked.session, "kim", "")
    assert await unmasks.begin(asked, site.clock.now() + timedelta(minutes=1)) is not None
    assert [what for _, what, _ in await deeds(site)] == ["unmask.begin", "unmask.end", "unmask.begin"]
