"""Nodes that may speak: enrol, switch off, and the key that their tokens are checked with."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from controller.adapters.database import Database
from controller.adapters.feed import append_feed
from controller.adapters.states import camera_states, node_states
from controller.adapters.tables import AuditRow, CameraRow, InvitationRow, NodeKeyRow, NodeRow
from controller.errors import Missing, Refused
from shared.clock import Clock
from shared.ids import NodeId
from shared.ledger_signature import fingerprint
from shared.texts import say


@dataclass(frozen=True, slots=True)
class Node:
    """A node as whoever runs the site sees it."""

    id: str
    enabled: bool
    enrolled: bool  # has a key of its own here
    state: str
    last_seen_at: datetime | None
    version: str = ""  # of its agent, as it said last


class NodeStore:
    """Enrolment as far as the database knows it; the broker has its own password file."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def enrolled(self, node: NodeId) -> bool:
        """Whether it has a key of its own, and is not shut out."""
        return await self.node_public_key(node) is not None

    async def enrol(self, node: NodeId, public_key_pem: str, who: str, invited_by_key: str | None = None) -> None:
        """Make the node known, or give it a new key; it is switched on.

        `invited_by_key`: the fingerprint that was approved; `Refused` unless its invitation still counts.
        """
        async with self._database.writing() as session:
            if invited_by_key is not None and not await _let_in(session, node, invited_by_key):
                raise Refused("token", say("enrol_void"))
            row = await session.get(NodeRow, node, with_for_update=True)
            if row is None:
                row = NodeRow(id=node, created_at=self._clock.now())
                session.add(row)
            row.public_key_pem, row.enabled = public_key_pem, True
            mark = fingerprint(public_key_pem)
            if await session.get(NodeKeyRow, (node, mark)) is None:
                now = self._clock.now()
                session.add(NodeKeyRow(node=node, fingerprint=mark, public_key_pem=public_key_pem, since=now))
            session.add(AuditRow(at=self._clock.now(), who=who, what="node.enrol", subject=node, detail={"key": mark}))
            await session.flush()
            feed = [("node", state) for state in await node_states(session, [row])]
            await append_feed(self._database, session, self._clock, feed)

    async def switch(self, node: NodeId, who: str, *, enabled: bool) -> None:
        """Refuse or accept its messages and tokens from now on."""
        async with self._database.writing() as session:
            row = await session.get(NodeRow, node, with_for_update=True)
            if row is None:
                raise Missing("node", say("unknown", key=node))
            row.enabled = enabled
            row.state = row.state if enabled else "offline"
            what = "node.enable" if enabled else "node.disable"
            session.add(AuditRow(at=self._clock.now(), who=who, what=what, subject=node, detail={}))
            await session.flush()
            cameras = (await session.scalars(select(CameraRow).where(CameraRow.node == node))).all()
            feed = [("node", state) for state in await node_states(session, [row])]
            feed += [("camera", state) for state in await camera_states(session, cameras)]
            await append_feed(self._database, session, self._clock, feed)

    async def nodes(self) -> list[Node]:
        """Everyone, by name."""
        async with self._database.reading() as session:
            rows = await session.scalars(select(NodeRow).order_by(NodeRow.id))
            return [
                Node(row.id, row.enabled, bool(row.public_key_pem), row.state, row.last_seen_at, row.version)
                for row in rows
            ]

    async def node_public_key(self, node: NodeId) -> str | None:
        """PEM of an enrolled node that is switched on."""
        async with self._database.reading() as session:
            row = await session.get(NodeRow, node)
            return row.public_key_pem if row is not None and row.enabled else None

    async def shut_out(self, node: NodeId) -> bool:
        """Whether it is known and switched off."""
        async with self._database.reading() as session:
            row = await session.get(NodeRow, node)
            return row is not None and not row.enabled


async def _let_in(session: AsyncSession, node: NodeId, mark: str) -> bool:
    """Whether an invitation lets this key in; nobody voids it until this transaction is over."""
    counts = InvitationRow.node == node, InvitationRow.fingerprint == mark, col(InvitationRow.state) == "approved"
    return await session.scalar(select(InvitationRow.id).where(*counts).with_for_update()) is not None
