"""Invitations and certificates in memory."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from controller.core import invitation as life
from controller.core.invitation import Invitation
from controller.errors import Conflict, Missing, Refused, Unauthenticated
from controller.ports.enrolment import Invited, Issued, Revoked, Step
from shared.clock import Clock
from shared.errors import Rejected
from shared.ids import NodeId
from shared.texts import Text, say

Deed = tuple[str, str, str, str]
"""Who did what to which node, from where."""
_ENDED = frozenset({"void", "rejected", "expired"})


class MemoryInvitations:
    """`InvitationBook` in memory; `deeds`: what an audit would hold."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rows: dict[str, Invited] = {}  # by the hash of their secret, in the order of inviting
        self.deeds: list[Deed] = []

    async def invite(
        self, node: NodeId, proof_sha256: str, until: datetime, cameras: str, who: str, address: str
    ) -> None:
        await self.void(node)
        now = self._clock.now()
        self._rows[proof_sha256] = Invited(Invitation(node, "invited", until), cameras, None, "", who, now, None, "")
        self.deeds.append((who, "node.invite", node, address))

    async def ask(self, proof_sha256: str, fingerprint: str, public_key_pem: str, address: str) -> Invited:
        row = self._rows.get(proof_sha256)
        if row is None:
            raise Unauthenticated("token", say("enrol_unknown"))
        now = self._clock.now()
        try:
            asked = life.ask(row.invitation, fingerprint, now)
        except Rejected as fault:
            raise Refused(fault.field, _text(fault)) from None
        if row.invitation.state == "invited":
            row = replace(row, public_key_pem=public_key_pem, address=address, asked_at=now)
            self.deeds.append((row.invitation.node, "node.ask", row.invitation.node, address))
        return self._put(proof_sha256, replace(row, invitation=asked))

    async def step(self, node: NodeId, step: Step, who: str, what: str, address: str) -> Invited:
        found = [(key, row) for key, row in self._rows.items() if row.invitation.node == node]
        if not found:
            raise Missing("node", say("enrol_not_waiting", node=node))
        key, row = found[-1]
        try:
            taken = step(row.invitation)
        except Rejected as fault:
            raise Conflict(fault.field, _text(fault)) from None
        self.deeds.append((who, what, node, address))
        return self._put(key, replace(row, invitation=taken, decided_by=who))

    async def fetched(self, proof_sha256: str) -> None:
        row = self._rows.get(proof_sha256)
        if row is not None:
            self._put(proof_sha256, replace(row, invitation=life.fetched(row.invitation)))

    async def void(self, node: NodeId) -> None:
        now = self._clock.now()
        for key, row in self._rows.items():
            if row.invitation.node == node:
                self._put(key, replace(row, invitation=life.void(row.invitation, now)))

    async def newest(self) -> list[Invited]:
        now = self._clock.now()
        found = {row.invitation.node: row for row in self._rows.values()}
        return [replace(row, invitation=life.at(row.invitation, now)) for _, row in sorted(found.items())]

    def _put(self, key: str, row: Invited) -> Invited:
        kept = replace(row, cameras="") if row.invitation.state in _ENDED else row
        self._rows[key] = kept
        return kept


@dataclass(slots=True)
class _Given:
    node: NodeId
    issued: Issued
    at: datetime
    revoked_at: datetime | None = None
    why: str = ""


@dataclass
class MemoryCertificates:
    """`CertificateBook` in memory; `deeds`: what an audit would hold; `let_in`: nodes that may be given one."""

    clock: Clock
    let_in: set[NodeId] = field(default_factory=set)
    deeds: list[Deed] = field(default_factory=list)
    _given: list[_Given] = field(default_factory=list)

    async def keep(self, node: NodeId, issued: Issued, who: str, what: str, address: str) -> None:
        if node not in self.let_in:
            raise Refused("token", say("enrol_void"))
        self._given.append(_Given(node, issued, self.clock.now()))
        self.deeds.append((who, what, node, address))

    async def newest(self, node: NodeId, fingerprint: str, until: datetime | None = None) -> str | None:
        mine = [one for one in self._counting(node) if one.issued.fingerprint == fingerprint]
        mine = [one for one in mine if until is None or one.issued.ends_at > until]
        return max(mine, key=lambda one: (one.issued.ends_at, one.at)).issued.pem if mine else None

    async def revoke(self, node: NodeId, why: str, who: str, address: str, *, but: str | None = None) -> int:
        now = self.clock.now()
        ending = [one for one in self._counting(node) if one.issued.ends_at > now and one.issued.fingerprint != but]
        for one in ending:
            one.revoked_at, one.why = now, why
            self.deeds.append((who, "node.revoke", node, address))
        return len(ending)

    async def revoked(self) -> list[Revoked]:
        now = self.clock.now()
        found = [
            Revoked(one.issued.serial, one.revoked_at)
            for one in self._given
            if one.revoked_at is not None and one.issued.ends_at > now
        ]
        return sorted(found, key=lambda one: one.serial)

    async def ends(self) -> dict[str, datetime]:
        counting = sorted((one for one in self._given if one.revoked_at is None), key=lambda one: one.issued.ends_at)
        return {one.node: one.issued.ends_at for one in counting}

    def _counting(self, node: NodeId) -> list[_Given]:
        return [one for one in self._given if one.node == node and one.revoked_at is None]


def _text(fault: Rejected) -> Text:
    assert isinstance(fault.fault, Text)
    return fault.fault
