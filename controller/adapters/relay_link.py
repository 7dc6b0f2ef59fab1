"""WebSockets to the relay, with little buffered: a slow end makes the relay drop pictures, not us keep them."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from controller.errors import Refused
from shared.errors import Transient
from shared.live import MAX_FRAME_BYTES
from shared.texts import say

_QUEUED_MESSAGES = 8
_REFUSED = frozenset({401, 403, 404})


class RelayEnd:
    """One open socket; either way raises `Transient` when it is closed."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket

    async def send(self, framed: bytes) -> None:
        try:
            await self._socket.send(framed)
        except ConnectionClosed as fault:
            raise Transient(f"relay: closed ({fault.rcvd.reason if fault.rcvd else 'lost'})") from None

    async def receive(self) -> bytes:
        try:
            message = await self._socket.recv()
        except ConnectionClosed as fault:
            raise Transient(f"relay: closed ({fault.rcvd.reason if fault.rcvd else 'lost'})") from None
        return message if isinstance(message, bytes) else message.encode()


class RelayLink:
    """`LiveLink` to the relay at `ws://host:port`."""

    def __init__(self, host: str, port: int) -> None:
        self._url = f"ws://{f'[{host}]' if ':' in host else host}:{port}"

    @asynccontextmanager
    async def open(self, path: str, headers: Mapping[str, str]) -> AsyncIterator[RelayEnd]:
        try:
            socket = await connect(
                self._url + path,
                additional_headers=dict(headers),
                max_size=MAX_FRAME_BYTES,
                max_queue=_QUEUED_MESSAGES,
                compression=None,
                open_timeout=5,
                close_timeout=1,
                proxy=None,
            )
        except InvalidStatus as fault:
            status = fault.response.status_code
            if status in _REFUSED:
                raise Refused("live", say("relay_refuses")) from None
            raise Transient(f"relay: answered {status}") from None
        except (OSError, TimeoutError, InvalidHandshake) as fault:
            raise Transient(f"relay: {fault}") from None
        try:
            yield RelayEnd(socket)
        finally:
            await socket.close()
