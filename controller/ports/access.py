"""Who is let in: people, nodes, logins at the broker, viewers of live pictures."""

import hashlib
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from controller.core.grants import Given, Right
from controller.core.second_factor import First
from shared.ids import CameraId, NodeId

FROM_ADDRESS: ContextVar[str] = ContextVar("cctv_from_address", default="")
"""From where the request of this moment came: what it does is in the audit with it, whoever writes that."""


@dataclass(frozen=True, slots=True)
class Login:
    """A session as its signed cookie tells it."""

    username: str
    csrf: str
    secret: str  # known to the cookie alone
    expires_at: datetime

    @property
    def id(self) -> str:
        """What names the session where it is kept: from it nobody makes a cookie."""
        return hashlib.sha256(self.secret.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class OneTimeCode:
    """What lets somebody choose a password, once."""

    text: str
    until: datetime


class Person(Protocol):
    """Someone who may log in; sessions of an older epoch are void."""

    @property
    def name(self) -> str: ...
    @property
    def password_hash(self) -> str | None: ...
    @property
    def role(self) -> str: ...
    @property
    def must_set_password(self) -> bool: ...
    @property
    def enabled(self) -> bool: ...
    @property
    def session_epoch(self) -> int: ...
    @property
    def second_factor(self) -> bool: ...
    @property
    def issuer(self) -> str | None:
        """The identity provider that logs them in; None: a password does."""
        ...

    @property
    def given(self) -> Given | None:
        """Rights by camera or node; None: what the role may do with every camera."""
        ...


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Somebody with less than they have."""

    person: Person
    role: str
    given: Given | None

    @property
    def name(self) -> str:
        return self.person.name

    @property
    def password_hash(self) -> str | None:
        return None

    @property
    def must_set_password(self) -> bool:
        return False

    @property
    def enabled(self) -> bool:
        return self.person.enabled

    @property
    def session_epoch(self) -> int:
        return self.person.session_epoch

    @property
    def second_factor(self) -> bool:
        return self.person.second_factor

    @property
    def issuer(self) -> str | None:
        return self.person.issuer


@dataclass(frozen=True, slots=True)
class Provided:
    """What a session is begun with by an identity provider."""

    sid: str  # its own session, where it tells one
    id_token: str  # by what it is told of a logout
    proven_at: datetime | None  # when they said last who they are, where it tells that


@dataclass(frozen=True, slots=True)
class Held:
    """A session that lasts: whose it is, when they said last who they are, what they have to set first."""

    person: Person
    proven_at: datetime
    unmasked: frozenset[str] = frozenset()  # cameras that it sees clear for some minutes
    first: First | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A session as it is shown."""

    id: str
    address: str
    agent: str
    created_at: datetime
    seen_at: datetime


class NodeBook(Protocol):
    """Who is let in as a node."""

    async def enrolled(self, node: NodeId) -> bool:
        """Whether it has a key, and is not shut out."""
        ...

    async def enrol(self, node: NodeId, public_key_pem: str, who: str, invited_by_key: str | None = None) -> None:
        """Make a node known, or give it a new key.

        `invited_by_key`: the fingerprint that was approved; `Refused` unless its invitation still counts.
        """
        ...


class BrokerCredentials(Protocol):
    """Who may log in at the broker; each node reaches its own topics only."""

    def set(self, user: str, password: str) -> None: ...


class LiveGate(Protocol):
    """Who may use the relay; every answer is no unless a credential says yes."""

    async def viewer_may(
        self, right: Right, cookie: str | None, origin: str | None, host: str, camera: CameraId
    ) -> bool: ...

    async def is_service(self, bearer: str | None) -> bool: ...

    async def node_may_push(self, bearer: str | None, camera: CameraId) -> bool: ...
