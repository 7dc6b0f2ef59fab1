"""Holds on both databases: what is held does not go, whoever held it, and whenever it came."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from controller.adapters.export_store import SqlExportStore
from controller.adapters.hold_store import SqlHoldStore
from controller.adapters.retention_store import SqlRetentionStore
from controller.adapters.tables import AlarmRow, AuditRow, OccurrenceRow, RunRow
from controller.api.export_schemas import HoldOut, HoldPage
from controller.core.retention import CLASSES, Retention
from controller.errors import Missing, Refused
from controller.flows.manage_exports import Asker
from controller.flows.manage_holds import LONGEST_HOLD_MS, ManageHolds
from controller.flows.sweep import sweep_once
from shared.errors import Rejected
from shared.ids import RunId
from shared.mint import uuid7
from tests.builders import T0, node_status, occurrence, rule, verdict
from tests.contract.controller.conftest import Site
from tests.fakes.site import MemoryObjects

CAMERA = "gate.yard"
DAY_MS = 86_400_000
OLD = Retention(dict.fromkeys(CLASSES, DAY_MS))
KIM, LEE, ADMIN = Asker("kim", admin=False), Asker("lee", admin=False), Asker("root", admin=True)


def run(number: int, **given: Any) -> RunRow:
    values: dict[str, Any] = {
        "id": f"r{number}", "camera": CAMERA, "rev": 1, "state": "stored", "media_class": "motion",
        "start_ms": T0 + number * 10_000, "end_ms": T0 + (number + 1) * 10_000, "codec": "x", "width_px": 1,
        "height_px": 1, "length_bytes": 5, "init_bytes": 1, "sha256": "", "md5": "", "segments": [],
        "key": f"k{number}", "fact": f"f{number}",
    }  # fmt: skip
    return RunRow(**(values | given))


@pytest.fixture
async def holds(site: Site) -> ManageHolds:
    await site.facts.save_status(node_status(CAMERA))
    async with site.database.writing() as session:
        session.add_all(run(number) for number in range(4))
    site.clock.at_ms += 40_000
    return ManageHolds(SqlHoldStore(site.database, site.clock), site.clock, SqlExportStore(site.database, site.clock))


async def swept(site: Site) -> list[str]:
    """Runs that are left after retention of everything that is old."""
    objects = MemoryObjects()
    await sweep_once(SqlRetentionStore(site.database, site.clock), objects, site.clock, OLD)
    async with site.database.reading() as session:
        query = select(RunRow.id).where(col(RunRow.state) == "stored").order_by(col(RunRow.start_ms))
        return list(await session.scalars(query))


async def test_what_is_held_stays_until_it_is_released(site: Site, holds: ManageHolds) -> None:
    first = await holds.add(CAMERA, T0 + 5_000, T0 + 12_000, " theft ", KIM)
    second = await holds.add(CAMERA, T0 + 11_000, T0 + 21_000, "appeal", LEE)
    told = HoldOut.model_validate(first)
    assert (told.reason, told.runs, told.bytes, told.who) == ("theft", 2, 10, "kim")
    async with site.database.reading() as session:
        flags = list(await session.scalars(select(RunRow.held).order_by(col(RunRow.start_ms))))
    assert flags == [True, True, True, False]
    site.clock.at_ms += 2 * DAY_MS
    assert await swept(site) == ["r0", "r1", "r2"]
    assert (await holds.release(first["id"], KIM))["released_by"] == "kim"
    assert await swept(site) == ["r1", "r2"], "the second hold has the run that both had"
    await holds.release(second["id"], ADMIN)
    assert await swept(site) == []


async def test_what_comes_into_a_held_span_later_is_held(site: Site, holds: ManageHolds) -> None:
    await holds.add(CAMERA, T0, T0 + 40_000, "theft", KIM)
    late = run(9, id="late", start_ms=T0 + 1_000, end_ms=T0 + 2_000)
    async with site.database.writing() as session:
        session.add(late)
    site.clock.at_ms += 2 * DAY_MS
    assert await swept(site) == ["r0", "late", "r1", "r2", "r3"]
    assert await SqlRetentionStore(site.database, site.clock).begin_expiry(RunId("late")) is None


async def test_a_hold_that_comes_while_a_run_goes_does_not_say_that_it_holds_it(site: Site, holds: ManageHolds) -> None:
    rows = SqlRetentionStore(site.database, site.clock)
    assert await rows.begin_expiry(RunId("r1")) == "k1"
    await holds.add(CAMERA, T0, T0 + 40_000, "theft", KIM)
    async with site.database.reading() as session:
        flags = list(await session.scalars(select(RunRow.held).order_by(col(RunRow.start_ms))))
    assert flags == [True, False, True, True]
    assert await rows.begin_expiry(RunId("r2")) is None
    await rows.mark_expired(RunId("r1"))
    assert await rows.begin_expiry(RunId("r1")) is None


async def test_a_held_occurrences_picture_stays(site: Site, holds: ManageHolds) -> None:
    await site.judging.save_judgement(None, verdict(), (occurrence(rule(), 5, 8),))
    async with site.database.writing() as session:
        for row in await session.scalars(select(OccurrenceRow)):
            row.picture_key = "p"
    rows = SqlRetentionStore(site.database, site.clock)
    assert await rows.old_pictures(T0 + DAY_MS, 9) == ("p",)
    state = await holds.add(CAMERA, T0 + 4_000, T0 + 6_000, "theft", KIM)
    assert await rows.old_pictures(T0 + DAY_MS, 9) == ()
    await holds.release(state["id"], KIM)
    assert await rows.old_pictures(T0 + DAY_MS, 9) == ("p",)


async def test_holds_are_listed_and_on_record(site: Site, holds: ManageHolds) -> None:
    ids = [(await holds.add(CAMERA, T0, T0 + 1, "theft", KIM))["id"] for _ in range(3)]
    await holds.release(ids[1], KIM)
    await holds.release(ids[1], KIM)
    page = HoldPage.model_validate(await holds.book.page(released=False, cursor=None, limit=1))
    assert [str(one.id) for one in page.items] == [ids[2]]
    rest = await holds.book.page(released=False, cursor=page.next, limit=9)
    assert [one["id"] for one in rest["items"]] == [ids[0]]
    both = await holds.book.page(released=True, cursor=None, limit=9)
    assert [one["id"] for one in both["items"]] == ids[::-1]
    async with site.database.reading() as session:
        told = list(await session.scalars(select(AuditRow.what).order_by(col(AuditRow.id))))
    assert told == ["hold.add"] * 3 + ["hold.release"]


async def test_what_cannot_be_held_is_refused(holds: ManageHolds) -> None:
    state = await holds.add(CAMERA, T0, T0 + 1, "theft", KIM)
    with pytest.raises(Refused):
        await holds.release(state["id"], LEE)
    for span in ((T0, T0), (T0, T0 + DAY_MS), (T0 - LONGEST_HOLD_MS, T0 + 1)):
        with pytest.raises(Rejected):
            await holds.add(CAMERA, *span, "theft", KIM)
    with pytest.raises(Rejected, match="reason"):
        await holds.add(CAMERA, T0, T0 + 1, "  ", KIM)
    with pytest.raises(Missing):
        await holds.add("gate.none", T0, T0 + 1, "theft", KIM)
    with pytest.raises(Missing):
        await holds.release(uuid7(), KIM)


async def test_an_alarm_is_held_as_each_camera_saw_it_and_found_by_its_time(site: Site, holds: ManageHolds) -> None:
    await site.judging.save_judgement(None, verdict(), (occurrence(rule(), 5, 8),))
    async with site.database.reading() as session:
        alarm = await session.scalar(select(AlarmRow.id))
    assert alarm is not None
    (held,) = [HoldOut.model_validate(one) for one in await holds.add_alarm(alarm, "injury", KIM)]
    assert (held.camera, held.reason) == (CAMERA, "injury")
    assert held.start_ms < T0 + 5_000 < T0 + 8_000 < held.end_ms <= site.clock.unix_ms()

    async def found(camera: str, start_ms: int, end_ms: int) -> list[str]:
        page = await holds.book.page(released=False, cursor=None, limit=5, over=(camera, start_ms, end_ms))
        return [one["id"] for one in page["items"]]

    assert await found(CAMERA, T0 + 5_000, T0 + 5_001) == [str(held.id)]
    assert await found("gate.door", T0, T0 + 9_000) == []
    assert await found(CAMERA, held.end_ms, held.end_ms + 9) == []
    await holds.release(str(held.id), KIM)
    assert await found(CAMERA, T0 + 5_000, T0 + 5_001) == []
    with pytest.raises(Missing):
        await holds.add_alarm(uuid7(), "injury", KIM)


async def test_a_page_of_holds_asks_as_often_as_one(site: Site, holds: ManageHolds) -> None:
    asked: list[str] = []
    sa.event.listen(site.database.engine.sync_engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    counted, pages = [], []
    for number in range(3):
        await holds.add(CAMERA, T0 + number * 10_000, T0 + 40_000, "theft", KIM)
        asked.clear()
        pages.append(await holds.book.page(released=False, cursor=None, limit=50))
        counted.append(len([one for one in asked if one.lstrip().upper().startswith("SELECT")]))
    assert counted == [counted[0]] * 3
    assert [(one["runs"], one["bytes"]) for one in pages[-1]["items"]] == [(2, 10), (3, 15), (4, 20)]
