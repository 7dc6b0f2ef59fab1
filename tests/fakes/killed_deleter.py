"""Who deletes footage on a real database and directory store, killed at random: `python -m … URL FOLDER KILLS SEED`."""

import asyncio
import ctypes
import os
import random
import signal
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path

from controller.adapters.database import Database
from controller.adapters.deletion_store import SqlDeletions
from controller.adapters.directory_store import DirectoryStore
from controller.adapters.retention_store import SqlRetentionStore
from controller.core.retention import Refusals
from controller.flows.delete_footage import carry_out
from shared.clock import SystemClock

_PR_SET_PDEATHSIG = 1
_BUSY_S = 0.06


async def delete(url: str, folder: Path, ready: int) -> None:
    """Carry out what is asked for, once."""
    database, clock = Database(url), SystemClock()
    objects = DirectoryStore(folder / "store", b"key", clock)
    rows = SqlDeletions(database, clock)
    os.write(ready, b".")
    await carry_out(rows, SqlRetentionStore(database, clock), objects, clock, Refusals())
    objects.close()
    await database.close()


def fork(url: str, folder: Path) -> int:
    """The process that deletes, once it is at work."""
    listen, ready = os.pipe()
    child = os.fork()
    if child == 0:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        code = 1
        try:
            asyncio.run(delete(url, folder, ready))
            code = 0
        finally:
            os._exit(code)
    os.close(ready)
    os.read(listen, 1)
    os.close(listen)
    return child


def looked_at(url: str, folder: Path) -> str:
    """Whether rows and objects agree: a row says that it goes before its object does, and that it went after."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=20)) as connection:
        rows = connection.execute("SELECT key, state, expired_ms, length_bytes, id LIKE 'held%' FROM run").fetchall()
    gone = 0
    for key, state, expired_ms, length_bytes, is_held in rows:
        file = folder / "store" / key
        there = file.exists()
        gone += state == "expired"
        if there and file.stat().st_size != length_bytes:
            raise SystemExit(f"half an object: {key}")
        if is_held and (state != "stored" or not there):
            raise SystemExit(f"held and gone: {key}")
        if (state == "expired" and there) or (state == "stored" and not there and expired_ms is None):
            raise SystemExit(f"row and object do not agree: {key} is {state}")
    return f"{gone} gone"


def main(url: str, folder: Path, kills: int, seed: int) -> None:
    """Kill, look, start again."""
    chance = random.Random(seed)
    for number in range(kills):
        child = fork(url, folder)
        time.sleep(chance.uniform(0, _BUSY_S))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        sys.stdout.write(f"kill {number}: {looked_at(url, folder)}\n")
        sys.stdout.flush()  # before the next fork, which would say it again
    _, status = os.waitpid(fork(url, folder), 0)
    sys.stdout.write(f"end {status}: {looked_at(url, folder)}\n")
    sys.stdout.flush()  # before the next fork, which would say it again


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
