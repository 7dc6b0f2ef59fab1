"""Who is let in: people, nodes, logins at the broker, viewers of live pictures."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from controller.core.grants import Right
from shared.ids import CameraId, NodeId


@dataclass(frozen=True, slots=True)
class Login:
    """A session as its signed cookie tells it."""

    username: str
    csrf: str
    epoch: int
    expires_at: datetime


class NodeBook(Protocol):
    """Who is let in as a node."""

    async def enrolled(self, node: NodeId) -> bool:
        """Whether it has a key, and is not shut out."""
        ...

    async def enrol(self, node: NodeId, public_key_pem: str, who: str) -> None:
        """Make a node known, or give it a new key."""
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
