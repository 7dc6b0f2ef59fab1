"""The database in the figures of the machine room."""

import sqlalchemy as sa
from sqlmodel import col

from controller.adapters.database import Database
from controller.adapters.storage_reads import StorageReads
from controller.adapters.tables import VerdictRow
from shared.clock import Clock


class MachineReads:
    """`DatabaseReads` on SQLite or PostgreSQL."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def ping(self) -> None:
        """Return when it has answered; `Transient` when it is away."""
        async with self._database.reading() as session:
            await session.execute(sa.text("SELECT 1"))

    async def database_bytes(self) -> int:
        return await StorageReads(self._database).database_bytes()

    async def judged_s(self, over_ms: int) -> float:
        """Pictures judged a second: those of the verdicts that were begun in that time."""
        since = f"{self._clock.unix_ms() - over_ms:012x}"
        async with self._database.reading() as session:
            query = sa.select(sa.func.coalesce(sa.func.sum(VerdictRow.sampled), 0)).where(
                col(VerdictRow.id) >= f"{since[:8]}-{since[8:]}"
            )
            return int(await session.scalar(query) or 0) / (over_ms / 1000)
