"""Kill any process at any moment: nothing acknowledged is lost or doubled."""

import json
import os
import random
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.servers.running_demo import RunningDemo, running_demo, until

pytestmark = [pytest.mark.e2e]
VICTIMS = ("node", "worker", "api", "broker", "ingest", "relay", "camera")
COUNT = {"short": 4, "long": 50}


def _camera_pids(demo: RunningDemo) -> list[int]:
    """The node's children that record."""
    node = demo.pid_of("node")
    found = []
    for pid in demo.processes():
        status = Path(f"/proc/{pid}/status").read_text()
        if f"PPid:\t{node}\n" in status or "multiprocessing" in Path(f"/proc/{pid}/cmdline").read_text():
            found.append(pid)
    return [pid for pid in found if pid != node]


def _kill(demo: RunningDemo, victim: str, dice: random.Random) -> None:
    try:
        pid = dice.choice(_camera_pids(demo)) if victim == "camera" else demo.pid_of(victim)
        os.kill(pid, signal.SIGKILL)
    except (IndexError, StopIteration, ProcessLookupError, FileNotFoundError):
        return  # it is being restarted at this moment


def _database(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)


def _acknowledged(demo: RunningDemo) -> list[dict[str, object]]:
    """Every fact that the node holds as acknowledged."""
    (file,) = demo.data.glob("demo-data/node.sqlite3")
    with closing(_database(file)) as node:
        rows = node.execute("SELECT kind, entity, rev, body FROM fact WHERE acknowledged_ms IS NOT NULL").fetchall()
    return [{"kind": kind, "entity": entity, "rev": rev, "body": json.loads(body)} for kind, entity, rev, body in rows]


def _check_nothing_is_missing_or_doubled(demo: RunningDemo) -> None:
    facts = _acknowledged(demo)
    assert len(facts) > 5
    with closing(_database(demo.data / "db.sqlite3")) as site:
        for fact in facts:
            table = {"event": "event", "run": "run"}.get(str(fact["kind"]))
            if table is None:
                continue
            row = site.execute(f"SELECT rev FROM {table} WHERE id = ?", (fact["entity"],)).fetchone()  # noqa: S608
            assert row is not None, f"{fact['kind']} {fact['entity']} was acknowledged and is missing"
            assert row[0] >= fact["rev"], f"{fact['kind']} {fact['entity']}: revision {row[0]} < {fact['rev']}"
        for key, length in site.execute("SELECT key, length_bytes FROM run WHERE state = 'stored'"):
            assert (demo.data / "store" / key).stat().st_size == length
        twice = site.execute("SELECT key, count(*) FROM run GROUP BY key HAVING count(*) > 1").fetchall()
        assert not twice, f"one run, several rows: {twice}"
        numbers = [number for (number,) in site.execute("SELECT number FROM alarm ORDER BY number")]
        assert len(numbers) == len(set(numbers))
        doubled = site.execute(
            "SELECT a.number, b.number FROM alarm a JOIN alarm b ON a.rule = b.rule AND a.camera = b.camera "
            "AND a.severity = b.severity AND a.id < b.id AND abs(a.condition_ms - b.condition_ms) < 15000"
        ).fetchall()
        assert not doubled, f"one situation, two alarms: {doubled}"


def _trial(demo: RunningDemo, kills: int, seed: int) -> None:
    dice = random.Random(seed)
    until("a first event", lambda: len(_acknowledged(demo)) > 2, 60)
    for _ in range(kills):
        time.sleep(dice.uniform(0.5, 4.0))
        _kill(demo, dice.choice(VICTIMS), dice)
    time.sleep(15)
    until("all roles again", lambda: len(demo.processes()) >= 10, 60)
    _check_nothing_is_missing_or_doubled(demo)


@pytest.mark.timeout(300)
def test_kills_at_random_moments(tmp_path: Path) -> None:
    with running_demo(tmp_path) as demo:
        _trial(demo, COUNT["short"], seed=1)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_fifty_kills_at_random_moments(tmp_path: Path) -> None:
    with running_demo(tmp_path) as demo:
        _trial(demo, COUNT["long"], seed=int(time.time()))
