"""What somebody may see from the first moment on, and once they administer no more; on both databases."""

import asyncio
from functools import partial

import pytest
from sqlmodel import col, select

from controller.adapters.people_store import PeopleStore
from controller.adapters.tables import AuditRow, CameraRow
from controller.core.grants import Given
from shared.errors import Rejected
from tests.contract.controller.conftest import Site


async def test_who_administers_no_more_sees_nothing_that_was_not_given(site: Site) -> None:
    people = PeopleStore(site.database, site.clock)
    for name in ("kim", "park"):
        await people.add_user(name, "admin", password_hash="$argon2id$x", must_set_password=False, who="system")
    assert (await people.change("park", "kim", role="viewer", enabled=None)).given == {}
    assert (await people.give("park", None, "kim")).given is None
    assert (await people.change("park", "kim", role="operator", enabled=None)).given is None, "was no administrator"
    async with site.database.reading() as session:
        written = list(await session.scalars(select(AuditRow.what).order_by(col(AuditRow.id))))
    assert written == [*["user.add"] * 2, "user.change", *["user.grant"] * 2, "user.change"]


async def test_somebody_new_is_kept_to_cameras_from_the_first_moment_on(site: Site) -> None:
    people = PeopleStore(site.database, site.clock)
    async with site.database.writing() as session:
        session.add(CameraRow(id="gate.yard", node="gate"))
    add = partial(people.add_user, password_hash=None, must_set_password=True, who="kim")
    for role, given, fault in (
        ("admin", {"gate": ["view"]}, "everything"),
        ("viewer", {"shed": ["view"]}, "not known"),
    ):
        with pytest.raises(Rejected, match=fault):
            await add("lee", role, given=given)
    assert await people.user("lee") is None
    await add("lee", "viewer", given={"gate.yard": ["view"]})
    added = await people.user("lee")
    assert added is not None
    assert added.given == {"gate.yard": ["view"]}


def adding(camera: str, before: Given) -> Given:
    return {**before, camera: ["view"]}


async def test_two_who_give_rights_at_once_lose_nothing_of_each_other(site: Site) -> None:
    people = PeopleStore(site.database, site.clock)
    await people.add_user("park", "viewer", password_hash="x", must_set_password=False, who="system", given={})
    more = ("gate.c1", "gate.c2", "gate.c3", "gate.c4")
    async with site.database.writing() as session:
        session.add_all(CameraRow(id=one, node="gate") for one in more)
    await asyncio.gather(*(people.regive("park", partial(adding, one), "kim") for one in more))
    after = await people.user("park")
    assert after is not None
    assert set(after.given or ()) == set(more)
