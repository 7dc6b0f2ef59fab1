"""One SQLite connection on a thread of its own: one trip to the thread per statement, rows included."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from shared.errors import Broken

_BUSY_S = 5
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")

R = TypeVar("R")


def existing(file: str) -> str:
    """The address by which a database is opened and never made: `Broken` where there is none."""
    if not Path(file).exists():
        raise Broken(f"database: {file} is missing: cctv backup restore puts a backup back")
    return f"{Path(file).absolute().as_uri()}?mode=rw"


class ThreadConnection:
    """What SQLAlchemy's aiosqlite dialect asks of a connection; aiosqlite itself needs four trips per statement."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._connection: sqlite3.Connection | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite")
        self._begins = False  # a deferred BEGIN takes no lock: it goes along with the first statement

    async def open(self) -> Self:
        """Connect, with a journal that survives a power cut; transactions begin only when we say so."""

        def connect() -> sqlite3.Connection:
            raw = sqlite3.connect(
                existing(self._file), timeout=_BUSY_S, isolation_level=None, check_same_thread=False, uri=True
            )
            for pragma in _PRAGMAS:
                raw.execute(f"PRAGMA {pragma}")
            return raw

        try:
            self._connection = await self.on_thread(connect)
        except BaseException:
            self._thread.shutdown(wait=False)
            raise
        return self

    @property
    def raw(self) -> sqlite3.Connection:
        if self._connection is None:
            raise ValueError("connection closed")
        return self._connection

    async def on_thread(self, call: Callable[..., R], *arguments: Any) -> R:
        """Run on the connection's thread, after everything that was asked of it before."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, call, *arguments)

    def cursor(self) -> "ThreadCursor":
        return ThreadCursor(self)

    async def create_function(self, *arguments: Any, **options: Any) -> None:
        await self.on_thread(lambda: self.raw.create_function(*arguments, **options))

    async def commit(self) -> None:
        self._begins = False
        await self.on_thread(self.raw.commit)

    def begin_later(self) -> None:
        """BEGIN with the next statement."""
        self._begins = True

    def run(self, call: Callable[..., sqlite3.Cursor], statement: str, parameters: Any) -> sqlite3.Cursor:
        """On the thread: one statement, after the BEGIN that it may bring along."""
        if self._begins:
            self._begins = False
            self.raw.execute("BEGIN")
        return call(statement, parameters)

    async def rollback(self) -> None:
        """Nobody waits for it: whatever is asked next comes after it."""
        self._begins = False
        self._thread.submit(self.raw.rollback)

    async def close(self) -> None:
        if self._connection is None:
            return
        raw, self._connection = self._connection, None
        await self.on_thread(raw.close)
        self._thread.shutdown(wait=False)

    def stop(self) -> None:
        """Close without waiting."""
        if self._connection is not None:
            raw, self._connection = self._connection, None
            self._thread.submit(raw.close)
            self._thread.shutdown(wait=False)


class ThreadCursor:
    """A statement and all of its rows."""

    arraysize = 1

    def __init__(self, connection: ThreadConnection) -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.lastrowid: int | None = None
        self.rowcount = -1

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def execute(self, statement: str, parameters: Sequence[Any] = ()) -> Self:
        if statement == "BEGIN":
            self._connection.begin_later()
            return self
        await self._connection.on_thread(self._run, self._connection.raw.execute, statement, parameters)
        return self

    async def executemany(self, statement: str, parameters: Iterable[Sequence[Any]]) -> Self:
        await self._connection.on_thread(self._run, self._connection.raw.executemany, statement, parameters)
        return self

    async def fetchall(self) -> list[Any]:
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        self._rows = []

    def _run(self, call: Callable[..., sqlite3.Cursor], statement: str, parameters: Any) -> None:
        cursor = self._connection.run(call, statement, parameters)
        try:
            self.description = cursor.description
            self._rows = cursor.fetchall() if cursor.description else []
            self.lastrowid, self.rowcount = cursor.lastrowid, cursor.rowcount
        finally:
            cursor.close()
