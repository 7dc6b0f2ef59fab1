"""The node's database when its process is killed and when its file is ruined."""

import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from edge_agent.adapters.node_database import NodeDatabase
from edge_agent.adapters.outbox import SqliteOutbox
from shared.errors import Transient

_WRITER = """
import sys
from pathlib import Path
from edge_agent.adapters.node_database import NodeDatabase
from edge_agent.adapters.outbox import SqliteOutbox
from edge_agent.core.recorder import Event
from edge_agent.flows.facts import Facts
from shared.clock import SystemClock
from shared.mint import uuid7

outbox = SqliteOutbox(NodeDatabase(Path(sys.argv[1])))
facts = Facts("n1", uuid7(), outbox, SystemClock(), uuid7)
while True:
    fact = facts.opened("n1.gate", Event(uuid7(), 5, 5, 1, 0.5, None, 5, 0.5), "motion", 1)
    outbox.put([fact], {"last": fact.id})
    print(fact.id, flush=True)
"""


def moved_aside(file: Path) -> list[Path]:
    return list(file.parent.glob(f"{file.name}.unreadable-*"))


def test_what_was_durable_survives_kill_9_of_the_writer(tmp_path: Path) -> None:
    file = tmp_path / "node.sqlite3"
    told: list[str] = []
    for _ in range(3):
        writer = subprocess.Popen([sys.executable, "-c", _WRITER, str(file)], stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        told.append(writer.stdout.readline().strip())
        time.sleep(random.uniform(0.05, 0.3))
        writer.kill()
        told += [line.strip() for line in writer.stdout if line.endswith("\n")]
        writer.wait()
        writer.stdout.close()
    database = NodeDatabase(file)
    outbox = SqliteOutbox(database)
    assert moved_aside(file) == []
    assert [fact for fact in told if outbox.find(fact) is None] == []
    last = outbox.recall("last")
    assert last is not None
    assert outbox.find(last) is not None
    database.close()


@pytest.mark.parametrize("ruin", [b"not a database at all", b""])
def test_a_ruined_file_is_moved_aside_and_a_fresh_one_begun(tmp_path: Path, ruin: bytes) -> None:
    file = tmp_path / "node.sqlite3"
    first = NodeDatabase(file)
    SqliteOutbox(first).put([], {"head": "a"})
    first.close()
    whole = file.read_bytes()
    file.write_bytes((ruin or b"\xff" * 100) + whole[200:])
    second = NodeDatabase(file)
    assert len(moved_aside(file)) == 1
    assert SqliteOutbox(second).recall("head") is None
    SqliteOutbox(second).put([], {"head": "b"})
    second.close()


def test_a_page_ruined_inside_is_found_at_opening(tmp_path: Path) -> None:
    file = tmp_path / "node.sqlite3"
    first = NodeDatabase(file)
    SqliteOutbox(first).put([], {f"note {n}": "x" * 200 for n in range(500)})
    first.close()
    data = bytearray(file.read_bytes())
    for page in range(1, len(data) // 4096):
        data[page * 4096 : page * 4096 + 100] = b"\xa5" * 100
    file.write_bytes(data)
    second = NodeDatabase(file)
    assert len(moved_aside(file)) == 1
    second.close()


def test_a_whole_file_stays_where_it_is_when_the_disk_does_not_let_it_be_opened(tmp_path: Path) -> None:
    """A file size limit makes SQLite's own files fail to grow, as a full disk does: "disk I/O error"."""
    resource = pytest.importorskip("resource")
    file = tmp_path / "node.sqlite3"
    first = NodeDatabase(file)
    SqliteOutbox(first).put([], {"head": "a"})
    first.close()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        with pytest.raises(Transient, match=r"node\.sqlite3: "):
            NodeDatabase(file)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert moved_aside(file) == []
    second = NodeDatabase(file)
    assert SqliteOutbox(second).recall("head") == "a"
    second.close()


def test_a_place_where_no_file_can_be_is_transient(tmp_path: Path) -> None:
    file = tmp_path / "node.sqlite3"
    file.mkdir()
    with pytest.raises(Transient):
        NodeDatabase(file)
    assert file.is_dir()


def test_a_locked_database_is_transient(tmp_path: Path) -> None:
    file = tmp_path / "node.sqlite3"
    database = NodeDatabase(file)
    database._connection.execute("PRAGMA busy_timeout=50")
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Transient):
        SqliteOutbox(database).put([], {"head": "a"})
    other.execute("COMMIT")
    other.close()
    SqliteOutbox(database).put([], {"head": "a"})
    assert SqliteOutbox(database).recall("head") == "a"
    database.close()


def test_a_write_that_waits_or_failed_is_told_until_one_is_durable(tmp_path: Path) -> None:
    file = tmp_path / "node.sqlite3"
    database = NodeDatabase(file)
    outbox = SqliteOutbox(database)
    assert outbox.writes() == (0, False)
    outbox.put([], {"head": "a"})
    assert outbox.writes() == (1, False)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    database._connection.execute("PRAGMA busy_timeout=60000")
    writer = threading.Thread(target=outbox.put, args=([], {"head": "b"}))
    writer.start()
    deadline = time.monotonic() + 20
    while outbox.writes() != (1, True):
        assert time.monotonic() < deadline
    other.execute("ROLLBACK")
    writer.join(20)
    assert outbox.writes() == (2, False)
    other.execute("BEGIN IMMEDIATE")
    database._connection.execute("PRAGMA busy_timeout=1")
    with pytest.raises(Transient):
        outbox.put([], {"head": "c"})
    assert outbox.writes() == (2, True)
    other.execute("ROLLBACK")
    outbox.put([], {"head": "c"})
    assert outbox.writes() == (3, False)
    other.close()
    database.close()
