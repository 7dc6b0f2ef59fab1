"""Saved layouts of the live wall in the database."""

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, func, or_, select

from controller.adapters.database import Database
from controller.adapters.states import State, plain
from controller.adapters.tables import AuditRow, LayoutRow
from controller.core.wall_layout import MOST_OWN, Layout
from controller.errors import Conflict, Missing
from shared.clock import Clock
from shared.errors import Rejected
from shared.mint import uuid7
from shared.texts import say


class SqlLayouts:
    """`Layouts` on SQLite or PostgreSQL. An owner is a user's name, or empty for the site."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def seen_by(self, name: str) -> list[State]:
        """LayoutOut of the site's and of this person's own, by name."""
        query = select(LayoutRow).where(or_(col(LayoutRow.owner) == "", col(LayoutRow.owner) == name))
        async with self._database.reading() as session:
            rows = await session.scalars(query.order_by(col(LayoutRow.name), col(LayoutRow.id)))
            return [_state(row) for row in rows]

    async def add(self, layout: Layout, owner: str, who: str, address: str) -> State:
        """LayoutOut of a new one; `Conflict`: the name is taken; `Rejected`: the owner has enough."""
        async with self._database.writing() as session:
            query = select(func.count()).select_from(LayoutRow).where(col(LayoutRow.owner) == owner)
            count = int(await session.scalar(query) or 0)
            if count >= MOST_OWN:
                raise Rejected("name", say("too_many", count=count + 1, most=MOST_OWN))
            row = LayoutRow(
                id=uuid7(), owner=owner, name="", tiles=0, cameras=[], changed_at=self._clock.now(), changed_by=who
            )
            await self._write(session, row, layout, who)
            session.add(row)
            self._audit(session, row, "add", who, address)
            return _state(row)

    async def put(self, layout: str, wanted: Layout, who: str, address: str) -> State:
        """LayoutOut after it; `Conflict`: the name is another's."""
        async with self._database.writing() as session:
            row = await _get(session, layout)
            await self._write(session, row, wanted, who)
            self._audit(session, row, "put", who, address)
            return _state(row)

    async def remove(self, layout: str, who: str, address: str) -> None:
        """Forget it."""
        async with self._database.writing() as session:
            row = await _get(session, layout)
            self._audit(session, row, "remove", who, address)
            await session.delete(row)

    async def _write(self, session: AsyncSession, row: LayoutRow, wanted: Layout, who: str) -> None:
        same = (col(LayoutRow.owner) == row.owner, col(LayoutRow.name) == wanted.name, col(LayoutRow.id) != row.id)
        if await session.scalar(select(LayoutRow.id).where(*same)) is not None:
            raise Conflict("name", say("name_taken", name=wanted.name))
        row.name, row.tiles, row.turn_s = wanted.name, wanted.tiles, wanted.turn_s
        row.cameras = list(wanted.cameras)
        row.changed_at, row.changed_by = self._clock.now(), who

    def _audit(self, session: AsyncSession, row: LayoutRow, deed: str, who: str, address: str) -> None:
        """A person's own arrangement is nobody's business; the site's is."""
        if row.owner:
            return
        detail = plain(row, "name", "tiles", "turn_s")
        now = self._clock.now()
        session.add(AuditRow(at=now, who=who, what=f"layout.{deed}", subject=row.id, address=address, detail=detail))


async def _get(session: AsyncSession, layout: str) -> LayoutRow:
    row = await session.get(LayoutRow, layout, with_for_update=True)
    if row is None:
        raise Missing("layout", say("unknown", key=layout))
    return row


def _state(row: LayoutRow) -> State:
    told = plain(row, "id", "name", "tiles", "cameras", "turn_s", "changed_by")
    return {**told, "shared": not row.owner, "changed_at": row.changed_at.isoformat()}
