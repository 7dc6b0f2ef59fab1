"""A worker on a real database, killed at random moments and started again: `python -m … URL FOLDER KILLS SEED`.

One process imports everything, forks the worker, kills it, forks the next; at last it lets one finish.
"""

import asyncio
import ctypes
import os
import random
import signal
import sqlite3
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from controller.adapters.database import Database
from controller.adapters.judging_store import SqlJudgingStore
from controller.core.judge import CameraJudge
from controller.core.records import Detection
from controller.flows.detect import BatchingDetector
from controller.flows.evidence import Evidence
from controller.flows.verify import Worker, WorkerParts
from controller.flows.verify_parts import LiveParts
from controller.flows.verify_stored import StoredParts
from controller.ports import Picture
from shared.clock import to_datetime
from shared.errors import Rejected
from shared.ids import SiteId
from shared.mint import uuid7
from tests.builders import T0
from tests.fakes.verifier import (
    FakeRelay,
    MemoryObjects,
    QuickBell,
    RecordingCommands,
    ScriptedDecoder,
    ScriptedDetector,
    ScriptedFootage,
)

SITE = SiteId("yard")
_PR_SET_PDEATHSIG = 1
SPEED = 25
"""Leases of ten seconds run out in less than half a one."""


class QuickClock:
    """Runs faster than the machine's, and alike in every process that was forked from one."""

    def __init__(self, began_s: float) -> None:
        self._began_s = began_s

    def now(self) -> datetime:
        return to_datetime(self.unix_ms())

    def unix_ms(self) -> int:
        return T0 + self.monotonic_ms()

    def monotonic_ms(self) -> int:
        return round((time.monotonic() - self._began_s) * 1000 * SPEED)

    async def sleep_ms(self, duration_ms: float) -> None:
        await asyncio.sleep(duration_ms / 1000 / SPEED)


class SlowDetector(ScriptedDetector):
    """Takes its time, so that a kill finds it at work."""

    def detect(self, pictures: Sequence[Picture]) -> list[tuple[Detection, ...]]:
        time.sleep(0.004)
        return super().detect(pictures)


class FolderObjects(MemoryObjects):
    """Clips are files; pictures are forgotten."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    async def fetch(self, key: str, into: Path) -> None:
        if not (self._folder / key).exists():
            raise Rejected("object", f"{key} is absent")
        into.write_bytes((self._folder / key).read_bytes())


async def _work(url: str, folder: Path, clock: QuickClock) -> None:
    database = Database(url)
    store = SqlJudgingStore(database, clock, SITE, uuid7)
    objects, bell, detector = FolderObjects(folder), QuickBell(), BatchingDetector(SlowDetector())
    evidence = Evidence(objects, lambda _: b"jpeg", SITE, clock)
    scratch = folder / f"scratch-{os.getpid()}"
    scratch.mkdir()
    commands = RecordingCommands()
    live = LiveParts(store, FakeRelay(), ScriptedDecoder, detector, commands, evidence, bell, clock, uuid7, 5.0)
    stored = StoredParts(store, objects, ScriptedFootage(), detector, evidence, clock, uuid7, scratch, 5.0)
    parts = WorkerParts(
        f"worker-{os.getpid()}", store, bell, clock, live, stored, lambda camera: CameraJudge(camera, (), (), uuid7)
    )
    await asyncio.gather(Worker(parts).run(), detector.run())


def _start(url: str, folder: Path, clock: QuickClock) -> int:
    pid = os.fork()
    if pid == 0:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        asyncio.run(_work(url, folder, clock))
        os._exit(1)
    return pid


def _left(file: str) -> int:
    with closing(sqlite3.connect(file, timeout=30)) as connection:
        found = connection.execute("SELECT count(*) FROM job WHERE state IN ('waiting', 'leased')").fetchone()
        return int(found[0])


def _busy(file: str, pid: int) -> bool:
    with closing(sqlite3.connect(file, timeout=30)) as connection:
        mine = "SELECT count(*) FROM job WHERE state = 'leased' AND worker = ?"
        return bool(connection.execute(mine, (f"worker-{pid}",)).fetchone()[0])


def _end(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def main() -> None:
    """Kill until there were enough kills, then wait until nothing is left to judge."""
    url, folder, kills, seed = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    file, chance, clock = url.partition("///")[2], random.Random(seed), QuickClock(time.monotonic())
    for kill in range(kills):
        pid = _start(url, folder, clock)
        while _left(file) and not _busy(file, pid):
            time.sleep(0.01)
        time.sleep(chance.uniform(0.0, 0.4))
        _end(pid)
        sys.stdout.write(f"kill {kill + 1}: {_left(file)} left\n")
        sys.stdout.flush()  # before the next fork, which would say it again
    pid = _start(url, folder, clock)
    try:
        while _left(file):
            time.sleep(0.1)
    finally:
        _end(pid)


if __name__ == "__main__":
    main()
