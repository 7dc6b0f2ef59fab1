"""Searches that people keep under a name; nobody sees another's."""

from sqlmodel import col, delete, func, select

from controller.adapters.database import Database
from controller.adapters.states import State, plain
from controller.adapters.tables import SavedSearchRow
from controller.errors import Missing
from shared.clock import Clock
from shared.errors import Rejected
from shared.mint import uuid7
from shared.texts import say

MOST_SAVED = 50


class SavedSearches:
    """`Saved` on SQLite or PostgreSQL."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def of(self, who: str) -> list[State]:
        """SavedSearch of each, by name."""
        query = select(SavedSearchRow).where(col(SavedSearchRow.who) == who).order_by(col(SavedSearchRow.name))
        async with self._database.reading() as session:
            return [plain(row, "id", "name", "query") for row in await session.scalars(query)]

    async def save(self, who: str, name: str, query: dict[str, str]) -> State:
        """SavedSearch, which takes the place of another of that name. `Rejected` beyond the most."""
        mine = col(SavedSearchRow.who) == who
        async with self._database.writing() as session:
            row = (await session.scalars(select(SavedSearchRow).where(mine, col(SavedSearchRow.name) == name))).first()
            if row is None:
                count = await session.scalar(select(func.count()).select_from(SavedSearchRow).where(mine))
                if (count or 0) >= MOST_SAVED:
                    raise Rejected("name", say("too_many", count=MOST_SAVED + 1, most=MOST_SAVED))
                row = SavedSearchRow(id=uuid7(), who=who, name=name, query=query, saved_at=self._clock.now())
                session.add(row)
            row.query, row.saved_at = query, self._clock.now()
            await session.flush()
            return plain(row, "id", "name", "query")

    async def forget(self, who: str, search: str) -> None:
        """`Missing` where it is not the person's own."""
        own = (col(SavedSearchRow.who) == who, col(SavedSearchRow.id) == search)
        async with self._database.writing() as session:
            gone = await session.scalars(delete(SavedSearchRow).where(*own).returning(col(SavedSearchRow.id)))
            if gone.first() is None:
                raise Missing("search", say("unknown", key=search))
