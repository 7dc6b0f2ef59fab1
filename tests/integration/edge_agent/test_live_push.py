"""The live push against a real WebSocket server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from edge_agent.adapters.live_push import WebSocketPush
from shared.clock import SystemClock
from shared.errors import Rejected, Transient
from shared.ids import NodeId
from shared.node_token import verify_node_token

pytestmark = pytest.mark.integration

KEY = Ed25519PrivateKey.generate()
PRIVATE = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
PUBLIC = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


class Relay:
    """Takes pushes and keeps their frames."""

    def __init__(self) -> None:
        self.frames: list[bytes | str] = []
        self.paths: list[str] = []
        self.port = 0
        self.hang_up_after: int | None = None

    def check(self, connection: ServerConnection, request: Request) -> Response | None:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if verify_node_token(token, PUBLIC, SystemClock().now()) != "n1" or request.path == "/refused":
            return connection.respond(HTTPStatus.FORBIDDEN, "no")
        return None

    async def take(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        self.paths.append(connection.request.path)
        async for frame in connection:
            self.frames.append(frame)
            if self.hang_up_after is not None and len(self.frames) >= self.hang_up_after:
                return


@asynccontextmanager
async def relay() -> AsyncIterator[Relay]:
    found = Relay()
    async with serve(found.take, "127.0.0.1", 0, process_request=found.check) as server:
        (listening,) = server.sockets
        found.port = listening.getsockname()[1]
        yield found


def push(port: int) -> WebSocketPush:
    return WebSocketPush(f"http://127.0.0.1:{port}/", None, NodeId("n1"), PRIVATE, SystemClock())


async def test_frames_arrive_in_order_with_the_node_s_token() -> None:
    async with relay() as found:
        async with push(found.port).connect("/live/push/n1.gate/main") as socket:
            for number in range(50):
                await socket.send(b"%d" % number)
        async with asyncio.timeout(5):
            while len(found.frames) < 50:
                await asyncio.sleep(0.01)
    assert found.frames == [b"%d" % number for number in range(50)]
    assert found.paths == ["/live/push/n1.gate/main"]


async def test_a_relay_that_hangs_up_is_transient() -> None:
    async with relay() as found:
        found.hang_up_after = 1

        async def push_on() -> None:
            async with push(found.port).connect("/x") as socket, asyncio.timeout(5):
                while True:
                    await socket.send(b"a")
                    await asyncio.sleep(0.01)

        with pytest.raises(Transient):
            await push_on()


async def test_a_relay_that_refuses_is_rejected() -> None:
    async with relay() as found:
        with pytest.raises(Rejected, match="403"):
            async with push(found.port).connect("/refused"):
                pass


async def test_a_relay_that_is_away_is_transient() -> None:
    with pytest.raises(Transient):
        async with push(9).connect("/x"):
            pass


def test_a_key_that_is_none_is_rejected_at_the_start() -> None:
    with pytest.raises(Rejected, match="key_pem or key_file"):
        WebSocketPush("http://127.0.0.1:9", None, NodeId("n1"), "no key", SystemClock())
