"""The switches of the ways out of the site, as rows; a change is in the audit with what was before.

Those that the settings opened when the site, or this, came to be are taken over once, as open and in the audit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from controller.adapters.database import Database
from controller.adapters.tables import AuditRow, WayOutRow
from controller.core.ways_out import Switch, Way, WayKind, standing
from controller.errors import WayShut
from shared.clock import Clock

_TAKEN_OVER = ("taken_over", "")
_BY_SETTINGS = "named by the settings file when the site's database was prepared"


class SqlWays:
    """`WayBook` on SQLite or PostgreSQL; `settled`: those of the settings."""

    def __init__(self, database: Database, clock: Clock, settled: Sequence[Way]) -> None:
        self._database = database
        self._clock = clock
        self.settled = {way.key: way for way in settled}

    def door(self, kind: WayKind, name: str) -> "SqlDoor":
        """The one that a sender is built with."""
        return SqlDoor(self, kind, name)

    def doors(self, kind: WayKind) -> "SqlDoors":
        """All of a kind, for who sends to several."""
        return SqlDoors(self, kind)

    async def switches(self) -> Mapping[tuple[str, str], Switch]:
        """What was said of each, by kind and name."""
        async with self._database.reading() as session:
            rows = await session.scalars(select(WayOutRow).where(col(WayOutRow.kind) != _TAKEN_OVER[0]))
            return {(row.kind, row.name): _switch(row) for row in rows}

    async def require(self, kind: WayKind, name: str) -> None:
        """`WayShut` where nothing may leave."""
        async with self._database.reading() as session:
            row = await session.get(WayOutRow, (kind, name))
        way = self.settled.get((kind, name)) or Way(kind, name, open=True, pictures=True, by="row")
        if standing(way, None if row is None else _switch(row)) != "open":
            raise WayShut(kind, name)

    async def put(self, way: Way, *, is_open: bool, who: str, reason: str, address: str) -> None:
        """Open or shut it, to where it leads now."""
        async with self._database.writing() as session:
            row = await session.get(WayOutRow, way.key, with_for_update=True)
            before = None if row is None else {"open": row.open, "leads": row.leads, "reason": row.reason}
            if row is not None:
                await session.delete(row)
                await session.flush()
            self._add(session, way, is_open=is_open, who=who, reason=reason)
            after = {"open": is_open, "leads": way.leads, "reason": reason}
            self._tell(session, "way.open" if is_open else "way.close", way, who, address, before, after)

    async def take_over(self) -> None:
        """Once for a site, when its database is prepared: what is named later begins shut."""
        async with self._database.reading() as session:
            if await session.get(WayOutRow, _TAKEN_OVER) is not None:
                return
        try:
            async with self._database.writing() as session:
                mark = Way("store", "", open=False, pictures=False, by="setting")
                now = self._clock.now()
                session.add(
                    WayOutRow(
                        kind=_TAKEN_OVER[0], name=_TAKEN_OVER[1], open=False, leads="", leads_sha256=mark.digest,
                        who="system", at=now, reason="",
                    )
                )  # fmt: skip
                await session.flush()
                for way in self.settled.values():
                    if way.open:
                        self._add(session, way, is_open=True, who="system", reason=_BY_SETTINGS)
                        after = {"open": True, "leads": way.leads, "reason": _BY_SETTINGS}
                        self._tell(session, "way.open", way, "system", "", None, after)
        except IntegrityError:
            pass  # somebody else did at the same moment

    def _add(self, session: AsyncSession, way: Way, *, is_open: bool, who: str, reason: str) -> None:
        session.add(
            WayOutRow(
                kind=way.kind, name=way.name, open=is_open, leads=way.leads, leads_sha256=way.digest, who=who,
                at=self._clock.now(), reason=reason,
            )
        )  # fmt: skip

    def _tell(
        self,
        session: AsyncSession,
        what: str,
        way: Way,
        who: str,
        address: str,
        before: Mapping[str, object] | None,
        after: Mapping[str, object],
    ) -> None:
        detail = {"before": None if before is None else dict(before), "after": dict(after)}
        subject = f"{way.kind}:{way.name}"
        session.add(AuditRow(at=self._clock.now(), who=who, what=what, subject=subject, address=address, detail=detail))


@dataclass(frozen=True, slots=True)
class SqlDoor:
    """`Door` of one way."""

    ways: SqlWays
    kind: WayKind
    name: str

    async def through(self) -> None:
        await self.ways.require(self.kind, self.name)


@dataclass(frozen=True, slots=True)
class SqlDoors:
    """`Doors` of one kind."""

    ways: SqlWays
    kind: WayKind

    async def through(self, name: str) -> None:
        await self.ways.require(self.kind, name)

    async def shut(self) -> frozenset[str]:
        found = await self.ways.switches()
        return frozenset(name for (kind, name), switch in found.items() if kind == self.kind and not switch.open)


class Inside:
    """`Door` to this machine: nothing leaves."""

    async def through(self) -> None:
        """Always."""


def _switch(row: WayOutRow) -> Switch:
    return Switch(row.open, row.leads_sha256, row.who, row.at, row.reason)
