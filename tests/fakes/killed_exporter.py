"""A maker of exports on a real database and disk, killed at random: `python -m … URL FOLDER EXPORT KILLS SEED`.

One process imports everything, forks the maker, kills it, looks at the disk, forks the next; at last one finishes.
Then the export is deleted, and the same happens to who removes it.
"""

import asyncio
import ctypes
import hashlib
import os
import random
import shutil
import signal
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path

from controller.adapters.database import Database
from controller.adapters.directory_target import DirectoryTarget
from controller.adapters.export_folder import ExportFolder
from controller.adapters.export_jobs import Lease, SqlExportJobs
from controller.adapters.export_store import SqlExportStore
from controller.adapters.lease_store import SqlLeaseStore
from controller.flows.export import MakeExports
from controller.flows.lead import lead
from controller.flows.send_export import SendExport
from shared.clock import SystemClock
from shared.errors import Rejected
from tests.fakes.exports import LEASE
from tests.fakes.targets import NamedTargets
from tests.fakes.verifier import MemoryObjects

TARGET = "nas"
_PR_SET_PDEATHSIG = 1
_BUSY_S = 0.4
_REMOVED_S = 0.03


class FolderObjects(MemoryObjects):
    """Runs are files; each takes its time, so that a kill finds the maker at work."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    async def fetch(self, key: str, into: Path) -> None:
        await asyncio.sleep(0.004)
        path = self._folder / key.replace("/", "-")
        if not path.exists():
            raise Rejected("object", f"{key} is absent")
        into.write_bytes(path.read_bytes())


async def make(url: str, folder: Path, ready: int) -> None:
    """Make exports until none is open and none has files to remove."""
    database, clock = Database(url), SystemClock()
    lease = Lease(LEASE.name, LEASE.holder)
    jobs = SqlExportJobs(database, clock, lease, site="yard", version="0.1.0", wait_ms=0, keep_days=30)
    files = ExportFolder(folder / "exports", quota_bytes=None, free_bytes_min=0)
    sender = SendExport(NamedTargets({TARGET: DirectoryTarget(folder / TARGET)}))
    work = MakeExports(jobs, files, FolderObjects(folder), clock, sender)

    async def until_done() -> None:
        os.write(ready, b".")
        while await work.once():
            pass

    await lead(SqlLeaseStore(database, clock), lease.name, lease.holder, clock, until_done)
    await database.close()


def fork(url: str, folder: Path) -> int:
    """The maker's process, once it is at work."""
    listen, ready = os.pipe()
    child = os.fork()
    if child == 0:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        code = 1
        try:
            asyncio.run(make(url, folder, ready))
            code = 0
        finally:
            os._exit(code)
    os.close(ready)
    os.read(listen, 1)
    os.close(listen)
    return child


def looked_at(folder: Path, known: dict[str, str]) -> str:
    """What lies under a final name after a kill, in words; every such film is one that an undisturbed maker makes."""
    films = [*(folder / "exports").glob("*/*.mp4"), *(folder / TARGET).glob("*/*.mp4")]
    for path in films:
        if ".gone" in path.parent.name:
            continue
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        if known.setdefault(path.name, sha256) != sha256:
            raise SystemExit(f"half a file under a final name: {path.name}")
    return f"{len(films)} films"


def held(url: str) -> str:
    """Open exports and what of runs is not held although one is open."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=20)) as connection:
        count = "SELECT count(*) FROM "
        opened = connection.execute(count + "export WHERE state IN ('waiting', 'retrieving', 'running')").fetchone()[0]
        loose = connection.execute(count + "run WHERE NOT held").fetchone()[0]
    if opened and loose:
        raise SystemExit("an export is open and its footage is not held")
    return f"{opened} open"


def delete(url: str, export: str) -> None:
    """Ask for its deletion, in a process of its own: this one forks, and has no threads."""
    child = os.fork()
    if child == 0:
        asyncio.run(SqlExportStore(Database(url), SystemClock()).delete(export, "kim", ""))
        os._exit(0)
    os.waitpid(child, 0)


def main(url: str, folder: Path, export: str, kills: int, seed: int) -> None:
    """Kill, look, start again; films that a kill left are compared with those under `reference/`."""
    chance = random.Random(seed)
    known = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (folder / "reference").glob("*/*.mp4")
    }
    for busy_s, doing in ((_BUSY_S, "made"), (_REMOVED_S, "removed")):
        for number in range(kills):
            child = fork(url, folder)
            time.sleep(chance.uniform(0, busy_s))
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            sys.stdout.write(f"kill {number} while it is {doing}: {looked_at(folder, known)}, {held(url)}\n")
        _, status = os.waitpid(fork(url, folder), 0)
        sys.stdout.write(f"end {status}: {looked_at(folder, known)}, {held(url)}\n")
        sys.stdout.flush()
        if status:
            raise SystemExit(1)
        if doing == "made":
            sent = folder / TARGET / f"export-{export}"
            shutil.copytree(sent if sent.exists() else folder / "exports" / export, folder / "copy")
            delete(url, export)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
