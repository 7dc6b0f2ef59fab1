"""Somebody new, their rights, code and entry in the audit are there together or not at all; on both databases."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import select

from controller.adapters.database import Database
from controller.adapters.people_store import PeopleStore
from controller.adapters.tables import AuditRow, CameraRow, OneTimeCodeRow, UserRow
from controller.flows.manage_people import ManagePeople
from shared.errors import Transient
from tests.contract.controller.conftest import Site


class Dying(Database):
    """The database of a process that ends before, or after, one transaction of it has ended."""

    commits = True
    dead = False

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        if self.dead:
            raise Transient("the process is gone")
        self.dead = True
        async with super().writing() as session:
            yield session
            await session.flush()
            if not self.commits:
                raise Transient("the process is gone")


async def rows(site: Site) -> tuple[list[str], int, list[str]]:
    async with site.database.reading() as session:
        people = list(await session.scalars(select(UserRow.name)))
        codes = len(list(await session.scalars(select(OneTimeCodeRow.code_sha256))))
        return people, codes, list(await session.scalars(select(AuditRow.what)))


@pytest.mark.parametrize("commits", [False, True])
async def test_an_invitation_is_whole_or_is_not(site: Site, database_url: str, commits: bool) -> None:
    async with site.database.writing() as session:
        session.add(CameraRow(id="gate.yard", node="gate"))
    dying = Dying(database_url)
    dying.commits = commits
    manage = ManagePeople(PeopleStore(dying, site.clock), site.clock)
    invited = None
    try:
        invited = await manage.add("lee", "viewer", {"gate.yard": ["view"]}, "kim")
    except Transient:
        assert not commits
    finally:
        await dying.close()
    assert await rows(site) == ((["lee"], 1, ["user.add"]) if commits else ([], 0, []))
    if invited is not None:
        entered = await PeopleStore(site.database, site.clock).use_code(invited.code)
        assert entered is not None
        assert entered.given == {"gate.yard": ["view"]}


@pytest.mark.parametrize("commits", [False, True])
async def test_a_code_in_place_of_a_password_is_there_as_soon_as_that_is_void(
    site: Site, database_url: str, commits: bool
) -> None:
    people = PeopleStore(site.database, site.clock)
    for name in ("kim", "lee"):
        await people.add_user(name, "admin", password_hash="$argon2id$x", must_set_password=False, who="system")
    dying = Dying(database_url)
    dying.commits = commits
    given = None
    try:
        given = await ManagePeople(PeopleStore(dying, site.clock), site.clock).reset("lee", "kim")
    except Transient:
        assert not commits
    finally:
        await dying.close()
    lee = await people.user("lee")
    assert lee is not None
    assert (lee.password_hash is None, lee.must_set_password) == (commits, commits)
    if given is not None:
        assert await people.use_code(given.code) is not None
