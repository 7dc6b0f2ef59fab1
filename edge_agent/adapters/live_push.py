"""LivePush on websockets: dial the relay with the node's own short token."""

import asyncio
import socket as sockets
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import jwt
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI

from shared.clock import Clock
from shared.errors import Rejected, Transient
from shared.ids import NodeId
from shared.node_token import sign_node_token

_SEND_S = 10.0
_OPEN_S = 5.0
_CLOSE_S = 1.0
_BUFFER_BYTES = 64 * 1024  # here, and as much in the kernel: what waits in buffers cannot be left out any more
_REFUSED = range(400, 500)


class WebSocketPush:
    """Pushes to one controller."""

    def __init__(
        self, controller_url: str, ca_file: Path | None, node: NodeId, private_key_pem: str, clock: Clock
    ) -> None:
        self._url = "ws" + controller_url.rstrip("/").removeprefix("http")
        self._ssl: ssl.SSLContext | None = None
        if self._url.startswith("wss:"):
            self._ssl = ssl.create_default_context()
            if ca_file is not None:
                self._ssl.load_verify_locations(cafile=str(ca_file))
        try:
            sign_node_token(node, private_key_pem, clock.now())
        except (ValueError, TypeError, jwt.PyJWTError):
            raise Rejected("key_pem or key_file", "is not an Ed25519 private key in PEM") from None
        self._node = node
        self._private_key_pem = private_key_pem
        self._clock = clock

    @asynccontextmanager
    async def connect(self, path: str) -> AsyncIterator["RelaySocket"]:
        token = sign_node_token(self._node, self._private_key_pem, self._clock.now())
        try:
            async with connect(
                self._url + path,
                ssl=self._ssl,
                additional_headers={"Authorization": f"Bearer {token}"},
                compression=None,
                proxy=None,
                open_timeout=_OPEN_S,
                close_timeout=_CLOSE_S,
                max_size=64 * 1024,
                write_limit=_BUFFER_BYTES,
            ) as socket:
                raw: sockets.socket = socket.transport.get_extra_info("socket")
                raw.setsockopt(sockets.IPPROTO_TCP, sockets.TCP_NOTSENT_LOWAT, _BUFFER_BYTES)
                yield RelaySocket(socket)
        except InvalidStatus as fault:
            status = fault.response.status_code
            if status in _REFUSED:
                raise Rejected("live", f"the relay answered {status}") from None
            raise Transient(f"relay: answered {status}") from None
        except InvalidURI as fault:
            raise Rejected("path", str(fault)) from None
        except (OSError, TimeoutError, InvalidHandshake, ConnectionClosed) as fault:
            raise Transient(f"relay: {type(fault).__name__} {fault}") from None


class RelaySocket:
    """An open push."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket

    async def send(self, frame: bytes) -> None:
        try:
            async with asyncio.timeout(_SEND_S):
                await self._socket.send(frame)
        except TimeoutError:
            raise Transient("relay: does not take the stream") from None
        except ConnectionClosed as fault:
            raise Transient(f"relay: closed ({fault.rcvd.code if fault.rcvd else 'no word'})") from None
