"""How long an evidence bundle takes to make and to verify, and what it weighs beside its media.

`python -m bench.bundles [--minutes 1 10 60] [--mbit 1]`: one camera, 10 pictures a second, segments of two seconds,
SQLite. Making is all that the role `export` does, reports and read-back included; verifying is `verify.py` alone.
"""

import argparse
import asyncio
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from controller.adapters.database import Database
from controller.adapters.fact_store import SqlFactStore
from controller.adapters.people_store import PeopleStore
from tests.builders import T0, node_status
from tests.fakes.bundles import SITE, SigningSite, document_of
from tests.fakes.exports import CAMERA
from tests.fakes.footage import FPS
from tests.fakes.site import HandClock
from tests.fakes.tables import make_tables

LATE_MS = 7_200_000  # all of it is past by then


def spent_s(who: int) -> float:
    """Processor time of this process, or of its children that ended."""
    found = resource.getrusage(who)
    return found.ru_utime + found.ru_stime


async def made(minutes: int, mbit: float, root: Path) -> tuple[Path, str, float, float]:
    """A bundle, the fingerprint of its site's key, wall and processor time, s."""
    url = f"sqlite:///{root / 'site.sqlite3'}"
    database, clock = Database(url), HandClock(T0)
    await make_tables(database)
    await PeopleStore(database, clock).prepare_site(SITE)
    try:
        facts = SqlFactStore(database, clock, SITE)
        await facts.save_status(node_status(CAMERA))
        clock.at_ms += LATE_MS
        site = SigningSite(database, clock, root)
        filler = b"\0\0\0\1\x0c" + b"\xff" * round(mbit * 125_000 / FPS) + b"\x80"
        await site.record(facts, minutes * 60, before=filler)
        began, before = time.monotonic(), spent_s(resource.RUSAGE_SELF)
        folder = await site.bundle(T0, T0 + minutes * 60_000)
        took_s, processor_s = time.monotonic() - began, spent_s(resource.RUSAGE_SELF) - before
    finally:
        await database.close()
    return folder, site.notary.site_key()["fingerprint"], took_s, processor_s


def verified(folder: Path, key: str) -> tuple[float, float]:
    """Wall and processor time, s."""
    began, before = time.monotonic(), spent_s(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-I", str(folder / "verify.py"), str(folder), "--key", key, "--language", "en"]
    subprocess.run(command, check=True, capture_output=True)
    return time.monotonic() - began, spent_s(resource.RUSAGE_CHILDREN) - before


def measure(minutes: int, mbit: float) -> str:
    """A row of the table."""
    with tempfile.TemporaryDirectory() as name:
        folder, key, *making = asyncio.run(made(minutes, mbit, Path(name)))
        checking = verified(folder, key)
        media = sum(one["bytes"] for one in document_of(folder)["files"])
        whole = sum(one.stat().st_size for one in folder.iterdir())
    times = " | ".join(f"{one:.1f}" for one in (*making, *checking))
    return f"| {minutes} | {media / 1e6:.1f} | {(whole - media) / 1e3:.0f} | {times} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, nargs="+", default=[1, 10, 60])
    parser.add_argument("--mbit", type=float, default=1.0)
    given = parser.parse_args()
    print("| minutes | media, MB | all else, kB | made, s | processor, s | verified, s | processor, s |")
    for minutes in given.minutes:
        print(measure(minutes, given.mbit), flush=True)


if __name__ == "__main__":
    main()
