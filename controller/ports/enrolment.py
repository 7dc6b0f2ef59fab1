"""Letting nodes in: the site's CA, its certificates, invitations."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from controller.core.invitation import Invitation
from controller.ports.access import BrokerCredentials, NodeBook
from shared.ids import NodeId

Step = Callable[[Invitation], Invitation]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a node's request for a certificate says, after its key proved to have signed it."""

    public_key_pem: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate that was made."""

    serial: str
    fingerprint: str
    pem: str
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Revoked:
    """A certificate that counts no more."""

    serial: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation with what is known of who asked by it."""

    invitation: Invitation
    cameras: str = field(repr=False)
    public_key_pem: str | None
    address: str
    invited_by: str
    invited_at: datetime
    asked_at: datetime | None
    decided_by: str


class Authority(Protocol):
    """The site's CA. It blocks: signing takes a moment, and its key lies in a file."""

    def read(self, csr_pem: str) -> Asked:
        """`Rejected` unless it is a request for an Ed25519 key that signed it."""
        ...

    def issue(self, csr_pem: str, node: str, now: datetime) -> Issued:
        """A certificate in this node's name, whatever name the request gives."""
        ...

    def publish(self, revoked: Sequence[Revoked], now: datetime) -> None:
        """Write the list of what counts no more to where the broker reads it."""
        ...

    def ca_pem(self) -> str: ...


class InvitationBook(Protocol):
    """Invitations, each changed under its own lock and written into the audit."""

    async def invite(
        self, node: NodeId, proof_sha256: str, until: datetime, cameras: str, who: str, address: str
    ) -> None:
        """A new one; what was open for this node is void."""
        ...

    async def ask(self, proof_sha256: str, fingerprint: str, public_key_pem: str, address: str) -> Invited:
        """`Unauthenticated` when there is no such invitation, `Refused` when it is over or another key's."""
        ...

    async def step(self, node: NodeId, step: Step, who: str, what: str, address: str) -> Invited:
        """Decide about the newest one of a node; `Conflict` when there is nothing to decide."""
        ...

    async def fetched(self, proof_sha256: str) -> None: ...

    async def void(self, node: NodeId) -> None: ...

    async def newest(self) -> list[Invited]:
        """The newest of each node."""
        ...


class CertificateBook(Protocol):
    """Certificates that nodes were given."""

    async def keep(self, node: NodeId, issued: Issued, who: str, what: str, address: str) -> None: ...

    async def newest(self, node: NodeId, fingerprint: str, until: datetime | None = None) -> str | None:
        """PEM of the newest one for this key that counts; `until`: only one that is good for longer."""
        ...

    async def revoke(self, node: NodeId, why: str, who: str, address: str, *, but: str | None = None) -> int:
        """How many of this node count no more; those of the key `but` still do."""
        ...

    async def revoked(self) -> list[Revoked]: ...

    async def ends(self) -> dict[str, datetime]:
        """Until when the newest certificate of each node is good."""
        ...


class AdmittedNodes(NodeBook, Protocol):
    """Who is let in as a node, and who no more."""

    async def switch(self, node: NodeId, who: str, *, enabled: bool) -> None:
        """Refuse or accept its messages and tokens from now on; `Missing` when there is none."""
        ...

    async def node_public_key(self, node: NodeId) -> str | None:
        """PEM of an enrolled node that is switched on."""
        ...

    async def shut_out(self, node: NodeId) -> bool:
        """Whether it is known and switched off."""
        ...


class BrokerAccounts(BrokerCredentials, Protocol):
    """Who may log in at the broker, and who no more."""

    def remove(self, user: str) -> None: ...


class Sealing(Protocol):
    """Seals what the database must not show."""

    def close(self, name: str, document: Mapping[str, str]) -> str: ...

    def open(self, name: str, sealed: str) -> dict[str, str]: ...
