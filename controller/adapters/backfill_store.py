"""What nodes are asked for afterwards: compared with the ledger, sent few at once, followed until stored or lost."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select, update

from controller.adapters.alarm_footage import AlarmFootage
from controller.adapters.database import Database
from controller.adapters.footage_rows import MINUTE_MS, add_asks, footage_of, wishes_of
from controller.adapters.tables import (
    BackfillRow,
    CameraRow,
    EventRow,
    FootageRequestRow,
    LedgerRow,
    NodeRow,
)
from controller.core.footage import (
    RANK,
    SEAM_MS,
    Order,
    Part,
    Waiting,
    Wish,
    answered,
    asks,
    parts,
    state_of,
    to_send,
)
from controller.core.retention import CLASSES
from controller.core.spans import common, merge, subtract, total_ms
from shared.clock import Clock
from shared.ids import CameraId, NodeId, node_of
from shared.kinds import MediaClass
from shared.mint import uuid7

_MINUTES_AT_ONCE = 120
_COMPARED_AGAIN_MS = 60_000
_GIVE_UP_MS = 7 * 24 * 3_600_000
_REQUESTS_AT_ONCE = 10
_ANSWER_MS = 30_000
_MOST_TRIES = 20
_FOLLOWED_MS = 10_000
_FOLLOWED_EVERY_MS = 5_000
_NOTHING_CAME_MS = 600_000  # a node announces what it has taken at once
_FAILED_FOR_MS = 3_600_000
_GONE = "the ring no longer has it"


class SqlBackfillStore:
    """`BackfillStore` on SQLite or PostgreSQL."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._alarms = AlarmFootage(database, clock)
        self._followed_ms: int | None = None

    async def compare(self) -> int:
        """Compare minutes of the ledger that are due with the store; how many spans are to be asked for now."""
        await self._alarms.reopen()
        now_ms = self._clock.unix_ms()
        query = (
            select(LedgerRow)
            .where(col(LedgerRow.check_ms) <= now_ms)
            .order_by(col(LedgerRow.check_ms))
            .limit(_MINUTES_AT_ONCE)
        )
        async with self._database.reading() as session:
            if await session.scalar(query.with_only_columns(col(LedgerRow.camera)).limit(1)) is None:
                return 0
        made = 0
        async with self._database.writing() as session:
            by_camera: dict[str, list[LedgerRow]] = defaultdict(list)
            for row in await session.scalars(query):
                by_camera[row.camera].append(row)
            for camera, rows in by_camera.items():
                for stretch in _stretches(sorted(rows, key=lambda row: row.minute_ms)):
                    made += await self._compare(session, camera, stretch, now_ms)
        return made

    async def _compare(self, session: AsyncSession, camera: str, rows: Sequence[LedgerRow], now_ms: int) -> int:
        wishes = await wishes_of(session, camera, rows)
        range_ms = (rows[0].minute_ms, rows[-1].minute_ms + MINUTE_MS)
        footage = await footage_of(session, camera, range_ms, now_ms)
        await self._hurry(session, camera, wishes)
        done = merge([*footage.stored, *footage.lost])
        open_spans = subtract(common(footage.there, [wish.span for wish in wishes]), done)
        for row in rows:
            here = common(open_spans, [(row.minute_ms, row.minute_ms + MINUTE_MS)])
            waits = total_ms(here) >= SEAM_MS and now_ms - row.minute_ms < _GIVE_UP_MS
            row.check_ms = now_ms + _COMPARED_AGAIN_MS if waits else None
        return add_asks(session, camera, asks(wishes, footage), now_ms)

    async def _hurry(self, session: AsyncSession, camera: str, wishes: Sequence[Wish]) -> None:
        """What waits already for a lesser reason is asked for by the better one."""
        for wish in wishes:
            await session.execute(
                update(BackfillRow)
                .where(
                    col(BackfillRow.state) == "waiting",
                    col(BackfillRow.camera) == camera,
                    col(BackfillRow.start_ms) < wish.span[1],
                    col(BackfillRow.end_ms) > wish.span[0],
                    col(BackfillRow.rank) > RANK[wish.why],
                )
                .values(rank=RANK[wish.why], why=wish.why, media_class=wish.media_class)
            )

    async def serve_requests(self) -> int:
        """Look at what people asked for: ask for what is on a node, tell what became of the rest; how many changed."""
        now_ms = self._clock.unix_ms()
        query = (
            select(FootageRequestRow)
            .where(col(FootageRequestRow.open).is_(True), col(FootageRequestRow.check_ms) <= now_ms)
            .order_by(col(FootageRequestRow.check_ms))
            .limit(_REQUESTS_AT_ONCE)
        )
        async with self._database.reading() as session:
            if await session.scalar(query.with_only_columns(col(FootageRequestRow.id)).limit(1)) is None:
                return 0
        async with self._database.writing() as session:
            return sum([await self._serve(session, row, now_ms) for row in (await session.scalars(query)).all()])

    async def _serve(self, session: AsyncSession, row: FootageRequestRow, now_ms: int) -> int:
        span = (row.start_ms, row.end_ms)
        footage = await footage_of(session, row.camera, span, now_ms, gaps=True)
        wishes = (Wish(span, "request", "continuous"),)
        await self._hurry(session, row.camera, wishes)
        made = add_asks(session, row.camera, asks(wishes, footage), now_ms)
        if made:
            await session.flush()
            footage = await footage_of(session, row.camera, span, now_ms, gaps=True)
        found = parts(span, footage)
        state, last = state_of(found)
        node = await session.get(NodeRow, node_of(CameraId(row.camera)))
        reason = _reason(found, online=node is not None and node.state == "online")
        if not last and now_ms - max(row.end_ms, int(row.created_at.timestamp() * 1000)) > _GIVE_UP_MS:
            last, state = True, "partly" if any(part.state == "retrieved" for part in found) else "lost"
        row.open, row.check_ms = not last, now_ms + _FOLLOWED_MS
        if (row.state, row.reason) == (state, reason):
            return 0
        row.state, row.reason, row.changed_at = state, reason, self._clock.now()
        return 1

    async def orders(self) -> tuple[Order, ...]:
        """What is to be sent to nodes now: new asks as far as each node has room, and those that were not answered."""
        now_ms = self._clock.unix_ms()
        async with self._database.reading() as session:
            nodes = list(
                await session.scalars(
                    select(BackfillRow.node)
                    .where(col(BackfillRow.state).in_(("waiting", "asked")))
                    .join(NodeRow, col(NodeRow.id) == col(BackfillRow.node))
                    .where(col(NodeRow.state) == "online", col(NodeRow.enabled).is_(True))
                    .distinct()
                )
            )
        if not nodes:
            return ()
        async with self._database.writing() as session:
            return tuple([order for node in sorted(nodes) for order in await self._orders(session, node, now_ms)])

    async def _orders(self, session: AsyncSession, node: str, now_ms: int) -> list[Order]:
        mine = col(BackfillRow.node) == node
        out = (
            await session.scalars(select(BackfillRow).where(col(BackfillRow.state).in_(("asked", "taken")), mine))
        ).all()
        queue = (
            await session.scalars(
                select(BackfillRow)
                .where(col(BackfillRow.state) == "waiting", mine)
                .order_by(col(BackfillRow.rank), col(BackfillRow.start_ms))
                .limit(5)
            )
        ).all()
        running = await session.scalar(
            select(EventRow.id)
            .join(CameraRow, col(CameraRow.id) == col(EventRow.camera))
            .where(col(EventRow.state) == "open", col(CameraRow.node) == node)
            .limit(1)
        )
        waiting = [Waiting(row.id, row.rank, row.start_ms) for row in queue]
        chosen = {one.id for one in to_send(waiting, len(out), event_runs=running is not None)}
        found: list[Order] = []
        for row in [*(row for row in out if row.state == "asked" and row.again_ms <= now_ms), *queue]:
            if row.state == "waiting" and row.id not in chosen:
                continue
            if row.tries >= _MOST_TRIES:
                row.state, row.reason, row.again_ms = "failed", "the node does not answer", now_ms + _FAILED_FOR_MS
                continue
            row.state, row.tries, row.again_ms = "asked", row.tries + 1, now_ms + _ANSWER_MS
            found.append(_order(row))
        return found

    async def answered(
        self, node: NodeId, order: str, reason: str, left: tuple[int, int] | None, *, accepted: bool
    ) -> None:
        """A node has taken an order, as far as it still has the span, or cannot take it now."""
        async with self._database.writing() as session:
            row = await session.get(BackfillRow, order, with_for_update=True)
            if row is None or row.node != node or row.state != "asked":
                return
            if not accepted:
                row.state, row.reason = "failed", reason[:300]
                row.again_ms = self._clock.unix_ms() + _FAILED_FOR_MS
                return
            asked = (row.start_ms, row.end_ms)
            has = common([asked if left is None else left], [asked])
            row.state, row.again_ms = "taken", self._clock.unix_ms() + _NOTHING_CAME_MS
            if not has:
                row.state, row.reason = "gone", _GONE
                return
            ((row.start_ms, row.end_ms),) = has
            for start_ms, end_ms in subtract([asked], has):
                values = row.model_dump() | {"id": uuid7(), "start_ms": start_ms, "end_ms": end_ms}
                session.add(BackfillRow(**(values | {"state": "gone", "reason": _GONE})))

    async def follow(self) -> int:
        """Look at what nodes have taken; how many orders are over.

        One of which a part came and nothing more is coming is over too: the rest of it is asked for by itself.
        """
        if self._followed_ms is not None and self._clock.monotonic_ms() - self._followed_ms < _FOLLOWED_EVERY_MS:
            return 0
        self._followed_ms = self._clock.monotonic_ms()
        now_ms = self._clock.unix_ms()
        query = (
            select(BackfillRow).where(col(BackfillRow.state) == "taken").order_by(col(BackfillRow.again_ms)).limit(50)
        )
        async with self._database.reading() as session:
            if await session.scalar(query.with_only_columns(col(BackfillRow.id)).limit(1)) is None:
                return 0
        over = 0
        async with self._database.writing() as session:
            for row in (await session.scalars(query)).all():
                span = (row.start_ms, row.end_ms)
                footage = await footage_of(session, row.camera, span, now_ms)
                if answered(span, footage.there, footage):
                    row.state = "done"
                elif common([span], footage.coming):
                    row.again_ms = now_ms + _NOTHING_CAME_MS
                elif row.again_ms <= now_ms and common([span], footage.stored):
                    row.state = "done"
                elif row.again_ms <= now_ms:
                    row.state, row.reason, row.again_ms = "failed", "nothing came", now_ms + _FAILED_FOR_MS
                over += row.state != "taken"
        return over


def _order(row: BackfillRow) -> Order:
    media_class: MediaClass = next((name for name in CLASSES if name == row.media_class), "continuous")
    return Order(row.id, NodeId(row.node), CameraId(row.camera), (row.start_ms, row.end_ms), media_class)


def _stretches(rows: Sequence[LedgerRow]) -> list[list[LedgerRow]]:
    """Minutes that are near each other, so that no range is far longer than what is looked at in it."""
    found: list[list[LedgerRow]] = []
    for row in rows:
        if not found or row.minute_ms - found[-1][-1].minute_ms > MINUTE_MS:
            found.append([])
        found[-1].append(row)
    return found


def _reason(found: Sequence[Part], *, online: bool) -> str:
    states = {part.state for part in found}
    if not online and states & {"retrieving", "retrievable", "not told yet"}:
        return "node offline"
    for state, reason in (
        ("not told yet", "not told yet"),
        ("retrievable", "no answer"),
        ("lost", "no longer there"),
        ("never recorded", "never recorded"),
    ):
        if state in states:
            return reason
    return ""
