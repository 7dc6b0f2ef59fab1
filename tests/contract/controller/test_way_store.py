"""Switches of ways out on both databases: taken over once, opened to where they lead, shut for good, in the audit."""

import asyncio
from dataclasses import replace

import pytest
from sqlmodel import col, select

from controller.adapters.tables import AuditRow
from controller.adapters.way_store import SqlWays
from controller.core.ways_out import Way
from controller.errors import WayShut
from tests.contract.controller.conftest import Site

NAS = Way("export", "nas", True, True, "setting", "/mnt/nas")
MODEL = Way("language_model", "llm.example", True, True, "setting", "https://llm.example/v1 seer")
UNUSED = Way("serving", "worker.serving_hosts", False, True, "setting")


def ways(site: Site, *settled: Way) -> SqlWays:
    return SqlWays(site.database, site.clock, settled)


async def audited(site: Site) -> list[tuple[str, str, str, object, object]]:
    async with site.database.reading() as session:
        rows = await session.scalars(
            select(AuditRow).where(col(AuditRow.what).startswith("way.")).order_by(col(AuditRow.id))
        )
        return [(row.who, row.what, row.subject, row.detail["before"], row.detail["after"]) for row in rows]


async def test_what_is_in_use_is_taken_over_once_and_what_comes_later_is_shut(site: Site) -> None:
    await asyncio.gather(*(ways(site, NAS, UNUSED).take_over() for _ in range(3)))
    told = await audited(site)
    assert [(who, what, subject) for who, what, subject, _, _ in told] == [("system", "way.open", "export:nas")]
    later = ways(site, NAS, MODEL)
    await later.take_over()
    await later.door("export", "nas").through()
    with pytest.raises(WayShut, match=r"language_model llm\.example"):
        await later.door("language_model", "llm.example").through()
    assert await audited(site) == told


async def test_what_is_named_after_the_site_was_made_is_shut_though_no_door_was_asked_yet(site: Site) -> None:
    await ways(site).take_over()  # as the site's database is prepared
    later = ways(site, MODEL)
    await later.take_over()
    with pytest.raises(WayShut):
        await later.door("language_model", "llm.example").through()
    assert await later.switches() == {}
    assert await audited(site) == []


async def test_who_leads_elsewhere_is_shut_until_somebody_opens_it_anew(site: Site) -> None:
    await ways(site, NAS).take_over()
    await ways(site, NAS).door("export", "nas").through()
    moved = ways(site, replace(NAS, leads="/mnt/elsewhere"))
    with pytest.raises(WayShut):
        await moved.door("export", "nas").through()
    new = moved.settled["export", "nas"]
    await moved.put(new, is_open=True, who="kim", reason="the new disk", address="::1")
    await moved.door("export", "nas").through()
    with pytest.raises(WayShut):
        await ways(site, NAS).door("export", "nas").through()
    _, last = await audited(site)
    assert last[:3] == ("kim", "way.open", "export:nas")
    assert last[4] == {"open": True, "leads": "/mnt/elsewhere", "reason": "the new disk"}
    assert isinstance(last[3], dict)
    assert last[3]["leads"] == "/mnt/nas"


async def test_one_that_somebody_made_is_shut_by_an_administrator(site: Site) -> None:
    found = ways(site)
    doors, office = found.doors("message"), Way("message", "office", True, True, "row", "https")
    await doors.through("office")
    await found.put(office, is_open=False, who="kim", reason="not ours", address="")
    with pytest.raises(WayShut):
        await doors.through("office")
    await doors.through("yard")
    assert await doors.shut() == frozenset({"office"})
    await found.put(office, is_open=True, who="kim", reason="it is", address="")
    await doors.through("office")
    assert [what for _, what, *_ in await audited(site)] == ["way.close", "way.open"]
