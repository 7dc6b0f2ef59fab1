"""Leadership as a row that runs out: a frozen holder loses it, whatever became of its connection."""

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, delete, or_, select, update

from controller.adapters.database import Database
from controller.adapters.tables import LeaseRow
from shared.clock import Clock
from shared.errors import Transient


async def fence_lease(session: AsyncSession, name: str, holder: str, now_ms: int) -> None:
    """Keep the lease for this transaction; `Transient` unless `holder` has it and it has not run out."""
    row = await session.get(LeaseRow, name, with_for_update=True)
    if row is None or row.holder != holder or row.until_ms < now_ms:
        raise Transient(f"the lease {name} is no longer ours")


class SqlLeaseStore:
    """`LeaseStore` on SQLite or PostgreSQL; the controllers' clocks agree to well under a lease."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def acquire(self, name: str, holder: str, duration_ms: int) -> bool:
        """Take a free or expired lease, or renew one's own; False when someone else has it."""
        now_ms = self._clock.unix_ms()
        values = {"name": name, "holder": holder, "until_ms": now_ms + duration_ms, "token": 1}
        async with self._database.writing() as session:
            mine = col(LeaseRow.holder) == holder
            renewed = await session.execute(
                update(LeaseRow)
                .where(col(LeaseRow.name) == name, or_(mine, col(LeaseRow.until_ms) < now_ms))
                .values(holder=holder, until_ms=values["until_ms"], token=col(LeaseRow.token) + 1)
                .returning(col(LeaseRow.name))
            )
            if renewed.first() is not None:
                return True
            taken = await session.execute(
                self._database.insert(LeaseRow).values(**values).on_conflict_do_nothing().returning(LeaseRow.name)
            )
            return taken.first() is not None

    async def any_held(self, prefix: str) -> bool:
        """Whether somebody holds a lease whose name begins so."""
        held = select(LeaseRow.name).where(
            col(LeaseRow.name).startswith(prefix, autoescape=True), col(LeaseRow.until_ms) >= self._clock.unix_ms()
        )
        async with self._database.reading() as session:
            return await session.scalar(held.limit(1)) is not None

    async def release(self, name: str, holder: str) -> None:
        """Give it back at once; nothing happens when it is someone else's."""
        async with self._database.writing() as session:
            await session.execute(delete(LeaseRow).where(col(LeaseRow.name) == name, col(LeaseRow.holder) == holder))
