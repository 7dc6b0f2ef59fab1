"""Layouts on both databases: a person's own are theirs, the site's are everybody's and an administrator's to change."""

import pytest
from sqlmodel import col, select

from controller.adapters.layout_store import SqlLayouts
from controller.adapters.tables import AuditRow
from controller.api.layout_schemas import LayoutOut
from controller.core.wall_layout import MOST_OWN
from controller.errors import Conflict, Missing, Refused
from controller.flows.manage_exports import Asker
from controller.flows.manage_layouts import ManageLayouts
from shared.errors import Rejected
from tests.contract.controller.conftest import Site

KIM, LEE, ADMIN = Asker("kim", admin=False), Asker("lee", admin=False), Asker("root", admin=True)
PLACES = ["gate.yard", None, "gate.door"]


@pytest.fixture
def layouts(site: Site) -> ManageLayouts:
    return ManageLayouts(SqlLayouts(site.database, site.clock))


async def names(layouts: ManageLayouts, asker: Asker) -> list[tuple[str, bool]]:
    return [(one["name"], one["shared"]) for one in await layouts.all(asker)]


async def test_each_sees_their_own_and_the_sites(layouts: ManageLayouts) -> None:
    mine = LayoutOut.model_validate(await layouts.add("night", 4, PLACES, 10, KIM, shared=False))
    assert (mine.cameras, mine.tiles, mine.turn_s, mine.shared) == (PLACES, 4, 10, False)
    await layouts.add("night", 9, PLACES, 0, ADMIN, shared=True)
    assert await names(layouts, KIM) == [("night", False), ("night", True)]
    assert await names(layouts, LEE) == [("night", True)]
    with pytest.raises(Refused):
        await layouts.add("day", 4, [], 0, KIM, shared=True)


async def test_only_who_owns_it_changes_it(site: Site, layouts: ManageLayouts) -> None:
    mine = (await layouts.add("night", 4, PLACES, 0, KIM, shared=False))["id"]
    shared = (await layouts.add("day", 4, PLACES, 0, ADMIN, shared=True))["id"]
    for asker in (LEE, ADMIN):
        with pytest.raises(Missing):
            await layouts.put(mine, "taken over", 4, [], 0, asker)
        with pytest.raises(Missing):
            await layouts.remove(mine, asker)
    with pytest.raises(Refused):
        await layouts.put(shared, "mine now", 4, [], 0, KIM)
    with pytest.raises(Refused):
        await layouts.remove(shared, KIM)
    put = await layouts.put(mine, "late", 16, ["gate.door"], 30, KIM)
    assert (put["id"], put["name"], put["tiles"], put["cameras"]) == (mine, "late", 16, ["gate.door"])
    await layouts.remove(mine, KIM)
    await layouts.remove(shared, ADMIN)
    assert await names(layouts, KIM) == []
    async with site.database.reading() as session:
        told = list(await session.scalars(select(AuditRow.what).order_by(col(AuditRow.id))))
    assert told == ["layout.add", "layout.remove"], "the site's alone are written down"


async def test_names_differ_and_nobody_saves_without_end(layouts: ManageLayouts) -> None:
    first = (await layouts.add("a", 4, [], 0, KIM, shared=False))["id"]
    await layouts.add("b", 4, [], 0, KIM, shared=False)
    for name in ("a", " b "):
        with pytest.raises(Conflict):
            await layouts.add(name, 4, [], 0, KIM, shared=False)
    with pytest.raises(Conflict):
        await layouts.put(first, "b", 4, [], 0, KIM)
    await layouts.put(first, "a", 9, [], 0, KIM)
    for number in range(MOST_OWN - 2):
        await layouts.add(f"n{number}", 4, [], 0, KIM, shared=False)
    with pytest.raises(Rejected) as told:
        await layouts.add("one more", 4, [], 0, KIM, shared=False)
    assert told.value.field == "name"
    await layouts.add("one more", 4, [], 0, LEE, shared=False)
