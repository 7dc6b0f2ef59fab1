"""What an identity provider's answers may be used for once: who comes second is refused, in every process."""

import hashlib
from datetime import datetime

from sqlmodel import col, delete

from controller.adapters.database import Database
from controller.adapters.tables import SpentRow
from shared.clock import Clock


class SqlSpent:
    """`Spent` on SQLite or PostgreSQL."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def spend(self, what: str, until: datetime) -> bool:
        """Whether it was not used before; what counts for nothing any more is forgotten."""
        now = self._clock.now()
        row = {"id": hashlib.sha256(what.encode()).hexdigest(), "ends_at": until}
        async with self._database.writing() as session:
            await session.execute(delete(SpentRow).where(col(SpentRow.ends_at) < now))
            put = self._database.insert(SpentRow).values(**row).on_conflict_do_nothing()
            return len((await session.execute(put.returning(col(SpentRow.id)))).all()) == 1
