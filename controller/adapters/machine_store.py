"""The machines of a site as rows: each says what its keys are known by, as long as it is there."""

from collections.abc import Collection

from sqlmodel import col, select

from controller.adapters.database import Database
from controller.adapters.tables import MachineRow
from controller.core.same_keys import GONE_MS, Difference, Machine, difference
from shared.clock import Clock


class SqlMachines:
    """On SQLite or PostgreSQL."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def come(self, mine: Machine, needed: Collection[str] = ()) -> Difference | None:
        """Say that a machine is there, unless it differs from one that is there already; two do not come at once."""
        async with self._database.writing() as session:
            await self._database.order_machines(session)
            there = col(MachineRow.seen_ms) >= self._clock.unix_ms() - GONE_MS
            rows = await session.scalars(select(MachineRow).where(there, col(MachineRow.name) != mine.name))
            found = difference(mine.keys, tuple(Machine(row.name, row.keys) for row in rows), needed)
            if found is not None:
                return found
            values = {"keys": dict(mine.keys), "seen_ms": self._clock.unix_ms()}
            insert = self._database.insert(MachineRow).values(name=mine.name, **values)
            await session.execute(insert.on_conflict_do_update(index_elements=["name"], set_=values))
        return None
