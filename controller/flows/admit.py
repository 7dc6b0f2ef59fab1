"""Admit: a node is invited, asks by its own key, is let in by somebody who compared fingerprints, or is cut off."""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from controller.core import invitation as life
from controller.core.node_file import NodeCamera
from controller.errors import Refused, Unauthenticated
from controller.flows.enrol import RESERVED, check_cameras
from controller.ports import State
from controller.ports.enrolment import (
    AdmittedNodes,
    Authority,
    BrokerAccounts,
    CertificateBook,
    InvitationBook,
    Invited,
    Sealing,
)
from shared.clock import Clock
from shared.enrolment import Admission, BrokerPlace, EnrolledCamera, EnrolmentOut, RenewalOut
from shared.errors import Rejected
from shared.ids import NodeId, SiteId, parse_node
from shared.invitation_token import InvitationToken, proof_hash
from shared.key_mark import shown_mark
from shared.ledger_signature import fingerprint
from shared.node_token import claimed_node, verify_node_token
from shared.texts import say

_STILL_GOOD = timedelta(days=45)
"""Whoever asks again with so much time left is given what it has: nothing grows by asking."""


@dataclass(frozen=True, slots=True)
class Doors:
    """Where nodes find this site, and what they trust there."""

    site: SiteId
    ca_sha256: bytes | None  # of the CA that signs this server's certificate; None: browsers trust it
    ca_pem: str | None
    broker: BrokerPlace
    by_certificate: bool  # whether the broker takes nodes by certificate; else by password


@dataclass(frozen=True, slots=True)
class AdmitNodes:
    """One for API and command line."""

    invitations: InvitationBook
    certificates: CertificateBook
    nodes: AdmittedNodes
    authority: Authority
    broker: BrokerAccounts
    sealing: Sealing
    doors: Callable[[], Doors]
    make_secret: Callable[[], bytes]
    make_password: Callable[[], str]
    clock: Clock

    async def invite(
        self, name: str, cameras: tuple[NodeCamera, ...], life_min: int, who: str, address: str = ""
    ) -> str:
        """The token, told this once; an invitation from before is void."""
        node = _node(name)
        check_cameras(cameras)
        doors = self.doors()
        token = InvitationToken(self.make_secret(), doors.ca_sha256)
        until = self.clock.now() + life.checked_life(timedelta(minutes=life_min))
        named = json.dumps([[one.name, one.source, one.sub_source] for one in cameras])
        sealed = self.sealing.close(node, {"cameras": named})
        await self.invitations.invite(node, proof_hash(token.proof), until, sealed, who, address)
        return token.text()

    async def ask(self, proof: str, csr: str, address: str) -> EnrolmentOut:
        """What a node with an invitation is told; asking again is how it waits, and how it fetches what it lost."""
        asked = await asyncio.to_thread(self.authority.read, csr)
        hashed = proof_hash(proof)
        found = await self.invitations.ask(hashed, asked.fingerprint, asked.public_key_pem, address)
        node = NodeId(found.invitation.node)
        if found.invitation.state == "waiting":
            return EnrolmentOut(state="waiting", node=node, fingerprint=asked.fingerprint)
        admission = await self._admission(node, found, csr, address)
        await self.invitations.fetched(hashed)
        return EnrolmentOut(state="approved", node=node, fingerprint=asked.fingerprint, admission=admission)

    async def renew(self, token: str | None, csr: str, address: str) -> RenewalOut:
        """The next certificate of a node that is let in, for its key; the one before while half its life is left."""
        node, mark = await self.proven(token)
        asked = await asyncio.to_thread(self.authority.read, csr)
        if asked.fingerprint != mark:
            raise Refused("csr", say("enrol_key"))
        certificate = await self.certificates.newest(node, mark, self.clock.now() + _STILL_GOOD)
        certificate = certificate or await self._issue(node, csr, node, "node.renew", address)
        doors = self.doors()
        return RenewalOut(certificate=certificate, broker=doors.broker if doors.by_certificate else None)

    async def approve(self, name: str, mark: str, who: str, address: str = "") -> None:
        """Let the node in that waits with this fingerprint; it fetches the rest itself."""
        now = self.clock.now()
        step = partial(life.approve, fingerprint=mark, now=now)
        await self.invitations.step(_node(name), step, who, "node.approve", address)

    async def reject(self, name: str, who: str, address: str = "") -> None:
        """Turn the node away that waits, or take its invitation back while nobody used it."""
        step = partial(life.reject, now=self.clock.now())
        await self.invitations.step(_node(name), step, who, "node.reject", address)

    async def revoke(self, name: str, why: str, who: str, address: str = "") -> None:
        """Cut a node off: its token, its certificates, its account at the broker; `Missing` when there is none."""
        node = _node(name)
        await self.invitations.void(
            node
        )  # first: what is being let in meanwhile finds it void, or is switched off next
        await self.nodes.switch(node, who, enabled=False)
        await self.certificates.revoke(node, why, who, address)
        await self.publish()  # before the broker is told: it reads both anew; also for one that broke off here before
        await asyncio.to_thread(self.broker.remove, node)

    async def shut_out(self, node: NodeId) -> bool:
        """Whether a node that is known was cut off."""
        return await self.nodes.shut_out(node)

    async def supersede(self, name: str, who: str) -> None:
        """A node was given a new key by a file: invitations and certificates from before count no more."""
        node = _node(name)
        await self.invitations.void(node)
        await self.certificates.revoke(node, "another key", who, "")
        await self.publish()

    async def forget_password(self, name: str) -> None:
        """Void the password of a node that has a certificate; `Rejected` where it has none: it would be cut off."""
        node = _node(name)
        if node not in await self.certificates.ends():
            raise Rejected("name", f"{node} has no certificate yet: it would be cut off")
        await asyncio.to_thread(self.broker.set, node, self.make_password())

    async def publish(self) -> None:
        """Write the list of what counts no more from what the database knows."""
        revoked = await self.certificates.revoked()
        await asyncio.to_thread(self.authority.publish, revoked, self.clock.now())

    async def on_their_way(self) -> list[State]:
        """NodeInvitationOut of each node whose newest invitation is not used up."""
        return [_state(one) for one in await self.invitations.newest() if one.invitation.state in life.OPEN]

    async def _admission(self, node: NodeId, found: Invited, csr: str, address: str) -> Admission:
        pem, mark = found.public_key_pem, found.invitation.fingerprint
        if pem is None or mark is None:
            raise Unauthenticated("token", say("enrol_unknown"))
        certificate = await self.certificates.newest(node, mark)
        if certificate is None or found.invitation.state == "approved":
            if found.invitation.state != "approved":  # it was cut off since
                raise Refused("token", say("enrol_void"))
            await self.nodes.enrol(node, pem, found.decided_by, invited_by_key=mark)
            certificate = certificate or await self._issue(node, csr, found.decided_by, "node.certificate", address)
            if await self.certificates.revoke(node, "another key", found.decided_by, address, but=mark):
                await self.publish()
            nobodys = self.make_password()  # the name stands, its password opens nothing
            await asyncio.to_thread(self.broker.set, node, nobodys)
        doors = self.doors()
        broker = doors.broker
        if not doors.by_certificate:
            password = self.make_password()
            await asyncio.to_thread(self.broker.set, node, password)
            broker = broker.model_copy(update={"password": password})
        return Admission(
            site=doors.site,
            node=node,
            certificate=certificate,
            ca_pem=doors.ca_pem,
            broker=broker,
            cameras=self._cameras(node, found.cameras),
        )

    async def _issue(self, node: NodeId, csr: str, who: str, what: str, address: str) -> str:
        issued = await asyncio.to_thread(self.authority.issue, csr, node, self.clock.now())
        await self.certificates.keep(node, issued, who, what, address)
        return issued.pem

    async def proven(self, token: str | None) -> tuple[NodeId, str]:
        """Which node a token proves to be, and its key's fingerprint; `Unauthenticated` when it proves none."""
        try:
            node = claimed_node(token or "")
            key = await self.nodes.node_public_key(node)
            if key is not None and verify_node_token(token or "", key, self.clock.now()) == node:
                return node, fingerprint(key)
        except Rejected:
            pass
        raise Unauthenticated("token", say("enrol_token"))

    def _cameras(self, node: NodeId, sealed: str) -> tuple[EnrolledCamera, ...]:
        named: Sequence[Sequence[str]] = json.loads(self.sealing.open(node, sealed)["cameras"])
        return tuple(EnrolledCamera(name=name, source=source, sub_source=sub) for name, source, sub in named)


def _node(name: str) -> NodeId:
    node = parse_node(name, "name")
    if node in RESERVED:
        raise Rejected("name", say("enrol_reserved", name=node))
    return node


def _state(one: Invited) -> State:
    mark = one.invitation.fingerprint
    return {
        "node": one.invitation.node,
        "state": one.invitation.state,
        "until": one.invitation.until,
        "fingerprint": None if mark is None else shown_mark(mark),
        "address": one.address,
        "invited_by": one.invited_by,
        "invited_at": one.invited_at,
        "asked_at": one.asked_at,
    }
