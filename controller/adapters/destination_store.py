"""Destinations, what they are told of, and people's quiet hours; every change is in the audit log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, delete, func, select

from controller.adapters.database import Database
from controller.adapters.shut_ways import shut_names
from controller.adapters.states import State, plain
from controller.adapters.tables import AuditRow, DeliveryRow, DestinationRow, QuietRow, SubscriptionRow, UserRow
from controller.core.send_faults import recognise
from controller.errors import Conflict, Missing
from shared.clock import Clock
from shared.mint import uuid7
from shared.texts import said, say

_SHOWN = (
    "name", "kind", "scheme", "owner", "language", "pictures", "private", "enabled", "failures", "last_error",
    "created_by",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SqlDestinations:
    """`Destinations` on SQLite or PostgreSQL."""

    database: Database
    clock: Clock

    async def add(self, values: Mapping[str, Any], who: str, address: str = "") -> State:
        """DestinationOut; `values` are the columns that a person decides. `Conflict` when the name is taken."""
        async with self.database.writing() as session:
            if await session.get(DestinationRow, values["name"]) is not None:
                raise Conflict("name", say("name_taken", name=values["name"]))
            if values["owner"] is not None and await session.get(UserRow, values["owner"]) is None:
                raise Missing("owner", say("unknown", key=values["owner"]))
            row = DestinationRow(**values, created_at=self.clock.now(), created_by=who)
            session.add(row)
            self._audit(session, who, "destination.add", row, address)
            await session.flush()
            return _state(row, 0, shut=await _is_shut(session, row.name))

    async def change(self, name: str, values: Mapping[str, Any], who: str, address: str = "") -> State:
        """DestinationOut after it; `values`: what changes of language, pictures, private, enabled, sealed, scheme."""
        async with self.database.writing() as session:
            row = await _destination(session, name)
            for key, value in values.items():
                setattr(row, key, value)
            self._audit(session, who, "destination.change", row, address)
            await session.flush()
            return _state(row, await _waiting(session, name), shut=await _is_shut(session, name))

    async def remove(self, name: str, who: str, address: str = "") -> None:
        """Forget it and what waits for it; receipts stay."""
        async with self.database.writing() as session:
            row = await _destination(session, name)
            self._audit(session, who, "destination.remove", row, address)
            await session.execute(delete(SubscriptionRow).where(col(SubscriptionRow.destination) == name))
            waiting = col(DeliveryRow.state).in_(["waiting", "sending"])
            for one in await session.scalars(select(DeliveryRow).where(col(DeliveryRow.destination) == name, waiting)):
                one.state, one.error, one.done_ms = "failed", say("send_removed"), self.clock.unix_ms()
            await session.delete(row)

    async def all(self, owner: str | None = None) -> list[State]:
        """DestinationOut of every one, or of one person's, by name; no address is ever in it."""
        query = select(DestinationRow).order_by(DestinationRow.name)
        if owner is not None:
            query = query.where(col(DestinationRow.owner) == owner)
        async with self.database.reading() as session:
            counts = await session.execute(
                select(DeliveryRow.destination, func.count())
                .where(col(DeliveryRow.state) == "waiting")
                .group_by(DeliveryRow.destination)
            )
            waiting = {name: count for name, count in counts}  # noqa: C416 - rows are not pairs for mypy
            shut = set(await session.scalars(shut_names()))
            rows = await session.scalars(query)
            return [_state(row, waiting.get(row.name, 0), shut=row.name in shut) for row in rows]

    async def one(self, name: str) -> State:
        """DestinationOut; `Missing` when there is none."""
        async with self.database.reading() as session:
            row = await _destination(session, name)
            return _state(row, await _waiting(session, name), shut=await _is_shut(session, name))

    async def subscriptions(self, destination: str | None = None, username: str | None = None) -> list[State]:
        """SubscriptionOut of a destination, of a person, or all."""
        query = select(SubscriptionRow).order_by(SubscriptionRow.destination, SubscriptionRow.id)
        if destination is not None:
            query = query.where(col(SubscriptionRow.destination) == destination)
        if username is not None:
            query = query.where(col(SubscriptionRow.username) == username)
        async with self.database.reading() as session:
            return [plain(row, "destination", "username", "rule", "threshold") for row in await session.scalars(query)]

    async def subscribe(
        self, destination: str, username: str | None, lines: Sequence[tuple[str | None, str]], who: str
    ) -> list[State]:
        """Replace what a destination is told of; `lines`: (rule or none, threshold). What stays keeps its age."""
        async with self.database.writing() as session:
            await _destination(session, destination)
            known = {
                (row.rule, row.username): row
                for row in await session.scalars(
                    select(SubscriptionRow).where(col(SubscriptionRow.destination) == destination)
                )
            }
            for rule, threshold in lines:
                row = known.pop((rule, username), None)
                if row is None:
                    session.add(
                        SubscriptionRow(
                            id=uuid7(), destination=destination, username=username, rule=rule, threshold=threshold,
                            created_at=self.clock.now(),
                        )
                    )  # fmt: skip
                else:
                    row.threshold = threshold
            for row in known.values():
                await session.delete(row)
            detail = {"lines": [list(line) for line in lines]}
            session.add(
                AuditRow(at=self.clock.now(), who=who, what="subscription.put", subject=destination, detail=detail)
            )
        return await self.subscriptions(destination)

    async def quiet(self, username: str) -> State | None:
        """QuietOut, or None: no quiet hours."""
        async with self.database.reading() as session:
            row = await session.get(QuietRow, username)
            return None if row is None else plain(row, "from_min", "until_min", "timezone", "critical_through")

    async def put_quiet(self, username: str, values: Mapping[str, Any] | None, who: str) -> None:
        """Set a person's quiet hours, or none."""
        async with self.database.writing() as session:
            if await session.get(UserRow, username) is None:
                raise Missing("username", say("unknown", key=username))
            row = await session.get(QuietRow, username)
            if row is not None:
                await session.delete(row)
                await session.flush()
            if values is not None:
                session.add(QuietRow(username=username, **values))
            detail = dict(values or {})
            session.add(AuditRow(at=self.clock.now(), who=who, what="quiet.put", subject=username, detail=detail))

    def _audit(self, session: AsyncSession, who: str, what: str, row: DestinationRow, address: str) -> None:
        detail = plain(row, "kind", "scheme", "owner", "pictures", "private", "enabled")
        session.add(AuditRow(at=self.clock.now(), who=who, what=what, subject=row.name, address=address, detail=detail))


async def _destination(session: AsyncSession, name: str) -> DestinationRow:
    row = await session.get(DestinationRow, name)
    if row is None:
        raise Missing("name", say("unknown", key=name))
    return row


async def _is_shut(session: AsyncSession, name: str) -> bool:
    return name in set(await session.scalars(shut_names()))


async def _waiting(session: AsyncSession, name: str) -> int:
    query = select(func.count()).where(col(DeliveryRow.destination) == name, col(DeliveryRow.state) == "waiting")
    return int(await session.scalar(query) or 0)


def _state(row: DestinationRow, waiting: int, *, shut: bool) -> State:
    return {
        **plain(row, *_SHOWN),
        "shut": shut,
        "last_error_said": said(recognise(row.last_error)),
        "waiting": waiting,
        "dead_since": None if row.dead_since is None else row.dead_since.isoformat(),
        "last_ok_at": None if row.last_ok_at is None else row.last_ok_at.isoformat(),
    }
