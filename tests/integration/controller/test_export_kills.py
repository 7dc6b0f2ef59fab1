"""The maker of exports is killed again and again: no half film has a name, and what comes out is the same."""

import json
import sys
from pathlib import Path

import pytest
from sqlmodel import col, select

from controller.adapters.child import spawn
from controller.adapters.database import Database
from controller.adapters.export_folder import ExportFolder
from controller.adapters.export_store import SqlExportStore
from controller.adapters.hold_store import SqlHoldStore
from controller.adapters.lease_store import SqlLeaseStore
from controller.adapters.people_store import PeopleStore
from controller.adapters.tables import METADATA, CameraRow, RunRow
from controller.app.exports import verify_folder
from controller.core.export_manifest import MANIFEST
from controller.flows.export import MakeExports
from shared.clock import SystemClock
from shared.ids import CameraId, SiteId
from tests.builders import T0
from tests.fakes.exports import CAMERA, LEASE, jobs_of, recorded
from tests.fakes.killed_exporter import TARGET, FolderObjects

pytestmark = pytest.mark.integration

_FILMS = 8
_APART_MS = 12_000


async def prepare(url: str, folder: Path) -> Database:
    """A minute and a half of footage in runs of six seconds, one of them somebody's evidence."""
    database = Database(url)
    async with database.engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
    await PeopleStore(database, SystemClock()).prepare_site(SiteId("yard"))
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


async def make(url: str, folder: Path, export: str, kills: int) -> str:
    """Run the maker, and then who deletes what it made, to their ends; what was said."""
    log = folder / "maker.log"
    argv = [sys.executable, "-m", "tests.fakes.killed_exporter", url, str(folder), export, str(kills), "7"]
    running = await spawn(argv, log_file=log)
    try:
        code = await running.wait()
    finally:
        if running.returncode is None:
            running.kill()
    said = log.read_text(encoding="utf-8")
    assert code == 0, said[-3000:]
    return said


@pytest.mark.parametrize("target", [None, TARGET])
@pytest.mark.parametrize(
    "kills",
    [pytest.param(3, id="short"), pytest.param(100, id="long", marks=[pytest.mark.long, pytest.mark.timeout(600)])],
)
async def test_a_maker_that_is_killed_makes_what_one_makes_that_is_not(
    tmp_path: Path, kills: int, target: str | None
) -> None:
    url = f"sqlite:///{tmp_path}/db.sqlite3"
    database = await prepare(url, tmp_path)
    clock = SystemClock()
    await SqlHoldStore(database, clock).add(CameraId(CAMERA), T0, T0 + 1_000, "evidence", "kim", "")
    first = await ask(database)
    files = ExportFolder(tmp_path / "reference", quota_bytes=None, free_bytes_min=0)
    await MakeExports(await jobs_of(database, clock), files, FolderObjects(tmp_path), clock).once()
    await SqlLeaseStore(database, clock).release(LEASE.name, LEASE.holder)
    (tmp_path / TARGET).mkdir()
    second = await ask(database, target)
    said = await make(url, tmp_path, second, kills)
    assert said.count("kill ") == 2 * kills
    promises, wrong = verify_folder(tmp_path / "copy")
    assert (len(promises), wrong) == (_FILMS, ())
    made = json.loads((tmp_path / "copy" / MANIFEST).read_text())
    reference = json.loads((tmp_path / "reference" / first / MANIFEST).read_text())
    assert made["files"] == reference["files"]
    assert list((tmp_path / "exports").iterdir()) == []
    assert [path.name for path in (tmp_path / TARGET).iterdir()] == ([] if target is None else [f"export-{second}"])
    assert await held(database) == [0], "a person's hold outlives exports, and nothing else is held"
    await database.close()
