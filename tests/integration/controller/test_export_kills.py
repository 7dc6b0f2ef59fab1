"""The maker of exports is killed again and again: no half film has a name, and what comes out is the same."""

import json
import shutil
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, select

from controller.adapters.archive_store import SqlArchives
from controller.adapters.child import spawn
from controller.adapters.database import Database
from controller.adapters.export_folder import ExportFolder
from controller.adapters.export_store import SqlExportStore
from controller.adapters.fact_store import SqlFactStore
from controller.adapters.hold_store import SqlHoldStore
from controller.adapters.people_store import PeopleStore
from controller.adapters.tables import CameraRow, RunRow
from controller.adapters.verify_bundle.bundle import verify
from controller.app.exports import verify_folder
from controller.core.export_manifest import MANIFEST
from controller.flows.export import MakeExports
from shared.clock import SystemClock
from shared.ids import CameraId, SiteId
from tests.builders import T0, node_status
from tests.fakes.bundles import SigningSite
from tests.fakes.exports import CAMERA, LEASE, away_alarm, jobs_of, recorded
from tests.fakes.killed_exporter import ARCHIVE, TARGET, FolderObjects
from tests.fakes.led import drop
from tests.fakes.tables import make_tables
from tests.servers.stores import S3Store

pytestmark = pytest.mark.integration

_FILMS = 8
_APART_MS = 12_000


async def prepare(url: str, folder: Path, *, footage: bool = True) -> Database:
    """A minute and a half of footage in runs of six seconds, one of them somebody's evidence; or a site alone."""
    database = Database(url)
    await make_tables(database)
    await PeopleStore(database, SystemClock()).prepare_site(SiteId("yard"))
    if not footage:
        return database
    runs = recorded(T0, _FILMS * _APART_MS // 1000)
    for run in runs:
        (folder / run.key.replace("/", "-")).write_bytes(run.data)
    async with database.writing() as session:
        session.add(CameraRow(id=CAMERA, node="gate"))
        session.add_all(run.row() for run in runs)
    return database


async def ask(database: Database, target: str | None = None) -> str:
    """An export of films that lie apart; every run has some of it."""
    spans = [
        {"camera": CAMERA, "start_ms": T0 + n * _APART_MS, "end_ms": T0 + n * _APART_MS + 8_000} for n in range(_FILMS)
    ]
    found: str = (await SqlExportStore(database, SystemClock()).add(spans, (), "", "kim", "", None, target))["id"]
    return found


async def held(database: Database) -> list[int]:
    """Where held runs begin, ms after the first."""
    async with database.reading() as session:
        query = select(RunRow.start_ms).where(col(RunRow.held).is_(True)).order_by(col(RunRow.start_ms))
        return [start_ms - T0 for start_ms in await session.scalars(query)]


async def make(url: str, folder: Path, export: str, kills: int, s3: dict[str, str] | None = None) -> str:
    """Run the maker, and then who deletes what it made, to their ends; what was said."""
    log = folder / "maker.log"
    argv = [sys.executable, "-m", "tests.fakes.killed_exporter", url, str(folder), export, str(kills), "7"]
    argv += [] if s3 is None else [json.dumps(s3)]
    running = await spawn(argv, log_file=log)
    try:
        code = await running.wait()
    finally:
        if running.returncode is None:
            running.kill()
    said = log.read_text(encoding="utf-8")
    assert code == 0, said[-3000:]
    return said


KILLS = [
    pytest.param(3, id="short"),
    pytest.param(100, id="long", marks=[pytest.mark.long, pytest.mark.timeout(600)]),
]


async def reference(database: Database, folder: Path) -> str:
    """The same export by a maker that nobody kills."""
    clock = SystemClock()
    await SqlHoldStore(database, clock).add(CameraId(CAMERA), T0, T0 + 1_000, "evidence", "kim", "")
    first = await ask(database)
    files = ExportFolder(folder / "reference", quota_bytes=None, free_bytes_min=0)
    await MakeExports(await jobs_of(database, clock), files, FolderObjects(folder), clock).once()
    await drop(database, clock, LEASE)
    (folder / TARGET).mkdir()
    return first


def compare(folder: Path, first: str) -> None:
    """What came out after all kills is what came out without any."""
    promises, wrong = verify_folder(folder / "copy")
    assert (len(promises), wrong) == (_FILMS, ())
    made = json.loads((folder / "copy" / MANIFEST).read_text())
    assert made["files"] == json.loads((folder / "reference" / first / MANIFEST).read_text())["files"]
    assert list((folder / "exports").iterdir()) == []


@pytest.mark.parametrize("target", [None, TARGET])
@pytest.mark.parametrize("kills", KILLS)
async def test_a_maker_that_is_killed_makes_what_one_makes_that_is_not(
    tmp_path: Path, kills: int, target: str | None
) -> None:
    url = f"sqlite:///{tmp_path}/db.sqlite3"
    database = await prepare(url, tmp_path)
    first = await reference(database, tmp_path)
    second = await ask(database, target)
    said = await make(url, tmp_path, second, kills)
    assert said.count("kill ") == 2 * kills
    compare(tmp_path, first)
    assert [path.name for path in (tmp_path / TARGET).iterdir()] == ([] if target is None else [f"export-{second}"])
    assert await held(database) == [0], "a person's hold outlives exports, and nothing else is held"
    await database.close()


@pytest.mark.xdist_group("radosgw")
@pytest.mark.parametrize("kills", KILLS)
async def test_at_an_s3_store_too(tmp_path: Path, kills: int, s3: S3Store) -> None:
    url = f"sqlite:///{tmp_path}/db.sqlite3"
    database = await prepare(url, tmp_path)
    first = await reference(database, tmp_path)
    second = await ask(database, TARGET)
    place = {"endpoint": f"http://{s3.endpoint}", "bucket": s3.bucket, "access_key": s3.access_key}
    said = await make(url, tmp_path, second, kills, {**place, "secret_key": s3.secret_key, "region": s3.region})
    assert said.count("kill ") == 2 * kills
    compare(tmp_path, first)
    assert await held(database) == [0]
    await database.close()


@pytest.mark.parametrize("kills", KILLS)
async def test_a_scheduled_backup_asks_once_and_brings_all_of_it(tmp_path: Path, kills: int) -> None:
    url = f"sqlite:///{tmp_path}/db.sqlite3"
    database = await prepare(url, tmp_path)
    first = await reference(database, tmp_path)
    holds = SqlHoldStore(database, SystemClock())
    for n in range(_FILMS):
        at_ms = T0 + n * _APART_MS
        await holds.add(CameraId(CAMERA), at_ms, at_ms + 8_000, "theft", "kim", "")
    async with database.writing() as session:
        session.add(away_alarm(SystemClock().now(), T0))
    archives = SqlArchives(database, SystemClock(), ZoneInfo("Asia/Seoul"))
    await archives.put("nightly", TARGET, ["high"], "day", 0, 0, "kim", "")
    await archives.run("nightly", "kim", "")
    said = await make(url, tmp_path, ARCHIVE, kills)
    assert said.count("kill ") == 2 * kills
    compare(tmp_path, first)
    papers, wrong = verify_folder(tmp_path / "records")
    assert (len(papers), wrong) == (2, ())
    (state,) = await archives.all()
    assert (state["copied"], state["waiting"], state["failing"]) == (_FILMS + 2, 0, False)
    assert len(await held(database)) > 1, "what people hold stays held"
    await database.close()


@pytest.mark.parametrize("kills", KILLS)
async def test_a_bundle_that_was_killed_is_byte_for_byte_what_one_is_that_was_not(tmp_path: Path, kills: int) -> None:
    killed, quiet = tmp_path / "killed", tmp_path / "quiet"
    killed.mkdir()
    database = await prepare(f"sqlite:///{killed}/db.sqlite3", killed, footage=False)
    clock = SystemClock()
    facts = SqlFactStore(database, clock, SiteId("yard"))
    await facts.save_status(node_status(CAMERA))
    signing = SigningSite(database, clock, killed)
    for run in await signing.record(facts, 90):
        (killed / run.key.replace("/", "-")).write_bytes(run.data)
    spans = [{"camera": CAMERA, "start_ms": T0 + at, "end_ms": T0 + at + 25_000} for at in (0, 30_000, 60_000)]
    export = (await signing.book.add(spans, (), "court", "kim", "", None, form="bundle"))["id"]
    await signing.seal()
    await database.close()
    shutil.copytree(killed, quiet)
    for folder, count in ((quiet, 0), (killed, kills)):
        said = await make(f"sqlite:///{folder}/db.sqlite3", folder, export, count)
        assert said.count("kill ") == 2 * count
    made, wanted = ({one.name: one.read_bytes() for one in (folder / "copy").iterdir()} for folder in (killed, quiet))
    assert made == wanted
    assert {"report.ko.pdf", "manifest.sig", "verify.py"} < made.keys()
    found = verify(killed / "copy", signing.notary.site_key()["fingerprint"])
    assert (found["sound"], found["trusted"], found["counts"]["segments"] > 20) == (True, True, True)
    assert list((killed / "exports").iterdir()) == []
