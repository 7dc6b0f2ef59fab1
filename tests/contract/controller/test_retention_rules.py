"""Rules of retention on both databases: shown before they are put, carried out by camera and purpose, held stays."""

from typing import Any

import pytest
from sqlmodel import col, select

from controller.adapters.disk_room import DiskRoom
from controller.adapters.export_store import SqlExportStore
from controller.adapters.hold_store import SqlHoldStore
from controller.adapters.keep_rules import SqlKeepRules
from controller.adapters.retention_store import SqlRetentionStore
from controller.adapters.storage_reads import StorageReads
from controller.adapters.sweep_plan import SqlSweepGuard
from controller.adapters.tables import AuditRow, CameraRow, RunRow
from controller.api.retention_schemas import RetentionOut, RetentionPreviewOut
from controller.core.storage import DAY_MS
from controller.errors import Conflict, Missing
from controller.flows.let_sweep import LetSweep
from controller.flows.manage_exports import Asker
from controller.flows.manage_holds import ManageHolds
from controller.flows.manage_retention import KeepChange, ManageRetention
from controller.flows.sweep import sweep_once
from controller.flows.tell_storage import TellStorage
from shared.errors import Rejected
from shared.kinds import MediaClass
from tests.contract.controller.conftest import Site
from tests.fakes.site import MemoryObjects

YARD, DOOR = "gate.yard", "gate.door"
KIM = Asker("kim", admin=True)


def run(site: Site, name: str, camera: str, age_days: float, media_class: MediaClass = "motion") -> RunRow:
    end_ms = site.clock.unix_ms() - round(age_days * DAY_MS)
    values: dict[str, Any] = {
        "id": name, "camera": camera, "rev": 1, "state": "stored", "media_class": media_class,
        "start_ms": end_ms - 10_000, "end_ms": end_ms, "codec": "x", "width_px": 1, "height_px": 1,
        "length_bytes": 1_000, "init_bytes": 1, "sha256": "", "md5": "", "segments": [], "key": name, "fact": name,
    }  # fmt: skip
    return RunRow(**values)


@pytest.fixture
async def kept(site: Site) -> ManageRetention:
    """Thirty days by the settings; both cameras have footage of many ages."""
    site.clock.at_ms += 60 * DAY_MS
    async with site.database.writing() as session:
        session.add_all([CameraRow(id=YARD, node="gate"), CameraRow(id=DOOR, node="gate")])
        session.add_all(
            run(site, f"{camera[5]}{age}", camera, age + 0.5) for camera in (YARD, DOOR) for age in (1, 8, 20)
        )
        session.add(run(site, "alarm", YARD, 20.5, "promoted"))
        session.add_all(run(site, f"many{n}", DOOR, 25 + n / 1000) for n in range(250))
    rules = SqlKeepRules(site.database, site.clock, 30)
    storage = TellStorage(
        StorageReads(site.database), site.queries, DiskRoom(None), site.clock, "directory", 30, None, 0, rules
    )
    return ManageRetention(rules, storage, None, LetSweep(SqlSweepGuard(site.database, site.clock)))


async def swept(site: Site, kept: ManageRetention) -> set[str]:
    """What is left that is not of the many."""
    retention = (await kept.book.keeping()).retention(None)
    await sweep_once(SqlRetentionStore(site.database, site.clock), MemoryObjects(), site.clock, retention)
    async with site.database.reading() as session:
        left = await session.scalars(select(RunRow.id).where(col(RunRow.state) == "stored"))
        return {one for one in left if not one.startswith("many")}


async def test_a_rule_of_a_camera_is_shown_confirmed_and_carried_out(site: Site, kept: ManageRetention) -> None:
    change = KeepChange(YARD, None, 7)
    holds = ManageHolds(SqlHoldStore(site.database, site.clock), site.clock, SqlExportStore(site.database, site.clock))
    at_ms = site.clock.unix_ms() - round(8.5 * DAY_MS)
    held = await holds.add(YARD, at_ms - 5_000, at_ms, "theft", KIM)
    found = RetentionPreviewOut.model_validate(await kept.preview(change))
    assert found.shortens
    assert [(one.camera, one.media_class, one.runs, one.bytes) for one in found.going] == [
        (YARD, "promoted", 1, 1_000), (YARD, "motion", 1, 1_000),
    ][::-1]  # fmt: skip
    assert found.forecast_then.level_bytes is not None
    assert found.forecast.level_bytes is not None
    assert found.forecast_then.level_bytes < found.forecast.level_bytes
    with pytest.raises(Conflict):
        await kept.put(change, KIM, confirmed=False)
    assert await swept(site, kept) == {"y1", "y8", "y20", "alarm", "d1", "d8", "d20"}, "nothing is changed"
    told = RetentionOut.model_validate(await kept.put(change, KIM, confirmed=True))
    assert {one.camera: one.days["motion"] for one in told.cameras} == {YARD: 7, DOOR: 30}
    assert await swept(site, kept) == {"y1", "y8", "d1", "d8", "d20"}, "no other camera, and not what is held"
    await holds.release(held["id"], KIM)
    assert await swept(site, kept) == {"y1", "d1", "d8", "d20"}


async def test_a_purpose_of_a_camera_is_kept_for_longer(site: Site, kept: ManageRetention) -> None:
    await kept.put(KeepChange(YARD, "promoted", 90), KIM, confirmed=False)
    await kept.put(KeepChange(None, None, 10), KIM, confirmed=True)
    assert await swept(site, kept) == {"y1", "y8", "alarm", "d1", "d8"}
    async with site.database.reading() as session:
        left = (await session.scalars(select(RunRow.id).where(col(RunRow.state) == "stored"))).all()
        what = (await session.scalars(select(AuditRow).order_by(col(AuditRow.id)))).all()
    assert not [one for one in left if one.startswith("many")]
    assert [(one.what, one.subject, one.detail["days"]) for one in what] == [
        ("retention.put", YARD, 90), ("retention.put", "", 10),
    ]  # fmt: skip
    told = await kept.put(KeepChange(None, None, None), KIM, confirmed=False)
    assert [rule["days"] for rule in told["rules"]] == [90]


async def test_what_cannot_be_is_refused(kept: ManageRetention) -> None:
    for wrong in (KeepChange("yard", None, 9), KeepChange(None, None, 0), KeepChange(None, None, 99_999)):
        with pytest.raises(Rejected):
            await kept.preview(wrong)
    with pytest.raises(Missing):
        await kept.put(KeepChange("gate.none", None, 90), KIM, confirmed=True)


async def test_what_many_older_ones_hide_goes_too(site: Site, kept: ManageRetention) -> None:
    await kept.put(KeepChange(YARD, "motion", 7), KIM, confirmed=True)
    assert await swept(site, kept) == {"y1", "alarm", "d1", "d8", "d20"}, "250 older ones of the other camera stay"
