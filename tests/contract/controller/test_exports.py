"""Exports on both databases: asked for once, waited for, made, resumed, cancelled; their footage is held meanwhile."""

import asyncio
import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select, update

from controller.adapters.export_folder import ExportFolder
from controller.adapters.export_jobs import MOST_TRIES
from controller.adapters.export_store import MOST_OPEN, SqlExportStore
from controller.adapters.tables import AuditRow, ExportRow, FootageRequestRow, GapRow, LedgerRow, RunRow
from controller.api.export_schemas import ExportDetailOut, ExportOut, ExportPage
from controller.app.exports import verify_folder
from controller.core.export import ExportForm
from controller.core.lease import Term
from controller.errors import Conflict, Missing
from controller.flows.export import MakeExports
from controller.ports import State
from shared.errors import Transient
from shared.mint import uuid7
from tests.builders import T0, node_status, occurrence, rule, verdict
from tests.contract.controller.conftest import Site
from tests.fakes.exports import CAMERA, LEASE, Recorded, jobs_of, nals, recorded
from tests.fakes.led import drop, take
from tests.fakes.verifier import MemoryObjects

SPAN = {"camera": CAMERA, "start_ms": T0, "end_ms": T0 + 10_000}
LATE_MS = 3_600_000


@pytest.fixture
async def book(site: Site) -> SqlExportStore:
    await site.facts.save_status(node_status(CAMERA))
    site.clock.at_ms += LATE_MS
    return SqlExportStore(site.database, site.clock)


async def ask(book: SqlExportStore, *spans: State, once: str | None = None, form: ExportForm = "films") -> str:
    state = await book.add(spans or (SPAN,), (), "for the insurer", "kim", "::1", once, form=form)
    ExportOut.model_validate(state)
    return str(state["id"])


async def keep(site: Site, *rows: Any) -> None:
    async with site.database.writing() as session:
        session.add_all(rows)


async def stored(site: Site, runs: list[Recorded]) -> MemoryObjects:
    await keep(site, *(run.row() for run in runs))
    objects = MemoryObjects()
    objects.objects = {run.key: run.data for run in runs}
    return objects


async def held(site: Site) -> list[bool]:
    async with site.database.reading() as session:
        return list(await session.scalars(select(RunRow.held).order_by(col(RunRow.start_ms))))


async def maker(site: Site, tmp_path: Path, objects: MemoryObjects) -> MakeExports:
    folder = ExportFolder(tmp_path / "exports", quota_bytes=None, free_bytes_min=0)
    return MakeExports(await jobs_of(site.database, site.clock), folder, objects, site.clock)


async def test_who_took_a_file_is_on_record_once_an_hour(site: Site, book: SqlExportStore) -> None:
    number = await ask(book)
    for who, name in (("kim", "a.mp4"), ("kim", "a.mp4"), ("lee", "a.mp4"), ("kim", "b.mp4"), ("lee", "a.mp4")):
        await book.downloaded(number, name, who, "")
    site.clock.at_ms += 3_600_000
    await book.downloaded(number, "a.mp4", "kim", "")
    async with site.database.reading() as session:
        query = select(AuditRow).where(col(AuditRow.what) == "export.download").order_by(col(AuditRow.id))
        told = [(one.who, one.detail["file"]) for one in await session.scalars(query)]
    assert told == [("kim", "a.mp4"), ("lee", "a.mp4"), ("kim", "b.mp4"), ("kim", "a.mp4")]


async def test_an_export_is_asked_for_listed_and_ended(site: Site, book: SqlExportStore) -> None:
    first, second = await ask(book, once="kim:a"), await ask(book)
    assert await ask(book, once="kim:a") == first, "the same key is the same export"
    page = ExportPage.model_validate(await book.page(cursor=None, limit=1))
    assert [str(one.id) for one in page.items] == [second]
    assert [one["id"] for one in (await book.page(cursor=page.next, limit=5))["items"]] == [first]
    assert (await book.cancel(first, "lee", ""))["state"] == "cancelled"
    third = await ask(book, once="kim:a")
    assert third != first, "what was cancelled may be asked for anew"
    assert (await book.cancel(first, "lee", ""))["state"] == "cancelled"
    assert (await book.delete(second, "lee", ""))["state"] == "deleted"
    assert [one["id"] for one in (await book.page(cursor=None, limit=5))["items"]] == [third, first]
    for call in (book.one(uuid7()), book.cancel(uuid7(), "", ""), ask(book, {**SPAN, "camera": "gate.none"})):
        with pytest.raises(Missing):
            await call
    async with site.database.reading() as session:
        told = list(await session.scalars(select(AuditRow.what).order_by(col(AuditRow.id))))
    assert told == ["export.make", "export.make", "export.cancel", "export.make", "export.delete"]


async def test_only_so_many_are_open(book: SqlExportStore) -> None:
    for _ in range(MOST_OPEN):
        last = await ask(book)
    with pytest.raises(Conflict):
        await ask(book)
    await book.cancel(last, "kim", "")
    await ask(book)


async def test_an_export_has_the_cameras_bytes_their_hashes_and_what_is_missing(
    site: Site, book: SqlExportStore, tmp_path: Path
) -> None:
    runs = recorded(T0, 10)
    objects = await stored(site, runs)
    gap = GapRow(camera=CAMERA, minute_ms=T0, start_ms=T0 + 10_000, end_ms=T0 + 12_000, cause="camera stalled")
    await keep(site, gap)
    number = await ask(book, {**SPAN, "end_ms": T0 + 15_000})
    assert await held(site) == [True, True]
    made = await maker(site, tmp_path, objects)
    assert await made.once()
    found = ExportDetailOut.model_validate(await book.one(number))
    assert (found.export.state, found.export.bytes_done) == ("done", found.export.bytes_total)
    missing = [(gap.start_ms - T0, gap.cause) for gap in found.gaps]
    assert missing == [(10_000, "camera stalled"), (12_000, "not told yet")]
    folder = tmp_path / "exports" / number
    promises, wrong = verify_folder(folder)
    assert (len(promises), wrong) == (1, ())
    assert {one.name for one in folder.iterdir()} == {promises[0].name, "manifest.json", "SHA256SUMS"}
    originals = [sha256 for run in runs for _, sha256 in nals(run.data)]
    assert [sha256 for _, sha256 in nals(folder / promises[0].name)] == originals
    manifest = json.loads((folder / "manifest.json").read_text())
    assert (manifest["asked_by"], manifest["why"], manifest["site"]) == ("kim", "for the insurer", "yard")
    assert [one["run"] for one in manifest["files"][0]["runs"]] == [run.run for run in runs]
    assert manifest["files"][0]["runs"][0]["sha256"] == hashlib.sha256(runs[0].data).hexdigest()
    assert found.manifest_sha256 == hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()
    assert await held(site) == [False, False], "nothing is held once it is done"
    assert not await made.once()


async def test_footage_on_a_node_is_asked_for_and_not_waited_for_for_ever(
    site: Site, book: SqlExportStore, tmp_path: Path
) -> None:
    runs = recorded(T0, 10)
    objects = await stored(site, runs[:1])
    refs = [dict(one) for run in runs for one in run.segments]
    ledger = LedgerRow(
        chain=uuid7(), camera=CAMERA, minute_ms=T0, rev=1, segments=refs, previous="", entry="", sound=True
    )
    await keep(site, ledger)
    number, made = await ask(book), await maker(site, tmp_path, objects)
    for _ in range(2):
        await made.once()
        site.clock.at_ms += 10_000
    state = (await book.one(number))["export"]
    assert (state["state"], state["reason"]) == ("retrieving", "on_node")

    async def away(key: str) -> None:
        raise Transient(f"store: away, and with it {key}")

    there, objects.head = objects.head, away  # type: ignore[method-assign]
    await made.once()
    state = (await book.one(number))["export"]
    assert (state["state"], state["reason"]) == ("waiting", "store_away"), "nothing comes from it now"
    objects.head = there  # type: ignore[method-assign]
    site.clock.at_ms += 10_000
    async with site.database.reading() as session:
        asked = list(await session.scalars(select(FootageRequestRow)))
    assert [(one.start_ms - T0, one.end_ms - T0, one.who) for one in asked] == [(6_000, 10_000, "kim")]
    site.clock.at_ms += 600_000
    await made.once()
    found = await book.one(number)
    assert found["export"]["state"] == "done"
    assert [(gap["start_ms"] - T0, gap["end_ms"] - T0, gap["cause"]) for gap in found["gaps"]] == [
        (6_000, 10_000, "on the node")
    ]


async def test_what_came_from_the_node_meanwhile_is_in_it(site: Site, book: SqlExportStore, tmp_path: Path) -> None:
    runs = recorded(T0, 10)
    objects = await stored(site, runs[:1])
    await keep(site, runs[1].row(state="announced"))
    number, made = await ask(book), await maker(site, tmp_path, objects)
    await made.once()
    assert (await book.one(number))["export"]["state"] == "retrieving"
    objects.objects[runs[1].key] = runs[1].data
    async with site.database.writing() as session:
        await session.execute(update(RunRow).values(state="stored"))
    site.clock.at_ms += 10_000
    await made.once()
    found = await book.one(number)
    assert (found["export"]["state"], found["gaps"]) == ("done", [])


async def test_nothing_to_show_is_said(site: Site, book: SqlExportStore, tmp_path: Path) -> None:
    number, made = await ask(book), await maker(site, tmp_path, MemoryObjects())
    await made.once()
    assert [(await book.one(number))["export"][name] for name in ("state", "reason")] == ["failed", "no_footage"]
    assert not await made.once(), "its folder is removed, and then nothing is left to do"
    assert list((tmp_path / "exports").iterdir()) == []


async def test_a_damaged_run_is_a_gap_and_ends_nothing(site: Site, book: SqlExportStore, tmp_path: Path) -> None:
    runs = recorded(T0, 18)
    objects = await stored(site, runs)
    objects.objects[runs[1].key] = bytes(len(runs[1].data))
    number, made = await ask(book, {**SPAN, "end_ms": T0 + 18_000}), await maker(site, tmp_path, objects)
    await made.once()
    found = await book.one(number)
    assert found["export"]["state"] == "done"
    assert [(gap["start_ms"] - T0, gap["end_ms"] - T0, gap["cause"]) for gap in found["gaps"]] == [
        (6_000, 12_000, "damaged")
    ]
    assert [one["start_ms"] - T0 for one in found["files"]] == [0, 12_000]


async def test_a_derived_export_copies_nothing_and_names_what_it_leaves_out(
    site: Site, book: SqlExportStore, tmp_path: Path
) -> None:
    runs = recorded(T0, 10)
    at = runs[0].init_bytes + runs[0].segments[0]["bytes"] - runs[0].init_bytes
    data = bytearray(runs[0].data)
    data[at : at + runs[0].segments[1]["bytes"] - runs[0].init_bytes] = bytes(
        runs[0].segments[1]["bytes"] - runs[0].init_bytes
    )
    runs[0] = replace(runs[0], data=bytes(data))
    objects = await stored(site, runs)
    number, made = await ask(book, form="derived"), await maker(site, tmp_path, objects)
    await made.once()
    found = ExportDetailOut.model_validate(await book.one(number))
    assert (found.export.state, found.export.form) == ("done", "derived")
    assert [(gap.start_ms - T0, gap.end_ms - T0, gap.cause) for gap in found.gaps] == [(2_000, 4_000, "not derived")]
    assert [(one.start_ms - T0, one.end_ms - T0) for one in found.files] == [(0, 2_000), (4_000, 10_000)]
    folder = tmp_path / "exports" / number
    assert verify_folder(folder)[1] == ()
    manifest = json.loads((folder / "manifest.json").read_text())
    assert [[run["sha256"] for run in one["runs"]] for one in manifest["files"]] == [
        [hashlib.sha256(runs[0].data).hexdigest()],
        [hashlib.sha256(run.data).hexdigest() for run in runs],
    ]
    originals = {sha256 for run in runs for _, sha256 in nals(run.data)}
    made_of = {sha256 for one in found.files for _, sha256 in nals(folder / one.name)}
    assert made_of
    assert not originals & made_of


async def test_no_room_and_a_store_that_is_away_are_waited_for(
    site: Site, book: SqlExportStore, tmp_path: Path
) -> None:
    objects = await stored(site, recorded(T0, 10))
    number, made = await ask(book), await maker(site, tmp_path, objects)
    objects.faults = [Transient("store: away")]
    await made.once()
    assert (await book.one(number))["export"]["reason"] == "store_away"
    assert not await made.once(), "not at once again"
    full = ExportFolder(tmp_path / "exports", quota_bytes=10, free_bytes_min=0)
    site.clock.at_ms += 60_000
    await MakeExports(made.jobs, full, objects, site.clock).once()
    assert [(await book.one(number))["export"][name] for name in ("state", "reason")] == ["waiting", "no_room"]
    assert await held(site) == [True, True], "what waits is held"
    site.clock.at_ms += 60_000
    await made.once()
    assert (await book.one(number))["export"]["state"] == "done"


async def test_an_export_that_takes_its_maker_down_again_and_again_is_given_up(
    site: Site, book: SqlExportStore
) -> None:
    number, jobs = await ask(book), await jobs_of(site.database, site.clock)
    for _ in range(MOST_TRIES):
        assert await jobs.next_job() is not None
    assert await jobs.next_job() is None
    assert (await book.one(number))["export"]["reason"] == "lost_too_often"


async def test_who_lost_the_lease_writes_nothing(site: Site, book: SqlExportStore) -> None:
    number, jobs = await ask(book), await jobs_of(site.database, site.clock)
    job = await jobs.next_job()
    assert job is not None
    await drop(site.database, site.clock, LEASE)
    await take(site.database, site.clock, Term(LEASE.name, "another"))
    for call in (
        jobs.begun(job, 5),
        jobs.got_on(job),
        jobs.finish(job, {}),
        jobs.fail(job, "no_footage"),
        jobs.wait(job, "no_room", 1),
        jobs.removed(number),
    ):
        with pytest.raises(Transient):
            await call
    assert (await book.one(number))["export"]["state"] == "waiting"


class Hanging(MemoryObjects):
    """A store whose second object does not come."""

    def __init__(self) -> None:
        super().__init__()
        self.began = asyncio.Event()
        self.fetched = 0

    async def fetch(self, key: str, into: Path) -> None:
        self.fetched += 1
        if self.fetched > 1:
            self.began.set()
            await asyncio.Event().wait()
        await super().fetch(key, into)


async def test_a_cancel_ends_it_inside_a_film_and_leaves_nothing(
    site: Site, book: SqlExportStore, tmp_path: Path
) -> None:
    objects = Hanging()
    objects.objects = (await stored(site, recorded(T0, 10))).objects
    number, made = await ask(book), await maker(site, tmp_path, objects)
    working = asyncio.ensure_future(made.once())
    await objects.began.wait()
    assert list((tmp_path / "exports").glob("*/*.mp4.part")), "it is inside a film"
    await book.cancel(number, "kim", "")
    async with asyncio.timeout(20):
        await working
    assert not await made.once()
    assert list((tmp_path / "exports").iterdir()) == []
    assert await held(site) == [False, False]


async def test_a_finished_folder_that_nobody_told_of_is_told_of(
    site: Site, book: SqlExportStore, tmp_path: Path
) -> None:
    objects = await stored(site, recorded(T0, 10))
    number, made = await ask(book), await maker(site, tmp_path, objects)
    await made.once()
    before = await book.one(number)
    async with site.database.writing() as session:
        await session.execute(update(ExportRow).values(state="running", result=None, bytes_done=0))
    objects.objects = {}
    await made.once()
    after = await book.one(number)
    assert {**after, "export": None} == {**before, "export": None}
    assert after["export"]["state"] == "done"
    (film,) = (tmp_path / "exports" / number).glob("*.mp4")
    film.write_bytes(b"altered")
    async with site.database.writing() as session:
        await session.execute(update(ExportRow).values(state="running", result=None))
    await made.once()
    assert (await book.one(number))["export"]["reason"] == "no_footage", "it is made anew, from what the store has now"


async def test_a_finished_export_goes_when_it_was_kept_long_enough(
    site: Site, book: SqlExportStore, tmp_path: Path
) -> None:
    objects = await stored(site, recorded(T0, 10))
    number, made = await ask(book), await maker(site, tmp_path, objects)
    await made.once()
    site.clock.at_ms += 29 * 86_400_000
    await made.once()
    assert (tmp_path / "exports" / number).is_dir()
    site.clock.at_ms += 2 * 86_400_000
    await made.once()
    assert list((tmp_path / "exports").iterdir()) == []
    assert (await book.one(number))["export"]["reason"] == "kept_long_enough"


async def test_an_alarm_is_what_each_camera_saw_of_it(site: Site, book: SqlExportStore) -> None:
    of = rule()
    await site.judging.save_judgement(None, verdict(), (occurrence(of, 5, 8),))
    async with site.database.reading() as session:
        from controller.adapters.tables import AlarmRow

        alarm = await session.scalar(select(AlarmRow.id))
    assert alarm is not None
    (span,) = await book.alarm_spans([alarm])
    assert span["camera"] == CAMERA
    assert span["start_ms"] < T0 + 5_000 < T0 + 8_000 < span["end_ms"]
    with pytest.raises(Missing):
        await book.alarm_spans([uuid7()])
