"""The feed: what changed, in order of commit; readers resume by the last id they have."""

from collections.abc import Sequence

import structlog
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, delete, func, select

from controller.adapters.database import Database
from controller.adapters.states import State
from controller.adapters.tables import CursorRow, FeedRow
from shared.clock import Clock

log = structlog.get_logger("feed")

_KEPT_ROWS = 20_000
_MOST_ROWS = 200_000


async def append_feed(
    database: Database, session: AsyncSession, clock: Clock, items: Sequence[tuple[str, State]]
) -> None:
    """Add (kind, whole state) rows. Last thing before the commit: it takes the feed's turn until then."""
    if not items:
        return
    await session.flush()
    await database.order_feed(session)
    for kind, payload in items:
        session.add(FeedRow(at=clock.now(), kind=kind, payload=payload))
        await session.flush()


class Feed:
    """Reading the feed, and remembering how far one has come."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def after(self, last_id: int, limit: int = 200) -> list[State]:
        """The rows after `last_id`, oldest first, as FeedItem states."""
        async with self._database.reading() as session:
            rows = await session.scalars(
                select(FeedRow).where(col(FeedRow.id) > last_id).order_by(col(FeedRow.id)).limit(limit)
            )
            return [{"id": row.id, "kind": row.kind, "data": row.payload} for row in rows]

    async def bounds(self) -> tuple[int, int]:
        """Oldest and newest id kept; (0, 0) when there are none. Who is behind the oldest must load everything."""
        async with self._database.reading() as session:
            row = (await session.execute(select(func.min(FeedRow.id), func.max(FeedRow.id)))).one()
            return (row[0] or 0, row[1] or 0)

    async def cursor(self, name: str) -> int | None:
        """How far reader `name` has come; None: it never read."""
        async with self._database.reading() as session:
            row = await session.get(CursorRow, name)
            return None if row is None else row.feed_id

    async def move_cursor(self, name: str, feed_id: int) -> None:
        """Remember that `name` is done with everything up to `feed_id`; it never goes back."""
        async with self._database.writing() as session:
            insert = self._database.insert(CursorRow).values(name=name, feed_id=feed_id)
            await session.execute(
                insert.on_conflict_do_update(
                    index_elements=["name"],
                    set_={"feed_id": insert.excluded.feed_id},
                    where=col(CursorRow.feed_id) < insert.excluded.feed_id,
                )
            )

    async def prune(self, kept: int = _KEPT_ROWS, most: int = _MOST_ROWS) -> None:
        """Forget all but the newest rows and those that a reader with a cursor lacks, up to `most` of them."""
        async with self._database.writing() as session:
            newest = await session.scalar(select(func.max(FeedRow.id)))
            if newest is None:
                return
            slowest = await session.scalar(select(func.min(CursorRow.feed_id)))
            unneeded = newest - kept if slowest is None else min(newest - kept, slowest)
            await session.execute(delete(FeedRow).where(col(FeedRow.id) <= unneeded))
            lost = (
                await session.execute(
                    delete(FeedRow).where(col(FeedRow.id) <= newest - max(kept, most)).returning(col(FeedRow.id))
                )
            ).all()
        if lost:
            log.error("a reader of the feed is too far behind: changes are forgotten unread", rows=len(lost))
