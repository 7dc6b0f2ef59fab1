"""One async engine for SQLite and PostgreSQL: transactions that only read, and transactions that write."""

import asyncio
import copy
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from contextvars import ContextVar
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlmodel import SQLModel

from controller.adapters.changes import TellingSession
from controller.adapters.sight import note
from controller.adapters.sqlite_thread import ThreadConnection
from controller.ports.editing import EDITING, Check, stale
from controller.ports.looking import LOOKING
from shared.errors import Broken, CctvError, Rejected, Transient

_STATEMENT_TIMEOUT_MS = 15_000
_IDLE_IN_TRANSACTION_MS = 5_000
_COMPARING: ContextVar[AsyncSession | None] = ContextVar("cctv_comparing", default=None)
_OVERTAKEN = frozenset({"40001", "23505"})
"""Another transaction has written what this one began with, or made what it found missing."""
_FEED_LOCK = 0x63637476
_CLAIM_LOCK = 0x63637477
_MACHINE_LOCK = 0x63637478
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
}


def parse_database_url(text: str) -> URL:
    """Read `sqlite:///path` or `postgresql://…`, name the async driver; anything else raises `Rejected`."""
    try:
        url = make_url(text)
    except SQLAlchemyError:
        raise Rejected("database_url", "is not a database URL") from None
    backend = url.drivername.partition("+")[0]
    if backend not in _DRIVERS:
        raise Rejected("database_url", f"{backend!r} is neither sqlite nor postgresql")
    if backend == "sqlite" and not url.database:
        raise Rejected("database_url", "sqlite needs a file")
    return url.set(drivername=_DRIVERS[backend])


class Database:
    """Sessions on one database. Vendor errors leave as `told_as` has them, or as they are (ours)."""

    def __init__(self, url: str, *, pool_size: int = 5) -> None:
        self.url = parse_database_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        # Writers of one process wait here in turn: SQLite's busy handler only sleeps and guesses.
        self._turn: asyncio.Lock | None = asyncio.Lock() if self.is_sqlite else None
        self.fence: Callable[[AsyncSession], Awaitable[None]] | None = None
        self.engine = _sqlite(self.url, pool_size) if self.is_sqlite else _postgresql(self.url, pool_size)

    def fenced(self, fence: Callable[[AsyncSession], Awaitable[None]]) -> "Database":
        """The same connections; every transaction that writes begins with `fence`, which may refuse it."""
        other = copy.copy(self)
        other.fence = fence
        return other

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A consistent view; nothing is written."""
        if (comparing := _COMPARING.get()) is not None:
            yield comparing
            return
        async with self._session(writes=False) as session:
            yield session

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """One transaction, committed at the end of the block, rolled back on any error.

        Of an edit that says what it began with, the first one compares before it writes; `Stale` where it does not fit.
        """
        check = EDITING.get()
        turn: AbstractAsyncContextManager[Any] = self._turn if self._turn is not None else nullcontext()
        async with turn, self._session(writes=True, serial=check is not None) as session:
            if self.fence is not None:
                await self.fence(session)
            if check is not None:
                await _compare(session, check)
            yield session
            await session.commit()

    async def order_feed(self, session: AsyncSession) -> None:
        """Take the feed's turn: its rows then get ids in the order of commit. Call it last of all."""
        if not self.is_sqlite:
            await session.execute(sa.select(sa.func.pg_advisory_xact_lock(_FEED_LOCK)))

    async def order_claims(self, session: AsyncSession) -> None:
        """One claim of live work at a time: two workers would otherwise each take a job of one camera."""
        if not self.is_sqlite:
            await session.execute(sa.select(sa.func.pg_advisory_xact_lock(_CLAIM_LOCK)))

    async def order_machines(self, session: AsyncSession) -> None:
        """One machine after the other says which keys it has: of two that differ the second one hears of it."""
        if not self.is_sqlite:
            await session.execute(sa.select(sa.func.pg_advisory_xact_lock(_MACHINE_LOCK)))

    def insert(self, table: type[SQLModel]) -> Any:
        """An INSERT of this database's dialect: both have `on_conflict_do_nothing` and `on_conflict_do_update`."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    async def close(self) -> None:
        await self.engine.dispose()

    @asynccontextmanager
    async def _session(self, *, writes: bool, serial: bool = False) -> AsyncIterator[AsyncSession]:
        options: dict[str, Any] = {"cctv_writes": writes}
        if serial and not self.is_sqlite:
            options["isolation_level"] = "SERIALIZABLE"
        try:
            async with AsyncSession(
                self.engine, sync_session_class=TellingSession, expire_on_commit=False, autoflush=False
            ) as session:
                note(session, LOOKING.get(), writes=writes)
                await session.connection(execution_options=options)
                yield session
        except DBAPIError as fault:
            if serial and getattr(fault.orig, "sqlstate", None) in _OVERTAKEN:
                raise stale() from None
            if (ours := told_as(fault)) is not None:
                raise ours from fault
            raise
        except (DisconnectionError, PoolTimeout, ConnectionError) as fault:
            raise Transient(f"database: {_first_line(fault)}") from fault


def told_as(fault: DBAPIError) -> CctvError | None:
    """What the database's own error is to us: away or locked, or a damaged file; None: a mistake of ours."""
    if getattr(fault.orig, "sqlite_errorcode", 0) & 0xFF in _DAMAGED:
        return Broken(f"database: {_first_line(fault)}: cctv backup restore puts a backup back")
    if isinstance(fault, OperationalError) or fault.connection_invalidated or _passes(fault):
        return Transient(f"database: {_first_line(fault)}")
    return None


async def _compare(session: AsyncSession, check: Check) -> None:
    """Let an edit's own questions be asked of the transaction that writes it; it is compared this once."""
    note(session, LOOKING.get(), writes=False)
    token = _COMPARING.set(session)
    try:
        await check()
    finally:
        _COMPARING.reset(token)
    EDITING.set(None)
    note(session, LOOKING.get(), writes=True)


def _first_line(fault: BaseException) -> str:
    return (str(fault.orig) if isinstance(fault, DBAPIError) else str(fault)).partition("\n")[0][:300]


def _passes(fault: DBAPIError) -> bool:
    state = getattr(fault.orig, "sqlstate", None) or ""
    return state[:2] in {"08", "40", "53", "55", "57"}


def _sqlite(url: URL, pool_size: int) -> AsyncEngine:
    def connect(*_: Any, **__: Any) -> Awaitable[ThreadConnection]:
        return ThreadConnection(str(url.database)).open()

    engine = create_async_engine(url, pool_size=pool_size, max_overflow=0, async_creator=connect)

    @sa.event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        # A reader that turns into a writer is refused as "locked" at once, whatever the busy timeout.
        writes = connection.get_execution_options().get("cctv_writes", True)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgresql(url: URL, pool_size: int) -> AsyncEngine:
    options = (
        f"-c idle_in_transaction_session_timeout={_IDLE_IN_TRANSACTION_MS} "
        f"-c statement_timeout={_STATEMENT_TIMEOUT_MS} -c lock_timeout={_STATEMENT_TIMEOUT_MS} "
        "-c timezone=UTC -c jit=off"  # compiling took longer than the questions themselves
    )
    return create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=2,
        pool_pre_ping=True,
        pool_timeout=10,
        connect_args={
            "options": options,
            "connect_timeout": 5,
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": 15_000,
        },
    )
