"""Invitations in the database, each changed under its own lock."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select, update

from controller.adapters.database import Database
from controller.adapters.tables import AuditRow, InvitationRow
from controller.core import invitation as life
from controller.core.invitation import Invitation
from controller.errors import Conflict, Missing, Refused, Unauthenticated
from controller.ports.enrolment import Invited, Step
from shared.clock import Clock
from shared.errors import Broken, Rejected
from shared.ids import NodeId
from shared.mint import uuid7
from shared.texts import Text, say

_SHOWN = 100


class SqlInvitations:
    """`InvitationBook` on SQLite or PostgreSQL. Every step is written into the audit with it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def invite(
        self, node: NodeId, proof_sha256: str, until: datetime, cameras: str, who: str, address: str
    ) -> None:
        """A new one; what was open for this node is void."""
        now = self._clock.now()
        async with self._database.writing() as session:
            await _void(session, node, now)
            over = update(InvitationRow).where(col(InvitationRow.until) < now, col(InvitationRow.cameras) != "")
            await session.execute(over.values(cameras=""))  # nobody needs their passwords any more
            session.add(
                InvitationRow(
                    id=uuid7(),
                    node=node,
                    proof_sha256=proof_sha256,
                    state="invited",
                    until=until,
                    cameras=cameras,
                    invited_by=who,
                    invited_at=now,
                )
            )
            self._audit(session, who, "node.invite", node, address, {"until": until.isoformat()})

    async def ask(self, proof_sha256: str, fingerprint: str, public_key_pem: str, address: str) -> Invited:
        """The node with the secret asks by its key; `Unauthenticated` when there is no such invitation."""
        now = self._clock.now()
        async with self._database.writing() as session:
            query = select(InvitationRow).where(InvitationRow.proof_sha256 == proof_sha256).with_for_update()
            row = await session.scalar(query)
            if row is None:
                raise Unauthenticated("token", say("enrol_unknown"))
            before = row.state
            try:
                _put(row, life.ask(_of(row), fingerprint, now))
            except Rejected as fault:
                raise Refused(fault.field, _text(fault)) from None
            if before == "invited":
                row.public_key_pem, row.address, row.asked_at = public_key_pem, address, now
                self._audit(session, row.node, "node.ask", row.node, address, {"key": fingerprint})
            return _invited(row)

    async def step(self, node: NodeId, step: Step, who: str, what: str, address: str) -> Invited:
        """Take the newest one of this node a step on."""
        async with self._database.writing() as session:
            row = await self._newest(session, node, lock=True)
            try:
                _put(row, step(_of(row)))
            except Rejected as fault:
                raise Conflict(fault.field, _text(fault)) from None
            row.decided_by, row.decided_at = who, self._clock.now()
            self._audit(session, who, what, node, address, {"key": row.fingerprint})
            return _invited(row)

    async def fetched(self, proof_sha256: str) -> None:
        """The node was given what it needs."""
        async with self._database.writing() as session:
            query = select(InvitationRow).where(InvitationRow.proof_sha256 == proof_sha256).with_for_update()
            row = await session.scalar(query)
            if row is not None:
                _put(row, life.fetched(_of(row)))

    async def void(self, node: NodeId) -> None:
        """No open invitation of this node counts any more."""
        async with self._database.writing() as session:
            await _void(session, node, self._clock.now())

    async def newest(self) -> list[Invited]:
        """The newest invitation of each node, by name."""
        query = select(InvitationRow).order_by(col(InvitationRow.node), col(InvitationRow.id))
        now = self._clock.now()
        async with self._database.reading() as session:
            rows = {row.node: row for row in await session.scalars(query)}
            return [replace(_invited(row), invitation=life.at(_of(row), now)) for row in rows.values()]

    async def _newest(self, session: AsyncSession, node: NodeId, *, lock: bool = False) -> InvitationRow:
        query = select(InvitationRow).where(InvitationRow.node == node).order_by(col(InvitationRow.id).desc()).limit(1)
        row = await session.scalar(query.with_for_update() if lock else query)
        if row is None:
            raise Missing("node", say("enrol_not_waiting", node=node[:_SHOWN]))
        return row

    def _audit(
        self, session: AsyncSession, who: str, what: str, node: str, address: str, detail: dict[str, Any]
    ) -> None:
        session.add(AuditRow(at=self._clock.now(), who=who, what=what, subject=node, detail=detail, address=address))


async def _void(session: AsyncSession, node: str, now: datetime) -> None:
    query = select(InvitationRow).where(InvitationRow.node == node, col(InvitationRow.state).in_(sorted(life.VOIDED)))
    for row in await session.scalars(query.with_for_update()):
        _put(row, life.void(_of(row), now))


def _of(row: InvitationRow) -> Invitation:
    return Invitation(row.node, row.state, row.until, row.fingerprint)  # type: ignore[arg-type]  # only ours are written


def _put(row: InvitationRow, found: Invitation) -> None:
    row.state, row.until, row.fingerprint = found.state, found.until, found.fingerprint
    if found.state in {"void", "rejected", "expired"}:
        row.cameras = ""  # nobody needs their passwords any more


def _invited(row: InvitationRow) -> Invited:
    return Invited(
        _of(row),
        row.cameras,
        row.public_key_pem,
        row.address,
        row.invited_by,
        row.invited_at,
        row.asked_at,
        row.decided_by,
    )


def _text(fault: Rejected) -> Text:
    if not isinstance(fault.fault, Text):
        raise Broken("a refusal of the core's without a code")
    return fault.fault
