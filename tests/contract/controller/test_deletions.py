"""Deletion by hand, on SQLite and PostgreSQL: what is asked for goes, what is held stays, whatever comes between."""

from typing import Any

import pytest
from sqlmodel import col, select

from controller.adapters.deletion_store import SqlDeletions
from controller.adapters.export_store import SqlExportStore
from controller.adapters.hold_store import SqlHoldStore
from controller.adapters.retention_store import SqlRetentionStore
from controller.adapters.tables import AuditRow, OccurrenceRow, RunRow
from controller.api.deletion_schemas import DeletionOut, DeletionPage, DeletionPreview
from controller.core.retention import Refusals
from controller.errors import Missing
from controller.flows.delete_footage import ManageDeletions, carry_out
from controller.flows.manage_exports import Asker
from shared.errors import Rejected, Transient
from shared.ids import CameraId
from tests.builders import T0, node_status, occurrence, rule, verdict
from tests.contract.controller.conftest import Site
from tests.contract.controller.test_holds import run
from tests.fakes.site import MemoryObjects

CAMERA = "gate.yard"
ADMIN = Asker("root", admin=True, address="10.0.0.1")
SPAN = (T0 + 12_000, T0 + 28_000)  # some of runs 1 and 2 of 0…3, ten seconds each


class Objects(MemoryObjects):
    """A store that goes away after so many deletions."""

    left = 10**6

    async def delete(self, key: str) -> None:
        self.left -= 1
        if self.left < 0:
            raise Transient("store: away")
        await super().delete(key)


@pytest.fixture
async def objects(site: Site) -> Objects:
    await site.facts.save_status(node_status(CAMERA, "gate.door"))
    found = Objects()
    async with site.database.writing() as session:
        session.add_all(run(number) for number in range(4))
        session.add(run(8, start_ms=T0 + 20_000, end_ms=T0 + 30_000, camera="gate.door"))
        session.add(run(9, start_ms=T0 + 20_000, end_ms=T0 + 30_000, state="uploaded"))
    for number in (0, 1, 2, 3, 8, 9):
        await found.put(f"k{number}", b"12345", "")
    site.clock.at_ms += 2 * 3_600_000
    return found


def manage(site: Site) -> ManageDeletions:
    return ManageDeletions(SqlDeletions(site.database, site.clock), site.clock, "yard")


async def ask(site: Site, **given: Any) -> DeletionOut:
    asked: dict[str, Any] = {"cameras": [CAMERA], "why": " erasure ", "confirm": "yard", "asker": ADMIN} | given
    state = await manage(site).ask(asked["cameras"], *SPAN, asked["why"], asked["confirm"], asked["asker"])
    return DeletionOut.model_validate(state)


async def work(site: Site, objects: Objects) -> int:
    kept = SqlRetentionStore(site.database, site.clock)
    return await carry_out(SqlDeletions(site.database, site.clock), kept, objects, site.clock, Refusals())


async def states(site: Site) -> dict[str, str]:
    async with site.database.reading() as session:
        rows = await session.execute(select(RunRow.id, RunRow.state))
        return {str(name): str(state) for name, state in rows}


async def test_what_would_go_is_shown_and_nothing_goes(site: Site, objects: Objects) -> None:
    there = set(objects.held)
    await SqlHoldStore(site.database, site.clock).add(CameraId(CAMERA), T0 + 25_000, T0 + 26_000, "theft", "kim", "")
    spans = [{"camera": CAMERA, "start_ms": T0, "end_ms": T0 + 13_000}]
    export = await SqlExportStore(site.database, site.clock).add(spans, (), "", "kim", "", None)
    found = DeletionPreview.model_validate(await manage(site).preview([CAMERA, "gate.door"], *SPAN))
    assert [(one.camera, one.runs) for one in found.cameras] == [("gate.door", 1)], "the export holds what it needs"
    assert (found.held_runs, found.held_bytes, found.coming) == (2, 10, 1)
    assert [str(one) for one in found.exports] == [export["id"]]
    assert (set((await states(site)).values()), set(objects.held)) == ({"stored", "uploaded"}, there)
    with pytest.raises(Missing):
        await manage(site).preview(["gate.nowhere"], *SPAN)


async def test_runs_go_whole_with_their_pictures_and_leave_their_rows(site: Site, objects: Objects) -> None:
    pictured = occurrence(rule(), 13, 15, camera=CameraId(CAMERA), picture_key="p1")
    outside = occurrence(rule(name="other"), 40, 42, camera=CameraId(CAMERA), picture_key="p2")
    await site.judging.save_judgement(None, verdict(12, 45, event=None, camera=CameraId(CAMERA)), [pictured, outside])
    for key in ("p1", "p2"):
        await objects.put(key, b"jpeg", "")
    preview = DeletionPreview.model_validate(await manage(site).preview([CAMERA], *SPAN))
    assert (preview.cameras[0].from_ms, preview.cameras[0].to_ms) == (T0 + 10_000, T0 + 30_000)
    assert (preview.pictures, preview.alarms) == (1, 1)
    asked = await ask(site)
    assert (asked.why, asked.left_runs, asked.done_at) == ("erasure", 2, None)
    assert await work(site, objects) == 3
    assert await states(site) == {
        "r0": "stored", "r1": "expired", "r2": "expired", "r3": "stored", "r8": "stored", "r9": "uploaded",
    }  # fmt: skip
    assert set(objects.held) == {"k0", "k3", "k8", "k9", "p2"}
    done = DeletionOut.model_validate(await manage(site).book.one(str(asked.id)))
    assert (done.gone_runs, done.gone_bytes, done.left_runs, done.done_at is None) == (2, 10, 0, False)
    page = DeletionPage.model_validate(await manage(site).book.page(None, 5))
    assert page.items == [done]
    async with site.database.reading() as session:
        audit = (await session.scalars(select(AuditRow).where(col(AuditRow.what).startswith("footage.")))).all()
        keys = set(await session.scalars(select(OccurrenceRow.picture_key)))
    assert [(one.what, one.who, one.subject) for one in audit] == [
        ("footage.delete", "root", CAMERA),
        ("footage.deleted", "system", str(asked.id)),
    ]
    assert audit[0].detail["why"] == "erasure"
    assert keys == {None, "p2"}
    assert await work(site, objects) == 0, "what is done is not begun again"


async def test_what_is_held_stays_also_when_it_is_held_in_between(site: Site, objects: Objects) -> None:
    holds = SqlHoldStore(site.database, site.clock)
    first = await holds.add(CameraId(CAMERA), T0 + 11_000, T0 + 13_000, "theft", "kim", "")
    asked = await ask(site, cameras=[CAMERA, "gate.door"])
    await holds.add(CameraId("gate.door"), T0 + 21_000, T0 + 22_000, "appeal", "lee", "")
    assert await work(site, objects) == 1
    assert [name for name, state in (await states(site)).items() if state == "expired"] == ["r2"]
    done = DeletionOut.model_validate(await manage(site).book.one(str(asked.id)))
    assert (done.gone_runs, done.held_runs, done.done_at is None) == (1, 2, False)
    await holds.release(first["id"], "kim", "")
    assert await work(site, objects) == 0, "a hold that is released later frees it for retention, and for no old wish"
    assert {"k1", "k8"} <= set(objects.held)


async def test_it_goes_on_when_the_store_is_back(site: Site, objects: Objects) -> None:
    asked = await ask(site)
    objects.left = 1
    assert await work(site, objects) == 1
    half = DeletionOut.model_validate(await manage(site).book.one(str(asked.id)))
    assert (half.gone_runs, half.left_runs, half.done_at) == (1, 1, None)
    objects.left = 9
    assert await work(site, objects) == 1
    assert (await manage(site).book.one(str(asked.id)))["left_runs"] == 0


async def test_who_may_and_what_has_to_be_written(site: Site, objects: Objects) -> None:
    del objects
    for wrong, fault in (
        ({"confirm": "Yard"}, Rejected),
        ({"why": "  "}, Rejected),
        ({"cameras": ["gate.nowhere"]}, Missing),
    ):
        with pytest.raises(fault):
            await ask(site, **wrong)
    assert (await manage(site).book.page(None, 5))["items"] == []
    with pytest.raises(Missing):
        await manage(site).book.one("nothing")
    with pytest.raises(Rejected, match="cursor"):
        await manage(site).book.page("nothing", 5)
