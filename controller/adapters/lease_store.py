"""Leadership as a row that runs out: a frozen holder loses it, whatever became of its connection."""

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select, update

from controller.adapters.database import Database
from controller.adapters.tables import LeaseRow
from controller.core.lease import Term
from shared.clock import Clock
from shared.errors import Transient

_NOBODY = ""


def under(database: Database, clock: Clock, term: Term) -> Database:
    """The same database, in which every transaction that writes is refused once the lease is no longer this term's.

    It keeps the lease until it commits. Nobody takes it meanwhile, and nobody but who takes it waits for that.
    """

    async def fence(session: AsyncSession) -> None:
        held = select(LeaseRow).where(col(LeaseRow.name) == term.name).with_for_update(read=True, key_share=True)
        row = await session.scalar(held)
        if row is None or (row.holder, row.token) != (term.holder, term.token) or row.until_ms < clock.unix_ms():
            raise Transient(f"the lease {term.name} is no longer ours")

    return database.fenced(fence)


class SqlLeaseStore:
    """`LeaseStore` on SQLite or PostgreSQL; the controllers' clocks agree to well under a lease."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def take(self, name: str, holder: str, duration_ms: int) -> int | None:
        """Take a lease that is free or over, or one's own again; its new token. None: somebody else has it."""
        async with self._database.reading() as session:
            row = await session.get(LeaseRow, name)
            if row is not None and not self._free(row, holder):
                return None
        until_ms = self._clock.unix_ms() + duration_ms
        async with self._database.writing() as session:
            values = {"name": name, "holder": holder, "until_ms": until_ms, "token": 1}
            insert = self._database.insert(LeaseRow).values(**values).on_conflict_do_nothing()
            if (await session.execute(insert.returning(col(LeaseRow.token)))).first() is not None:
                return 1
            row = await session.get(LeaseRow, name, with_for_update=True, populate_existing=True)
            if row is None or not self._free(row, holder):
                return None
            row.holder, row.until_ms, row.token = holder, until_ms, row.token + 1
            return row.token

    async def renew(self, name: str, holder: str, token: int, duration_ms: int) -> bool:
        """Keep it; False when somebody took it since, under whatever name."""
        mine = col(LeaseRow.name) == name, col(LeaseRow.holder) == holder, col(LeaseRow.token) == token
        until_ms = self._clock.unix_ms() + duration_ms
        async with self._database.writing() as session:
            renewed = update(LeaseRow).where(*mine).values(until_ms=until_ms).returning(col(LeaseRow.name))
            return (await session.execute(renewed)).first() is not None

    async def any_held(self, prefix: str) -> bool:
        """Whether somebody holds a lease whose name begins so."""
        held = select(LeaseRow.name).where(
            col(LeaseRow.name).startswith(prefix, autoescape=True), col(LeaseRow.until_ms) >= self._clock.unix_ms()
        )
        async with self._database.reading() as session:
            return await session.scalar(held.limit(1)) is not None

    async def release(self, name: str, holder: str, token: int) -> None:
        """Give it back at once; nothing happens when it is someone else's. The row stays: its token only grows."""
        mine = col(LeaseRow.name) == name, col(LeaseRow.holder) == holder, col(LeaseRow.token) == token
        async with self._database.writing() as session:
            await session.execute(update(LeaseRow).where(*mine).values(holder=_NOBODY, until_ms=0))

    def _free(self, row: LeaseRow, holder: str) -> bool:
        return row.holder == holder or row.until_ms < self._clock.unix_ms()
