"""Exports that are sent, on both databases: waited for with a reason, gone from here once they are there."""

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from controller.adapters.export_folder import ExportFolder
from controller.adapters.export_store import SqlExportStore
from controller.adapters.seal import Seal
from controller.adapters.tables import AuditRow, ExportTargetRow, RunRow
from controller.adapters.target_store import SqlExportTargets
from controller.api.export_schemas import ExportDetailOut
from controller.api.target_schemas import ExportTargetOut, ExportTargetTestOut
from controller.core.export_manifest import MANIFEST, SUMS
from controller.errors import AtTarget, Conflict, Missing
from controller.flows.export import MakeExports
from controller.flows.manage_exports import Asker, ManageExports
from controller.flows.manage_targets import ManageTargets
from controller.flows.send_export import SendExport
from shared.errors import Rejected
from shared.texts import say
from tests.builders import T0, node_status
from tests.contract.controller.conftest import Site
from tests.fakes.exports import CAMERA, jobs_of, recorded
from tests.fakes.targets import MemoryTarget, NamedTargets
from tests.fakes.verifier import MemoryObjects
from tests.fakes.ways import Gate

SPAN = {"camera": CAMERA, "start_ms": T0, "end_ms": T0 + 10_000}
PLACE = {"endpoint": "https://nas.site:9000", "bucket": "evidence", "prefix": "yard/", "region": "us-east-1"}
KIM = Asker("kim", admin=True)
GATE = Gate()


@dataclass(frozen=True, slots=True)
class Named:
    """A directory of the settings file."""

    name: str
    path: Path
    mounted: bool = False


@dataclass(frozen=True, slots=True)
class Sending:
    """A site with footage, its maker of exports, and the destination `nas`."""

    book: SqlExportStore
    made: MakeExports
    nas: MemoryTarget
    objects: MemoryObjects
    site: Site
    shelf: Path

    async def ask(self, target: str = "nas") -> str:
        return str((await self.book.add((SPAN,), (), "", "kim", "", None, target))["id"])

    async def told(self, number: str) -> ExportDetailOut:
        return ExportDetailOut.model_validate(await self.book.one(number))


@pytest.fixture
async def sending(site: Site, tmp_path: Path) -> Sending:
    await site.facts.save_status(node_status(CAMERA))
    site.clock.at_ms += 3_600_000
    runs, objects, nas = recorded(T0, 10), MemoryObjects(), MemoryTarget()
    async with site.database.writing() as session:
        session.add_all(run.row() for run in runs)
    objects.objects = {run.key: run.data for run in runs}
    folder = ExportFolder(tmp_path / "exports", quota_bytes=None, free_bytes_min=0)
    sender = SendExport(NamedTargets({"nas": nas}))
    made = MakeExports(await jobs_of(site.database, site.clock), folder, objects, site.clock, sender)
    return Sending(SqlExportStore(site.database, site.clock), made, nas, objects, site, tmp_path / "exports")


async def test_an_export_is_at_its_destination_and_no_longer_here(sending: Sending) -> None:
    number = await sending.ask()
    assert await sending.made.once()
    found = await sending.told(number)
    there = sending.nas.whole[f"export-{number}"]
    (film,) = found.files
    assert set(there) == {film.name, SUMS, MANIFEST}
    assert sending.nas.puts[-1] == MANIFEST, "the manifest is the last"
    assert hashlib.sha256(there[film.name]).hexdigest() == film.sha256
    assert hashlib.sha256(there[MANIFEST]).hexdigest() == found.manifest_sha256
    assert json.loads(there[MANIFEST])["export"] == number
    sent = sum(len(data) for data in there.values())
    assert (found.export.state, found.export.destination) == ("done", "nas")
    assert found.export.bytes_sent == found.export.bytes_to_send == sent
    assert found.export.sent_at is not None
    assert not await sending.made.once()
    assert list(sending.shelf.iterdir()) == []
    sending.site.clock.at_ms += 90 * 86_400_000
    assert not await sending.made.once()
    assert (await sending.told(number)).export.state == "done", "that it left the site stays on record"
    manage = ManageExports(sending.book, sending.made.files, sending.site.clock, targets(sending.site))  # type: ignore[arg-type]
    with pytest.raises(Conflict, match="nas"):
        await manage.file(number, MANIFEST, KIM)
    await manage.delete(number, KIM)
    assert not await sending.made.once()
    assert sending.nas.whole, "what was sent stays there"


@pytest.mark.parametrize("reason", ["target_full", "target_gone", "target_refused", "target_away", "target_altered"])
async def test_a_destination_that_does_not_take_it_is_waited_for(sending: Sending, reason: str) -> None:
    number = await sending.ask()
    sending.nas.faults = [AtTarget(reason)]  # type: ignore[arg-type]
    await sending.made.once()
    state = (await sending.told(number)).export
    assert (state.state, state.reason) == ("waiting", reason)
    async with sending.site.database.reading() as session:
        assert set(await session.scalars(select(RunRow.held))) == {False}, "what is whole here needs no footage"
    assert not await sending.made.once(), "not at once again"
    sending.objects.objects = {}
    sending.site.clock.at_ms += 60_000
    await sending.made.once()
    assert (await sending.told(number)).export.state == "done", "it is sent, and not made anew"


async def test_what_was_sent_of_one_that_is_not_wanted_goes(sending: Sending) -> None:
    number = await sending.ask()

    async def cancelled() -> None:
        await sending.book.cancel(number, "kim", "")
        raise AtTarget("target_away")

    sending.nas.meanwhile = cancelled
    await sending.made.once()
    assert sending.nas.drafts
    assert not await sending.made.once()
    assert (sending.nas.drafts, sending.nas.whole, list(sending.shelf.iterdir())) == ({}, {}, [])
    assert (await sending.told(number)).export.state == "cancelled"


async def test_an_unknown_destination_is_refused_and_one_that_is_gone_is_waited_for(sending: Sending) -> None:
    manage = ManageExports(sending.book, sending.made.files, sending.site.clock, targets(sending.site))  # type: ignore[arg-type]
    with pytest.raises(Missing):
        await manage.make([SPAN], [], "", KIM, target="nobody")
    number = await sending.ask("removed")
    await sending.made.once()
    assert (await sending.told(number)).export.reason == "target_unknown"


WRONG = {"endpoint": ("https://h:99999", "http://m:9000:9000", "https://[::1"), "bucket": ("a..b", "192.168.0.1")}


@pytest.mark.parametrize(("field", "wrong"), [(field, one) for field, all_of in WRONG.items() for one in all_of])
async def test_a_place_that_can_be_none_is_refused_and_ends_nobody(sending: Sending, field: str, wrong: str) -> None:
    """One that was put before it was refused: its exports wait, and what cannot be removed there holds nobody up."""
    book = targets(sending.site)
    manage = ManageTargets(book, sending.site.clock)
    await manage.put("nas", PLACE, "AKIDEXAMPLE", "s3cr3t-of-the-vault", KIM)
    with pytest.raises(Rejected) as fault:
        await manage.put("nas", {**PLACE, field: wrong}, None, None, KIM)
    assert (fault.value.field, fault.value.fault) == (field, say("bad_form"))
    async with sending.site.database.writing() as session:
        row = await session.get(ExportTargetRow, "nas")
        assert row is not None
        setattr(row, field, wrong)
    assert (await manage.test("nas"))["reason"] == "target_gone"
    made = replace(sending.made, sender=SendExport(book))
    number = await sending.ask()
    assert await made.once()
    assert ((await sending.told(number)).export.state, (await sending.told(number)).export.reason) == (
        "waiting", "target_gone",
    )  # fmt: skip
    await sending.book.cancel(number, "kim", "")
    assert not await made.once()
    assert list(sending.shelf.iterdir()) == []


async def test_a_place_that_only_a_request_shows_to_be_none_is_gone(site: Site) -> None:
    manage = ManageTargets(targets(site), site.clock)
    place = {**PLACE, "endpoint": "https://s3-accelerate.amazonaws.com", "bucket": "of.the.yard"}
    await manage.put("nas", place, "AKIDEXAMPLE", "s3cr3t-of-the-vault", KIM)
    assert (await manage.test("nas"))["reason"] == "target_gone"


def targets(site: Site, *directories: Named) -> SqlExportTargets:
    return SqlExportTargets(site.database, site.clock, directories, lambda: Seal("a key", b"export destinations"), GATE)


async def test_a_store_is_put_listed_and_removed_and_its_keys_are_never_told(site: Site, tmp_path: Path) -> None:
    manage = ManageTargets(targets(site, Named("usb", tmp_path)), site.clock)
    with pytest.raises(Rejected):
        await manage.put("vault", PLACE, None, None, KIM)
    told = [await manage.put("vault", PLACE, "AKIDEXAMPLE", "s3cr3t-of-the-vault", KIM), *await manage.book.all()]
    assert [(one.name, one.kind) for one in map(ExportTargetOut.model_validate, told)] == [
        ("vault", "s3"), ("usb", "directory"), ("vault", "s3"),
    ]  # fmt: skip
    moved = {**PLACE, "bucket": "other"}
    await manage.put("vault", moved, None, None, KIM)
    with pytest.raises(Rejected):
        await manage.put("vault", {**PLACE, "endpoint": "https://thief.example"}, None, None, KIM)
    with pytest.raises(Conflict):
        await manage.put("usb", PLACE, "AKIDEXAMPLE", "s3cr3t-of-the-vault", KIM)
    for field, wrong in (("endpoint", "file:///etc"), ("bucket", "../up"), ("prefix", "../"), ("region", "a b")):
        with pytest.raises(Rejected) as fault:
            await manage.put("vault", {**PLACE, field: wrong}, None, None, KIM)
        assert fault.value.field == field
    async with site.database.reading() as session:
        row = await session.get(ExportTargetRow, "vault")
        audits = list(await session.scalars(select(AuditRow).order_by(col(AuditRow.id))))
    assert row is not None
    said = json.dumps([told, row.sealed, row.model_dump(mode="json"), [one.detail for one in audits]])
    assert "s3cr3t" not in said
    assert "AKIDEXAMPLE" not in said
    opened: Any = await manage.book.open("vault")
    assert (opened._place.bucket, opened._place.key.secret_key) == ("other", "s3cr3t-of-the-vault")
    await manage.remove("vault", KIM)
    for call in (manage.remove("vault", KIM), manage.test("vault")):
        with pytest.raises(Missing):
            await call
    with pytest.raises(Rejected):
        await manage.remove("usb", KIM)
    told_of = [one.what for one in audits]
    assert told_of == ["export_target.add", "export_target.change"]


async def test_nothing_is_sent_over_a_way_that_is_shut_and_the_export_says_why(site: Site, tmp_path: Path) -> None:
    (tmp_path / "usb").mkdir()
    gate = Gate("usb", kind="export")
    book = SqlExportTargets(site.database, site.clock, [Named("usb", tmp_path / "usb")], lambda: Seal("k", b"x"), gate)
    assert (await ManageTargets(book, site.clock).test("usb"))["reason"] == "target_shut"
    assert list((tmp_path / "usb").iterdir()) == []
    gate.closed.clear()
    assert (await ManageTargets(book, site.clock).test("usb"))["ok"]


async def test_a_destination_is_tried(site: Site, tmp_path: Path) -> None:
    (tmp_path / "usb").mkdir()
    manage = ManageTargets(targets(site, Named("usb", tmp_path / "usb"), Named("nas", tmp_path / "nas")), site.clock)
    good = ExportTargetTestOut.model_validate(await manage.test("usb"))
    assert good.ok
    assert (good.free_bytes or 0) > 0
    bad = ExportTargetTestOut.model_validate(await manage.test("nas"))
    assert (bad.ok, bad.reason) == (False, "target_gone")
    other = SqlExportTargets(site.database, site.clock, (), lambda: Seal("another key", b"export destinations"), GATE)
    await manage.put("vault", PLACE, "AKIDEXAMPLE", "s3cr3t-of-the-vault", KIM)
    assert (await ManageTargets(other, site.clock).test("vault"))["reason"] == "target_refused"
