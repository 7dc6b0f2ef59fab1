"""Who deletes footage is killed again and again: rows and objects agree, what is held stays, the rest goes."""

import sys
from pathlib import Path

import pytest

from controller.adapters.child import spawn
from controller.adapters.database import Database
from controller.adapters.deletion_store import SqlDeletions
from controller.adapters.directory_store import DirectoryStore, prepare_directory
from controller.adapters.hold_store import SqlHoldStore
from controller.adapters.tables import CameraRow
from shared.clock import SystemClock
from shared.ids import CameraId
from tests.builders import T0
from tests.contract.controller.test_holds import CAMERA, run
from tests.fakes.tables import make_tables

pytestmark = pytest.mark.integration
_HELD = range(3, 6)


@pytest.mark.parametrize(
    ("kills", "runs"),
    [
        pytest.param(4, 60, id="short"),
        pytest.param(100, 2_000, id="long", marks=[pytest.mark.long, pytest.mark.timeout(600)]),
    ],
)
async def test_what_is_killed_while_it_deletes_ends_what_was_begun(tmp_path: Path, kills: int, runs: int) -> None:
    url, clock = f"sqlite:///{tmp_path}/db.sqlite3", SystemClock()
    database = Database(url)
    await make_tables(database)
    prepare_directory(tmp_path / "store")
    objects = DirectoryStore(tmp_path / "store", b"key", clock)
    names = [f"{'held' if number in _HELD else 'run'}{number}" for number in range(runs)]
    async with database.writing() as session:
        session.add(CameraRow(id=CAMERA, node="gate"))
        session.add_all(run(number, id=name, key=f"runs/{name}") for number, name in enumerate(names))
    for name in names:
        (tmp_path / "store" / "runs").mkdir(exist_ok=True, parents=True)
        (tmp_path / "store" / "runs" / name).write_bytes(b"12345")
    first, last = T0 + _HELD[0] * 10_000, T0 + (_HELD[-1] + 1) * 10_000
    await SqlHoldStore(database, clock).add(CameraId(CAMERA), first + 1, last - 1, "evidence", "kim", "")
    deletions = SqlDeletions(database, clock)
    asked = await deletions.add([CAMERA], T0, T0 + runs * 10_000, "erasure", "root", "")
    log = tmp_path / "deleter.log"
    argv = [sys.executable, "-m", "tests.fakes.killed_deleter", url, str(tmp_path), str(kills), "7"]
    running = await spawn(argv, log_file=log)
    try:
        code = await running.wait()
    finally:
        if running.returncode is None:
            running.kill()
    said = log.read_text(encoding="utf-8")
    assert code == 0, said[-3000:]
    assert (said.count("kill "), said.count("end 0")) == (kills, 1)
    done = await deletions.one(asked["id"])
    assert (done["gone_runs"], done["left_runs"], done["held_runs"]) == (runs - len(_HELD), 0, len(_HELD))
    assert done["done_at"] is not None
    assert {path.name for path in (tmp_path / "store" / "runs").iterdir()} == {f"held{number}" for number in _HELD}
    objects.close()
    await database.close()
