"""How far a node's facts have come, what is known of its ledgers, and what a node that was put back leaves behind."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, func, select, update

from controller.adapters.database import Database
from controller.adapters.states import LONGEST_RUN_MS, State, node_states
from controller.adapters.tables import AuditRow, CameraRow, FactSeqRow, LedgerRow, NodeRow, RunRow
from controller.core.seqs import MOST_ASKS, Asking, Seen, due, gap, seen, written_off
from controller.ports import Received, Taken
from shared.clock import Clock, to_datetime
from shared.ids import CameraId, NodeId, node_of
from shared.messages import RunFact
from shared.orders import Hello, LedgerHead

_MINUTE_MS = 60_000
AHEAD_MS = 300_000  # of our clock: an entry of a node whose clock was far ahead once is nobody's head
_MARGIN_MS = 60_000


async def note_numbers(session: AsyncSession, batch: Sequence[Received], taken: Sequence[Taken], now_ms: int) -> None:
    """Count what was taken, for each start of each agent."""
    came: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for one, result in zip(batch, taken, strict=True):
        if one.fact is not None and result.outcome != "dropped":
            made_ms = int(one.fact.at.timestamp() * 1000)
            came[one.node, one.fact.agent_start].append((one.fact.seq, made_ms))
    for (node, agent_start), facts in came.items():
        row = await _row(session, node, agent_start)
        before = _seen(row)
        after = seen(before, (number for number, _ in facts))
        _keep(row, after)
        row.at_ms = max([row.at_ms, *(made_ms for number, made_ms in facts if number <= after.upto)])
        row.seen_ms = now_ms
        if after.upto != before.upto or not before.ahead:
            row.since_ms, row.asks = now_ms, 0


async def note_restored(session: AsyncSession, cameras: Iterable[str], now: datetime) -> list[tuple[str, State]]:
    """Nodes that were put back: remember when, and give up uploads that they may know nothing of any more.

    One that its node does know comes back with the node's next word about it.
    """
    nodes: set[str] = set()
    for camera in sorted(cameras):
        nodes.add(node_of(CameraId(camera)))
        await session.execute(
            update(RunRow)
            .where(col(RunRow.camera) == camera, col(RunRow.state) == "announced")
            .values(state="lost", reason="the node was put back to an older copy of itself")
        )
    rows = [row for node in sorted(nodes) if (row := await session.get(NodeRow, node, with_for_update=True))]
    for row in rows:
        row.restored_at = now
        session.add(AuditRow(at=now, who=row.id, what="node.restored", subject=row.id, detail={}))
    await session.flush()
    return [("node", state) for state in await node_states(session, rows)]


async def stored_already(session: AsyncSession, fact: RunFact) -> bool:
    """Whether stored runs hold every segment of this new one: its node has forgotten that it sent them."""
    wanted = {segment.sha256 for segment in fact.segments}
    if not wanted:
        return False
    found = await session.scalars(
        select(RunRow.segments).where(
            col(RunRow.camera) == fact.camera,
            col(RunRow.state) == "stored",
            col(RunRow.start_ms) < fact.end_ms,
            col(RunRow.start_ms) > fact.start_ms - LONGEST_RUN_MS,
            col(RunRow.end_ms) > fact.start_ms,
        )
    )
    return wanted <= {segment["sha256"] for segments in found for segment in segments}


class SqlNodeMemory:
    """`NodeMemory` on SQLite or PostgreSQL."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def hello(self, node: NodeId, agent_start: str) -> Hello | None:
        """None for a node that is switched off."""
        before_ms = self._clock.unix_ms() + AHEAD_MS
        async with self._database.reading() as session:
            known = await session.get(NodeRow, node)
            if known is not None and not known.enabled:
                return None
            numbers = await session.get(FactSeqRow, (node, agent_start))
            cameras = await session.scalars(select(CameraRow.id).where(CameraRow.node == node).order_by(CameraRow.id))
            heads: list[LedgerHead] = []
            for camera in cameras:
                row = await session.scalar(
                    select(LedgerRow)
                    .where(col(LedgerRow.camera) == camera, col(LedgerRow.minute_ms) < before_ms)
                    .order_by(col(LedgerRow.minute_ms).desc())
                    .limit(1)
                )
                if row is not None:
                    heads.append(_head(row))
        last = 0 if numbers is None else _seen(numbers).last
        return Hello(agent_start=agent_start, seq=last, heads=tuple(heads[:64]))

    async def resync_since(self, node: NodeId, agent_start: str, told: int) -> datetime | None:
        """Since when acknowledged facts are to be told again; None: nothing is missing, or it was asked for already.

        `told`: the last number that the node itself has named. Asking is remembered.
        """
        now_ms = self._clock.unix_ms()
        async with self._database.reading() as session:
            row = await session.get(FactSeqRow, (node, agent_start))
            if not gap(Seen() if row is None else _seen(row), told):
                return None
        async with self._database.writing() as session:
            row = await _row(session, node, agent_start)
            known = _seen(row)
            if row.since_ms == 0:
                row.since_ms, row.seen_ms = now_ms, now_ms
            if not gap(known, told) or not due(Asking(row.since_ms, row.asks, row.asked_ms), now_ms):
                return None
            if row.asks >= MOST_ASKS:
                _keep(row, written_off(known, told))
                row.asks = 0
                return None
            row.asks, row.asked_ms = row.asks + 1, now_ms
            since_ms = row.at_ms or await session.scalar(
                select(func.max(FactSeqRow.at_ms)).where(col(FactSeqRow.node) == node)
            )
            return to_datetime(max(0, (since_ms or 0) - _MARGIN_MS))


def _head(row: LedgerRow) -> LedgerHead:
    ends = [segment["end_ms"] for segment in row.segments]
    return LedgerHead(
        camera=row.camera,
        chain=row.chain,
        minute_ms=row.minute_ms,
        entry=row.entry,
        covered_to_ms=max([row.minute_ms + _MINUTE_MS, *ends]),
    )


async def _row(session: AsyncSession, node: str, agent_start: str) -> FactSeqRow:
    row = await session.get(FactSeqRow, (node, agent_start), with_for_update=True)
    if row is None:
        row = FactSeqRow(node=node, agent_start=agent_start, ahead=[])
        session.add(row)
    return row


def _seen(row: FactSeqRow) -> Seen:
    return Seen(row.upto, tuple((first, end) for first, end in row.ahead))


def _keep(row: FactSeqRow, known: Seen) -> None:
    row.upto, row.ahead = known.upto, [list(span) for span in known.ahead]
