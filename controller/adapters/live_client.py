"""The relay as the worker sees it: a WebSocket per camera, authenticated by a short service token."""

import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, WebSocketException

from controller.ports import LiveStream
from shared.errors import Rejected, Transient
from shared.ids import CameraId, parse_camera
from shared.live import MAX_FRAME_BYTES, pack, unpack

_OPEN_S = 5
_PING_S = 5
_QUEUE_MESSAGES = 64
_QUALITIES = ("main", "sub")
_NOT_NOW = 500


class _Stream:
    """One open connection."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    async def frames(self) -> AsyncIterator[tuple[dict[str, Any], bytes]]:
        """Messages until the relay closes; a malformed one raises `Rejected`."""
        try:
            async for message in self._connection:
                if isinstance(message, bytes):
                    yield unpack(message)
        except ConnectionClosed as fault:
            raise Transient(f"relay closed: {fault}") from None

    async def send_boxes(self, metadata: dict[str, Any]) -> None:
        try:
            await self._connection.send(pack(metadata))
        except ConnectionClosed as fault:
            raise Transient(f"relay closed: {fault}") from None


class LiveClient:
    """`LiveSource` over WebSocket. `token` makes a fresh service token for each connection."""

    def __init__(self, base_url: str, token: Callable[[], str], ca_file: Path | None = None) -> None:
        if not base_url.startswith(("ws://", "wss://")):
            raise Rejected("relay", f"{base_url!r} is not a ws:// or wss:// address")
        self._base_url = base_url.rstrip("/")
        self._token = token
        self._tls = _tls(ca_file) if base_url.startswith("wss://") else None

    @asynccontextmanager
    async def watch(self, camera: CameraId, quality: str, since_ms: int | None) -> AsyncIterator[LiveStream]:
        """Subscribe; `Transient` when the relay is away or closes, `Rejected` when it refuses us."""
        if quality not in _QUALITIES:
            raise Rejected("quality", f"{quality!r} is not one of {', '.join(_QUALITIES)}")
        query: dict[str, str | int] = {"quality": quality}
        if since_ms is not None:
            query["since_ms"] = since_ms
        url = f"{self._base_url}/live/{parse_camera(camera)}?{urlencode(query)}"
        connection = await self._dial(url)
        try:
            yield _Stream(connection)
        finally:
            await connection.close()

    async def _dial(self, url: str) -> ClientConnection:
        try:
            return await connect(
                url,
                additional_headers={"Authorization": f"Bearer {self._token()}"},
                compression=None,
                proxy=None,
                ssl=self._tls,
                open_timeout=_OPEN_S,
                close_timeout=1,
                ping_interval=_PING_S,
                ping_timeout=2 * _PING_S,
                max_size=MAX_FRAME_BYTES,
                max_queue=_QUEUE_MESSAGES,
            )
        except InvalidStatus as fault:
            status = fault.response.status_code
            if status >= _NOT_NOW:
                raise Transient(f"relay answered {status}") from None
            raise Rejected("relay", f"answered {status}") from None
        except (OSError, TimeoutError, InvalidHandshake, WebSocketException) as fault:
            raise Transient(f"relay cannot be reached: {fault}") from None


def _tls(ca_file: Path | None) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=None if ca_file is None else str(ca_file))
    except (OSError, ssl.SSLError) as fault:
        raise Rejected("relay.ca_file", f"{ca_file} cannot be read: {fault}") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context
