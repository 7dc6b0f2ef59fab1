"""The relay's gate: session cookies, service tokens and nodes' own tokens."""

from controller.adapters.feature_store import SqlFeatures
from controller.adapters.node_store import NodeStore
from controller.adapters.session_store import SqlSessions
from controller.adapters.sessions import Keyring
from controller.core.access import allows
from controller.core.grants import STRICT, Right, Roles, clear_sight, may
from shared.clock import Clock
from shared.errors import Rejected
from shared.ids import CameraId, node_of
from shared.node_token import claimed_node, verify_node_token
from shared.origin import same_origin


class KeyringGate:
    """`LiveGate`: every answer is no unless a credential says yes."""

    def __init__(
        self,
        keyring: Keyring,
        sessions: SqlSessions,
        nodes: NodeStore,
        features: SqlFeatures,
        clock: Clock,
        roles: Roles = STRICT,
    ) -> None:
        self._keyring = keyring
        self._sessions = sessions
        self._nodes = nodes
        self._features = features
        self._clock = clock
        self._roles = roles

    async def viewer_may(
        self, right: Right, cookie: str | None, origin: str | None, host: str, camera: CameraId
    ) -> bool:
        login = self._keyring.read_session(cookie)
        if login is None or not same_origin(origin, host):
            return False
        held = await self._sessions.holder(login)
        if held is None:
            return False
        account = held.person
        watches = allows(account.role, "viewer", first=held.first)
        if right == "clear":
            seen = clear_sight(account.role, account.given, held.unmasked, self._roles)
            return watches and seen.sees(camera)
        if right == "listen" and not await self._features.is_on("listen"):
            return False
        return watches and may(account.role, account.given, right, camera, self._roles)

    async def is_service(self, bearer: str | None) -> bool:
        return self._keyring.read_service(bearer) is not None

    async def node_may_push(self, bearer: str | None, camera: CameraId) -> bool:
        if bearer is None:
            return False
        try:
            node = claimed_node(bearer)
            key = await self._nodes.node_public_key(node)
            return (
                key is not None
                and verify_node_token(bearer, key, self._clock.now()) == node
                and node_of(camera) == node
            )
        except Rejected:
            return False
