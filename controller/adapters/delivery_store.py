"""Messages to people as rows: planned with the feed's cursor in one transaction, claimed, settled, shown."""

from collections.abc import Callable, Collection, Sequence
from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, delete, func, or_, select, update

from controller.adapters.database import Database
from controller.adapters.owner_sight import forget_unseen, lines_for, sights
from controller.adapters.shut_ways import shut_names
from controller.adapters.states import State, plain
from controller.adapters.tables import (
    CursorRow,
    DeliveryRow,
    DestinationRow,
    QuietRow,
    SubscriptionRow,
    UserRow,
)
from controller.core import delivery as core
from controller.core.dispatch import Notable, Planned, Subscription, Told, notable, plan
from controller.core.grants import STRICT, Roles
from controller.core.quiet import Quiet
from controller.core.send_faults import recognise
from shared.clock import Clock, to_datetime
from shared.errors import Rejected
from shared.kinds import SEVERITIES
from shared.texts import said, say

log = structlog.get_logger("tell")

CURSOR = "people"
_SHOWN = ("id", "destination", "alarm", "why", "severity", "digest", "state", "attempts", "error")
_RANK = sa.case({severity: rank for rank, severity in enumerate(SEVERITIES)}, value=col(DeliveryRow.severity))


class SqlDeliveries:
    """`Deliveries` on SQLite or PostgreSQL, for one process at a time."""

    def __init__(self, database: Database, clock: Clock, mint: Callable[[], str], roles: Roles = STRICT) -> None:
        self._database = database
        self._clock = clock
        self._mint = mint
        self._roles = roles

    async def take_up(self, busy: Collection[str]) -> int:
        """What counts as being sent and is not, because who sent it ended, is due again; not for `busy` ones."""
        now_ms = self._clock.unix_ms()
        async with self._database.writing() as session:
            freed = await session.execute(
                update(DeliveryRow)
                .where(col(DeliveryRow.state) == "sending", col(DeliveryRow.destination).not_in(busy))
                .values(state="waiting", due_ms=now_ms)
                .returning(col(DeliveryRow.id))
            )
            return len(freed.all())

    async def plan(self, rows: Sequence[State], upto: int) -> int:
        """Plan what feed rows give reason for, and be done with the feed up to `upto`, at once; how many."""
        alarms = _alarms(rows)
        now_ms = self._clock.unix_ms()
        made = 0
        async with self._database.writing() as session:
            if alarms:
                lines, seen = await _subscriptions(session), await sights(session, self._roles)
                told = await _told(session, [alarm.id for alarm, _ in alarms])
                for alarm, state in alarms:
                    known = told.setdefault(alarm.id, [])
                    theirs, states = lines_for(state, lines, seen)
                    for planned in plan(alarm, theirs, known, now_ms):
                        known.append(Told(planned.destination, planned.why, planned.severity, planned.mark))
                        made += await self._put(session, alarm, planned, states[planned.destination], now_ms)
            await _move(self._database, session, upto)
        return made

    async def _put(self, session: AsyncSession, alarm: Notable, planned: Planned, state: State, now_ms: int) -> int:
        await _make_room(session, planned, now_ms)
        once = f"{planned.destination}:{alarm.id}:{planned.why}:{planned.mark or planned.severity}"
        values = {
            "id": self._mint(), "once": once, "destination": planned.destination, "alarm": alarm.id,
            "why": planned.why, "mark": planned.mark, "severity": planned.severity, "digest": planned.digest,
            "payload": state, "state": "waiting", "attempts": 0, "error": "", "due_ms": planned.due_ms, "parcel": "",
            "created_ms": now_ms,
        }  # fmt: skip
        put = await session.execute(
            self._database.insert(DeliveryRow).values(**values).on_conflict_do_nothing().returning(DeliveryRow.id)
        )
        return len(put.all())

    async def due(self) -> tuple[str, ...]:
        """The destinations for which something is due now."""
        now_ms = self._clock.unix_ms()
        async with self._database.reading() as session:
            return tuple(
                await session.scalars(
                    select(DeliveryRow.destination)
                    .join(DestinationRow, col(DestinationRow.name) == col(DeliveryRow.destination))
                    .where(
                        col(DeliveryRow.state) == "waiting",
                        col(DeliveryRow.due_ms) <= now_ms,
                        col(DestinationRow.enabled).is_(True),
                        col(DestinationRow.name).not_in(shut_names()),
                        or_(col(DestinationRow.hold_ms) <= now_ms, col(DeliveryRow.why) == "test"),
                    )
                    .distinct()
                )
            )

    async def claim(self, destination: str) -> tuple[core.Way, core.Batch] | None:
        """Take the next message for a destination, or all that share a digest; None: nothing is due."""
        now_ms = self._clock.unix_ms()
        async with self._database.writing() as session:
            place = await session.get(DestinationRow, destination)
            if place is None or not place.enabled or destination in await session.scalars(shut_names()):
                return None
            waiting = select(DeliveryRow).where(
                col(DeliveryRow.destination) == destination,
                col(DeliveryRow.state) == "waiting",
                col(DeliveryRow.due_ms) <= now_ms,
            )
            if place.hold_ms > now_ms:
                waiting = waiting.where(col(DeliveryRow.why) == "test")
            await _give_up(session, waiting, now_ms)
            await forget_unseen(session, waiting, place.owner, now_ms, self._roles)
            order = (col(DeliveryRow.digest), col(DeliveryRow.attempts), _RANK.desc(), col(DeliveryRow.id))
            first = (await session.scalars(waiting.order_by(*order).limit(1))).first()
            if first is None:
                return None
            rows = [first]
            if first.digest:
                alike = waiting.where(col(DeliveryRow.digest).is_(True), col(DeliveryRow.parcel) == first.parcel)
                rows = list(await session.scalars(alike.order_by(col(DeliveryRow.id)).limit(core.DIGEST)))
            parcel = first.parcel or rows[0].id
            for row in rows:
                row.state, row.attempts, row.parcel = "sending", row.attempts + 1, parcel
            batch = core.Batch(
                parcel, destination, tuple(row.id for row in rows), first.why,  # type: ignore[arg-type]
                tuple(row.payload for row in rows if row.alarm is not None), min(row.created_ms for row in rows),
            )  # fmt: skip
            way = core.Way(
                place.name, place.kind, place.sealed, place.language, place.pictures, place.private  # type: ignore[arg-type]
            )  # fmt: skip
            return way, batch

    async def settle(self, batch: core.Batch, fault: str | None, *, final: bool = False) -> None:
        """Write what became of a try. No fault: delivered. `final`: trying again cannot help."""
        now_ms = self._clock.unix_ms()
        async with self._database.writing() as session:
            for row in await session.scalars(select(DeliveryRow).where(col(DeliveryRow.id).in_(batch.ids))):
                if row.state != "sending":
                    continue  # its destination was removed meanwhile
                row.error = fault or ""
                if fault is None:
                    row.state, row.done_ms = "delivered", now_ms
                elif row.why == "test" or core.given_up(row.attempts, row.created_ms, now_ms, final=final):
                    row.state, row.done_ms = "failed", now_ms
                else:
                    row.state, row.due_ms = "waiting", now_ms + core.retry_ms(row.attempts)
            place = await session.get(DestinationRow, batch.destination)
            if place is not None:
                _fare(place, fault, now_ms)

    async def prune(self, before_ms: int) -> None:
        """Forget receipts that are older."""
        async with self._database.writing() as session:
            await session.execute(delete(DeliveryRow).where(col(DeliveryRow.done_ms) < before_ms))


class SqlReceipts:
    """What became of messages, and a message that only tests."""

    def __init__(self, database: Database, clock: Clock, mint: Callable[[], str]) -> None:
        self._database = database
        self._clock = clock
        self._mint = mint

    async def receipts(
        self, *, alarm: str | None = None, destination: str | None = None, message: str | None = None, limit: int = 100
    ) -> list[State]:
        """DeliveryOut, the newest first."""
        query = select(DeliveryRow).order_by(col(DeliveryRow.id).desc()).limit(max(1, min(limit, 500)))
        for wanted, column in (
            (alarm, DeliveryRow.alarm),
            (destination, DeliveryRow.destination),
            (message, DeliveryRow.id),
        ):
            if wanted is not None:
                query = query.where(col(column) == wanted)
        async with self._database.reading() as session:
            return [_receipt(row) for row in await session.scalars(query)]

    async def put_test(self, destination: str) -> str:
        """Queue a message that shows that the destination works; its id."""
        now_ms, name = self._clock.unix_ms(), self._mint()
        async with self._database.writing() as session:
            session.add(
                DeliveryRow(
                    id=name, once=f"test:{name}", destination=destination, why="test", severity="low", digest=False,
                    payload={}, due_ms=now_ms, created_ms=now_ms,
                )
            )  # fmt: skip
        return name


def _alarms(rows: Sequence[State]) -> list[tuple[Notable, State]]:
    """The alarms among feed rows; one that cannot be read must not keep people from hearing of the next."""
    found: list[tuple[Notable, State]] = []
    for row in rows:
        if row["kind"] == "alarm":
            try:
                found.append((notable(row["data"]), row["data"]))
            except Rejected as fault:
                log.warning("nobody is told of an alarm", row=row["id"], error=str(fault))
    return found


def _receipt(row: DeliveryRow) -> State:
    number = row.payload.get("number")
    done = None if row.done_ms is None else to_datetime(row.done_ms).isoformat()
    return {
        **plain(row, *_SHOWN),
        "error_said": said(recognise(row.error)),
        "alarm_number": number,
        "created_at": to_datetime(row.created_ms).isoformat(),
        "due_at": to_datetime(row.due_ms).isoformat(),
        "done_at": done,
    }


def _fare(place: DestinationRow, fault: str | None, now_ms: int) -> None:
    """How the destination fares after a try."""
    before = core.Health(place.failures, place.hold_ms, place.dead_since is not None)
    after = core.after_success(before) if fault is None else core.after_failure(before, now_ms)
    place.failures, place.hold_ms, place.last_error = after.failures, after.hold_ms, fault or ""
    if fault is None:
        place.last_ok_at = to_datetime(now_ms)
    if after.dead != before.dead:
        place.dead_since = to_datetime(now_ms) if after.dead else None


async def _subscriptions(session: AsyncSession) -> list[Subscription]:
    found = await session.execute(
        select(SubscriptionRow, QuietRow, UserRow.enabled)
        .join(DestinationRow, col(DestinationRow.name) == col(SubscriptionRow.destination))
        .outerjoin(QuietRow, col(QuietRow.username) == col(SubscriptionRow.username))
        .outerjoin(UserRow, col(UserRow.name) == col(SubscriptionRow.username))
        .where(col(DestinationRow.enabled).is_(True))
    )
    lines: list[Subscription] = []
    for row, quiet, enabled in found:
        if row.username is not None and not enabled:
            continue
        since_ms = round(row.created_at.timestamp() * 1000)
        threshold: Any = row.threshold
        lines.append(Subscription(row.destination, row.username, threshold, since_ms, row.rule, _quiet(quiet)))
    return lines


def _quiet(row: QuietRow | None) -> Quiet | None:
    if row is None:
        return None
    try:
        zone: Any = ZoneInfo(row.timezone)
    except (KeyError, ValueError, OSError):  # this machine knows fewer zones than the one it was set on
        zone = UTC
    return Quiet(row.from_min, row.until_min, zone, row.critical_through)


async def _told(session: AsyncSession, alarms: Sequence[str]) -> dict[str, list[Told]]:
    told: dict[str, list[Told]] = {}
    for row in await session.scalars(select(DeliveryRow).where(col(DeliveryRow.alarm).in_(set(alarms)))):
        told.setdefault(str(row.alarm), []).append(Told(row.destination, row.why, row.severity, row.mark))  # type: ignore[arg-type]
    return told


async def _make_room(session: AsyncSession, planned: Planned, now_ms: int) -> None:
    """A queue that is full gives up the least grave and oldest of what waits."""
    waiting = (col(DeliveryRow.destination) == planned.destination, col(DeliveryRow.state) == "waiting")
    count = int(await session.scalar(select(func.count()).where(*waiting)) or 0)
    if count < core.QUEUE:
        return
    oldest = select(DeliveryRow).where(*waiting).order_by(_RANK, col(DeliveryRow.id)).limit(count - core.QUEUE + 1)
    for row in await session.scalars(oldest):
        row.state, row.error, row.done_ms = "dropped", say("send_full"), now_ms
    await session.flush()


async def _give_up(session: AsyncSession, waiting: Any, now_ms: int) -> None:
    """What waits and is not worth a try any more fails: the process ended during its tries, or nobody could send."""
    worth = waiting.with_only_columns(
        col(DeliveryRow.id), col(DeliveryRow.attempts), col(DeliveryRow.created_ms), col(DeliveryRow.due_ms)
    )
    over = [
        name
        for name, attempts, created_ms, due_ms in await session.execute(worth)
        if core.past_telling(attempts, created_ms, due_ms, now_ms)
    ]
    if over:
        known = sa.func.nullif(col(DeliveryRow.error), "")
        await session.execute(
            update(DeliveryRow)
            .where(col(DeliveryRow.id).in_(over))
            .values(
                state="failed",
                done_ms=now_ms,
                error=sa.func.coalesce(known, str(say("send_over"))),
            )
        )


async def _move(database: Database, session: AsyncSession, upto: int) -> None:
    insert = database.insert(CursorRow).values(name=CURSOR, feed_id=upto)
    await session.execute(
        insert.on_conflict_do_update(
            index_elements=["name"],
            set_={"feed_id": insert.excluded.feed_id},
            where=col(CursorRow.feed_id) < insert.excluded.feed_id,
        )
    )
