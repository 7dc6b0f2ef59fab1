"""Alarms in exports, on both databases: record, summary and pictures are in the manifest, as their reader sees them."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, select

from controller.adapters.alarm_store import AlarmStore
from controller.adapters.export_folder import ExportFolder
from controller.adapters.export_store import SqlExportStore
from controller.adapters.tables import AlarmRow, OccurrenceRow
from controller.api.export_schemas import ExportDetailOut
from controller.app.exports import verify_folder
from controller.core.derived import MARK
from controller.core.export import ExportForm
from controller.core.grants import Sight
from controller.core.lifecycle import Deed
from controller.errors import Missing
from controller.flows.export import MakeExports
from controller.flows.send_export import SendExport
from controller.ports.looking import looking
from shared.errors import CctvError, Rejected, Transient
from shared.ids import CameraId
from tests.builders import T0, node_status, occurrence, rule, verdict
from tests.contract.controller.conftest import Site
from tests.fakes.exports import CAMERA, away_alarm, jobs_of, recorded
from tests.fakes.targets import MemoryTarget, NamedTargets
from tests.fakes.verifier import MemoryObjects

JPEG = b"\xff\xd8picture\xff\xd9"
KEY = "yard/gate/yard/picture.jpg"
DOOR = "gate.door"
NOTE = "fence <b>mended</b> & closed"


class Objects(MemoryObjects):
    """As a store answers for what it does not have."""

    async def get(self, key: str) -> bytes:
        if key not in self.objects:
            raise Rejected("object", f"{key} is absent")
        return await super().get(key)


class Made:
    """A site with an alarm that somebody resolved, its footage, its picture, and its maker of exports."""

    def __init__(self, site: Site, folder: Path, nas: MemoryTarget | None = None) -> None:
        self.site, self.folder = site, folder
        self.book = SqlExportStore(site.database, site.clock)
        self.objects = Objects()
        self.nas = nas or MemoryTarget()

    async def prepare(self) -> "Made":
        await self.site.facts.save_status(node_status(CAMERA, DOOR))
        runs = recorded(T0, 10)
        async with self.site.database.writing() as session:
            session.add_all(run.row() for run in runs)
        self.objects.objects = {run.key: run.data for run in runs} | {KEY: JPEG}
        of = rule(
            name="fence", severity="high", zone_name="<drive>", regulation="kr-20", cooldown_s=3_600.0,
            zone=((0.1, 0.1), (0.9, 0.1), (0.5, 0.9)),
        )  # fmt: skip
        await self.site.judging.save_judgement(None, verdict(), (occurrence(of, 3, 5, picture_key=KEY),))
        async with self.site.database.reading() as session:
            self.alarm = str(await session.scalar(select(AlarmRow.id)))
        await AlarmStore(self.site.database, self.site.clock).act(
            self.alarm, Deed("resolve", "kim", note=NOTE, assessment="true")
        )
        self.site.clock.at_ms += 3_600_000
        files = ExportFolder(self.folder, quota_bytes=None, free_bytes_min=0)
        sender = SendExport(NamedTargets({"nas": self.nas}))
        jobs = await jobs_of(self.site.database, self.site.clock)
        self.maker = MakeExports(jobs, files, self.objects, self.site.clock, sender, ZoneInfo("Asia/Seoul"))
        return self

    async def ask(
        self, *alarms: str, language: Any = "en", target: str | None = None, form: ExportForm = "films"
    ) -> str:
        wanted = alarms or (self.alarm,)
        spans = await self.book.alarm_spans(wanted)
        state = await self.book.add(spans, wanted, "", "kim", "", None, target, language, form)
        return str(state["id"])

    async def make(self, *alarms: str, language: Any = "en", form: ExportForm = "films") -> Path:
        number = await self.ask(*alarms, language=language, form=form)
        assert await self.maker.once()
        assert ExportDetailOut.model_validate(await self.book.one(number)).export.state == "done"
        return self.folder / number


@pytest.fixture
async def made(site: Site, tmp_path: Path) -> Made:
    return await Made(site, tmp_path / "exports").prepare()


class Blocks:
    """Says what it was given, as blocks; or ends over it."""

    def __init__(self) -> None:
        self.fault: CctvError | None = None

    async def picture(self, data: bytes, cells: int) -> bytes:
        if self.fault is not None:
            raise self.fault
        return b"blocks of %d in %d" % (len(data), cells)


async def test_a_derived_export_has_its_pictures_in_blocks_or_not_at_all(made: Made) -> None:
    blocks = Blocks()
    made.maker = replace(made.maker, stills=blocks)
    folder = await made.make(form="derived")
    assert (folder / "alarm-1-1.jpg").read_bytes() == b"blocks of %d in 1" % len(JPEG)
    manifest = json.loads((folder / "manifest.json").read_text())
    assert (manifest["form"], manifest["derived"]) == ("derived", MARK)
    assert [one["name"].endswith("_derived.mp4") for one in manifest["files"]] == [True]
    blocks.fault = Transient("its process ended")
    for maker in (made.maker, replace(made.maker, stills=None)):
        made.maker = maker
        folder = await made.make(form="derived")
        assert not (folder / "alarm-1-1.jpg").exists()
        assert json.loads((folder / "alarm-1.json").read_text())["occurrences"][0]["picture_missing"]
        assert JPEG not in b"".join(one.read_bytes() for one in folder.iterdir())


async def test_an_alarm_is_exported_with_its_record_its_summary_and_its_picture(made: Made) -> None:
    folder = await made.make()
    manifest = json.loads((folder / "manifest.json").read_text())
    assert [(one["name"], one["kind"]) for one in manifest["records"]] == [
        ("alarm-1.json", "record"), ("alarm-1.html", "summary"), ("alarm-1-1.jpg", "picture"),
    ]  # fmt: skip
    assert (folder / "alarm-1-1.jpg").read_bytes() == JPEG
    record = json.loads((folder / "alarm-1.json").read_text())
    alarm = record["alarm"]
    assert (alarm["rule_name"], alarm["zone_name"], alarm["severity"]) == ("fence", "<drive>", "high")
    assert (alarm["confidence"], alarm["condition_ms"], len(alarm["zone"])) == (0.8, T0 + 3_000, 3)
    assert alarm["regulation"] == "kr-20"
    assert (record["verdicts"][0]["model"], record["occurrences"][0]["picture"]) == ("yard", "alarm-1-1.jpg")
    assert [(one["who"], one["what"], one["note"]) for one in record["history"]] == [
        ("system", "raised", ""), ("kim", "resolved", NOTE),
    ]  # fmt: skip
    page = (folder / "alarm-1.html").read_text()
    assert "Alarm #1: Zone intrusion" in page
    assert "&lt;drive&gt;" in page
    assert "fence &lt;b&gt;mended&lt;/b&gt; &amp; closed" in page, "what people wrote is text"
    assert '<img src="alarm-1-1.jpg"' in page
    (film,) = manifest["files"]
    assert f'<a href="{film["name"]}">' in page
    promises, wrong = verify_folder(folder)
    assert (len(promises), wrong) == (4, ())


async def test_a_record_that_was_altered_or_taken_away_is_found(made: Made) -> None:
    folder = await made.make()
    page = folder / "alarm-1.html"
    page.write_text(page.read_text().replace("kim", "lee"))
    (folder / "alarm-1-1.jpg").unlink()
    assert {(fault.name, fault.what) for fault in verify_folder(folder)[1]} == {
        ("alarm-1.html", "bytes"), ("alarm-1-1.jpg", "absent"),
    }  # fmt: skip
    sums = (folder / "SHA256SUMS").read_text()
    assert all(name in sums for name in ("alarm-1.json", "alarm-1.html", "alarm-1-1.jpg"))


async def test_its_summary_is_korean_where_that_is_asked_for(made: Made) -> None:
    page = (await made.make(language="ko") / "alarm-1.html").read_text()
    assert "경보 #1: 출입금지구역 침입" in page
    assert "실제 상황" in page
    assert '<html lang="ko">' in page


async def test_a_picture_that_is_gone_is_told_of_as_missing(made: Made) -> None:
    del made.objects.objects[KEY]
    folder = await made.make()
    (one,) = json.loads((folder / "alarm-1.json").read_text())["occurrences"]
    assert (one["picture"], one["picture_missing"]) == (None, True)
    assert "The picture is not in the store." in (folder / "alarm-1.html").read_text()
    assert len(verify_folder(folder)[0]) == 3


async def test_a_store_that_is_away_is_waited_for(made: Made) -> None:
    number = await made.ask()
    get = made.objects.get

    async def away(key: str) -> bytes:
        raise Transient(key)

    made.objects.get = away  # type: ignore[method-assign]
    await made.maker.once()
    assert (await made.book.one(number))["export"]["reason"] == "store_away"
    made.objects.get = get  # type: ignore[method-assign]
    made.site.clock.at_ms += 60_000
    await made.maker.once()
    assert verify_folder(made.folder / number)[1] == ()


async def test_an_alarm_that_no_camera_saw_is_a_record_alone_and_for_who_sees_everything(made: Made) -> None:
    async with made.site.database.writing() as session:
        session.add(away := away_alarm(made.site.clock.now(), T0))
    folder = await made.make(away.id)
    assert {one.name for one in folder.iterdir()} == {"alarm-77.json", "alarm-77.html", "manifest.json", "SHA256SUMS"}
    assert "Node offline" in (folder / "alarm-77.html").read_text()
    with looking(Sight(cameras=frozenset({CAMERA}), nodes=frozenset({"gate"}))), pytest.raises(Missing):
        await made.book.one(folder.name)


async def test_its_record_says_no_more_than_who_asked_for_it_sees(made: Made) -> None:
    async with made.site.database.writing() as session:
        alarm = await session.get(AlarmRow, made.alarm)
        assert alarm is not None
        alarm.cameras = [CAMERA, DOOR]
        shown = await session.scalar(select(OccurrenceRow).where(col(OccurrenceRow.alarm) == made.alarm))
        assert shown is not None
        values = shown.model_dump() | {"id": "01963f2e-0000-7000-8000-00000000000d", "camera": DOOR}
        session.add(OccurrenceRow(**values))
    with looking(Sight(cameras=frozenset({CAMERA}))):
        number = await made.ask()
    assert await made.maker.once()
    text = (made.folder / number / "alarm-1.json").read_text()
    assert DOOR not in text
    assert len(json.loads(text)["occurrences"]) == 1
    assert CameraId(DOOR) in (await made.make() / "alarm-1.json").read_text()


async def test_at_a_destination_its_files_are_there_too(made: Made) -> None:
    number = await made.ask(target="nas")
    await made.maker.once()
    there = made.nas.whole[f"export-{number}"]
    assert {"alarm-1.json", "alarm-1.html", "alarm-1-1.jpg"} < set(there)
    assert there["alarm-1-1.jpg"] == JPEG


async def test_what_is_done_after_it_was_planned_changes_no_file_of_it(made: Made) -> None:
    number = await made.ask()
    put = made.maker.files.finish

    async def broken(*_: Any) -> str:
        raise Transient("the disk is gone for a moment")

    made.maker.files.finish = broken  # type: ignore[method-assign,assignment]
    await made.maker.once()
    first = (made.folder / f"{number}.part" / "alarm-1.json").read_bytes()
    made.maker.files.finish = put  # type: ignore[method-assign]
    await AlarmStore(made.site.database, made.site.clock).act(made.alarm, Deed("note", "lee", note="later"))
    made.site.clock.at_ms += 60_000
    await made.maker.once()
    assert (made.folder / number / "alarm-1.json").read_bytes() == first
    assert verify_folder(made.folder / number)[1] == ()
