"""The node's SQLite file: opened with synchronous=FULL, checked, moved aside when it is ruined."""

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import structlog

from shared.errors import Broken, Transient

log = structlog.get_logger("node database")

_SCHEMA = """
CREATE TABLE IF NOT EXISTS fact (
    n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, entity TEXT NOT NULL,
    rev INTEGER NOT NULL, priority INTEGER NOT NULL, made_ms INTEGER NOT NULL, acknowledged_ms INTEGER,
    body BLOB NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS fact_waiting ON fact (priority, n) WHERE acknowledged_ms IS NULL;
CREATE INDEX IF NOT EXISTS fact_entity ON fact (kind, entity, rev);
CREATE INDEX IF NOT EXISTS fact_acknowledged ON fact (acknowledged_ms) WHERE acknowledged_ms IS NOT NULL;
CREATE TABLE IF NOT EXISTS note (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS span (
    id TEXT PRIMARY KEY, camera TEXT NOT NULL, start_ms INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS upload (
    id TEXT PRIMARY KEY, state TEXT NOT NULL, start_ms INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS upload_state ON upload (state, start_ms);
CREATE TABLE IF NOT EXISTS taken (
    camera TEXT NOT NULL, start_ms INTEGER NOT NULL, name TEXT NOT NULL,
    PRIMARY KEY (camera, start_ms, name)) STRICT, WITHOUT ROWID;
"""

_RUINED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


class NodeDatabase:
    """One connection behind a lock: callable from any thread, one transaction at a time."""

    def __init__(self, path: Path) -> None:
        """Open or make the file; one whose content is ruined is renamed and a fresh one begun.

        Raises `Transient` when the file cannot be opened for another reason: it may be whole, and stays where it is.
        """
        self.path = path
        self._lock = threading.RLock()
        self._counting = threading.Lock()
        self._waiting = self._written = 0
        self._failed = False
        try:
            self._connection = _open(path)
        except (sqlite3.Error, OSError) as fault:
            raise Transient(f"{path.name}: {fault}") from fault

    @contextlib.contextmanager
    def write(self) -> Iterator[sqlite3.Cursor]:
        """One transaction, durable when this returns; raises `Transient` when the disk is full or busy."""
        with self._counting:
            self._waiting += 1
        try:
            with self._lock:
                self._failed = True  # until it has not
                with self._transaction() as cursor:
                    yield cursor
                self._failed = False
                self._written += 1
        finally:
            with self._counting:
                self._waiting -= 1

    def writes(self) -> tuple[int, bool]:
        """How many writes became durable, and whether one is waiting or the last one failed. Never waits."""
        return self._written, self._failed or self._waiting > 0

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Cursor]:
        cursor = self._connection.cursor()
        try:
            cursor.execute("BEGIN IMMEDIATE")
            yield cursor
            cursor.execute("COMMIT")
        except sqlite3.OperationalError as fault:
            self._roll_back()
            raise Transient(f"{self.path.name}: {fault}") from None
        except sqlite3.DatabaseError as fault:
            self._roll_back()
            raise Broken(f"{self.path.name}: {fault}") from fault
        except BaseException:
            self._roll_back()
            raise
        finally:
            cursor.close()

    @contextlib.contextmanager
    def read(self) -> Iterator[sqlite3.Cursor]:
        with self._lock:
            cursor = self._connection.cursor()
            try:
                yield cursor
            except sqlite3.OperationalError as fault:
                raise Transient(f"{self.path.name}: {fault}") from None
            except sqlite3.DatabaseError as fault:
                raise Broken(f"{self.path.name}: {fault}") from fault
            finally:
                cursor.close()

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            with contextlib.suppress(sqlite3.DatabaseError):
                self._connection.execute("ROLLBACK")


def _open(path: Path) -> sqlite3.Connection:
    try:
        return _connect(path)
    except sqlite3.DatabaseError as fault:
        if fault.sqlite_errorcode & 0xFF not in _RUINED:  # the low byte: the rest tells kinds of one fault apart
            raise
        kept = _move_aside(path)
        log.error("database ruined, started a fresh one", error=str(fault), kept=str(kept))  # noqa: TRY400 - the fault is told in one line
    return _connect(path)


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=5, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA busy_timeout=5000")
        _check(connection)
        connection.executescript(_SCHEMA)
    except BaseException:
        connection.close()
        raise
    return connection


def _check(connection: sqlite3.Connection) -> None:
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        fault = sqlite3.DatabaseError(str(verdict))
        fault.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise fault


def _move_aside(path: Path) -> Path:
    number = 1
    while (kept := path.with_name(f"{path.name}.unreadable-{number}")).exists():
        number += 1
    for ending in ("-wal", "-shm"):
        journal = path.with_name(path.name + ending)
        if journal.exists():
            journal.rename(kept.with_name(kept.name + ending))
    path.rename(kept)
    return kept
