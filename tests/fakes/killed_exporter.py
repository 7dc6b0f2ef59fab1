"""A maker of exports on a real database and disk, killed at random: `python -m … URL FOLDER EXPORT KILLS SEED [S3]`.

One process imports everything, forks the maker, kills it, looks at the disk, forks the next; at last one finishes.
Then the export is deleted, and the same happens to who removes it. EXPORT `archive`: what an archive of the database
asks for. Where the site's key lies in FOLDER: a bundle. S3: endpoint, bucket, access key, secret key and region of the
destination, JSON; none: a directory.
"""

import asyncio
import ctypes
import hashlib
import json
import os
import random
import shutil
import signal
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

from controller.adapters.archive_jobs import SqlArchiveJobs
from controller.adapters.database import Database
from controller.adapters.directory_target import DirectoryTarget
from controller.adapters.export_folder import ExportFolder
from controller.adapters.export_jobs import SqlExportJobs
from controller.adapters.export_store import SqlExportStore
from controller.adapters.lease_store import SqlLeaseStore, under
from controller.adapters.notary import SiteNotary
from controller.adapters.presign import S3Key
from controller.adapters.report_pdf import report_pdf
from controller.adapters.s3_client import s3_client
from controller.adapters.s3_target import S3Target, S3TargetPlace
from controller.adapters.verifier_file import verifier_file
from controller.core.export_manifest import MANIFEST, promised
from controller.core.lease import Term
from controller.flows.export import MakeExports
from controller.flows.lead import lead
from controller.flows.run_archives import RunArchives
from controller.flows.send_export import SendExport
from shared.clock import SystemClock
from shared.errors import Rejected
from tests.fakes.exports import LEASE
from tests.fakes.targets import NamedTargets
from tests.fakes.verifier import MemoryObjects

TARGET, ARCHIVE, KEY = "nas", "archive", "audit-key.pem"
_PR_SET_PDEATHSIG = 1
_BUSY_S = 1.5  # a process comes up for each film, reports are laid out
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


def place_of(s3: dict[str, str]) -> S3TargetPlace:
    """Where exports go."""
    return S3TargetPlace(s3["endpoint"], s3["bucket"], "", S3Key(s3["access_key"], s3["secret_key"], s3["region"]))


async def make(url: str, folder: Path, ready: int, s3: dict[str, str] | None) -> None:
    """Run archives that are due, then make exports until none is open and none has files to remove."""
    database, clock = Database(url), SystemClock()
    term = Term(LEASE.name, LEASE.holder)
    led = under(database, clock, term)
    jobs = SqlExportJobs(led, clock, site="yard", version="0.1.0", wait_ms=0, keep_days=30)
    files = ExportFolder(folder / "exports", quota_bytes=None, free_bytes_min=0)
    target = DirectoryTarget(folder / TARGET) if s3 is None else S3Target(place_of(s3))
    sender = SendExport(NamedTargets({TARGET: target}))
    archives = RunArchives(SqlArchiveJobs(led, clock, ZoneInfo("Asia/Seoul")), clock)
    notary = (lambda: SiteNotary(folder / KEY, "yard")) if (folder / KEY).exists() else None
    work = MakeExports(jobs, files, FolderObjects(folder), clock, sender, notary=notary)

    async def until_done() -> None:
        os.write(ready, b".")
        await archives.once()
        while await work.once():
            pass
        await archives.once()

    await lead(SqlLeaseStore(database, clock), term, clock, until_done)
    await database.close()


def fork(url: str, folder: Path, s3: dict[str, str] | None) -> int:
    """The maker's process, once it is at work."""
    listen, ready = os.pipe()
    child = os.fork()
    if child == 0:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        code = 1
        try:
            asyncio.run(make(url, folder, ready, s3))
            code = 0
        finally:
            os._exit(code)
    os.close(ready)
    os.read(listen, 1)
    os.close(listen)
    return child


def looked_at(folder: Path, known: dict[str, str], s3: dict[str, str] | None) -> str:
    """What lies under a final name after a kill, in words; every such film is one that an undisturbed maker makes."""
    films = [*(folder / "exports").glob("*/*.mp4"), *(folder / TARGET).glob("*/*.mp4")]
    there = {path.name: path.read_bytes() for path in films if ".gone" not in path.parent.name}
    sent = {} if s3 is None else objects(s3)
    there |= {name.rpartition("/")[2]: data for name, data in sent.items() if name.endswith(".mp4")}
    for name, data in there.items():
        sha256 = hashlib.sha256(data).hexdigest()
        if known.setdefault(name, sha256) != sha256:
            raise SystemExit(f"half a file under a final name: {name}")
    for name, data in sent.items():
        if not name.endswith(f"/{MANIFEST}"):
            continue
        for one in promised(json.loads(data)):
            found = sent.get(f"{name.removesuffix(MANIFEST)}{one.name}", b"")
            if hashlib.sha256(found).hexdigest() != one.sha256:
                raise SystemExit(f"a manifest without its file: {one.name}")
    return f"{len(there)} films"


def objects(s3: dict[str, str]) -> dict[str, bytes]:
    """All of the bucket."""
    client, http = s3_client(s3["endpoint"], place_of(s3).key, field="endpoint", connections=1, connect_s=5)
    try:
        names = [str(one.object_name) for one in client.list_objects(s3["bucket"], recursive=True)]
        return {name: client.get_object(s3["bucket"], name).read() for name in names}
    finally:
        http.clear()


def held(url: str) -> str:
    """Open exports and what of runs is not held although one is open."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=20)) as connection:
        count = "SELECT count(*) FROM "
        opened = connection.execute(count + "export WHERE state IN ('waiting', 'retrieving', 'running')").fetchone()[0]
        loose = connection.execute(count + "run WHERE NOT held").fetchone()[0]
    if opened and loose:
        raise SystemExit("an export is open and its footage is not held")
    return f"{opened} open"


def keep_copy(folder: Path, export: str, s3: dict[str, str] | None, into: str = "copy") -> None:
    """What came out, wherever it went, to be compared."""
    if s3 is None:
        sent = folder / TARGET / f"export-{export}"
        shutil.copytree(sent if sent.exists() else folder / "exports" / export, folder / into)
        return
    (folder / into).mkdir()
    for name, data in objects(s3).items():
        of, _, file = name.rpartition("/")
        if of == f"export-{export}":
            (folder / into / file).write_bytes(data)


def delete(url: str, export: str) -> None:
    """Ask for its deletion, in a process of its own: this one forks, and has no threads."""
    child = os.fork()
    if child == 0:
        asyncio.run(SqlExportStore(Database(url), SystemClock()).delete(export, "kim", ""))
        os._exit(0)
    os.waitpid(child, 0)


def sent_by_archive(url: str) -> tuple[str, str]:
    """The two exports that an archive asked for, of holds and of alarms, however often it was killed; all done."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=20)) as connection:
        made = connection.execute("SELECT id FROM export WHERE why LIKE 'archive %' ORDER BY alarms <> '[]'").fetchall()
        left = connection.execute("SELECT count(*) FROM archive_item WHERE NOT done").fetchone()[0]
    if len(made) != 2 or left:
        raise SystemExit(f"the archive asked {len(made)} times, {left} of it are not done")
    return str(made[0][0]), str(made[1][0])


def warmed_up() -> None:
    """Import and read what each maker would: a kill is to find it at work."""
    report_pdf([], "en", ("", ""))
    verifier_file()


def main(url: str, folder: Path, export: str, kills: int, seed: int, s3: dict[str, str] | None = None) -> None:
    """Kill, look, start again; films that a kill left are compared with those under `reference/`."""
    chance = random.Random(seed)
    known = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (folder / "reference").glob("*/*.mp4")
    }
    warmed_up()
    for busy_s, doing in ((_BUSY_S, "made"), (_REMOVED_S, "removed")):
        for number in range(kills):
            child = fork(url, folder, s3)
            time.sleep(chance.uniform(0, busy_s))
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            sys.stdout.write(f"kill {number} while it is {doing}: {looked_at(folder, known, s3)}, {held(url)}\n")
            sys.stdout.flush()  # before the next fork, which would say it again
        _, status = os.waitpid(fork(url, folder, s3), 0)
        sys.stdout.write(f"end {status}: {looked_at(folder, known, s3)}, {held(url)}\n")
        sys.stdout.flush()  # before the next fork, which would say it again
        sys.stdout.flush()
        if status:
            raise SystemExit(1)
        if doing == "made":
            brought = sent_by_archive(url) if export == ARCHIVE else (export,)
            for one, name in zip(brought, ("copy", "records"), strict=False):
                keep_copy(folder, one, s3, name)
                delete(url, one)


if __name__ == "__main__":
    place = (json.loads(one) for one in sys.argv[6:])
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]), int(sys.argv[5]), *place)
