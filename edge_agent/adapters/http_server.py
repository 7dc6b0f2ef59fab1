"""One uvicorn server inside the agent's loop, bounded in everything that a client may use up."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from functools import partial
from typing import Any

import structlog
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from shared.errors import Transient
from shared.server_certificate import RENEWAL_S, ServerCertificate

log = structlog.get_logger("server")

_STOP_S = 1
_FIRST_REQUEST_S = 10.0
_CONNECTIONS_MAX = 48
_SOCKETS_MAX = 64
_HEAD_BYTES_MAX = 16_384


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the agent."""
        yield


class _ImpatientProtocol(H11Protocol):
    """Closes a connection that has not made its first request in time; uvicorn itself would wait for ever."""

    def __init__(self, patience_s: float, **given: Any) -> None:
        super().__init__(**given)
        self._patience_s = patience_s

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.loop.call_later(self._patience_s, self._give_up)

    def _give_up(self) -> None:
        transport: Any = self.transport
        cycle: Any = self.cycle
        if cycle is not None or transport.is_closing():  # a closed TLS transport knows no protocol any more
            return
        if transport.get_protocol() is self:  # else a WebSocket has come
            transport.close()


async def serve_http(
    app: Any,
    host: str,
    port: int,
    tls: ServerCertificate | None = None,
    *,
    patience_s: float = _FIRST_REQUEST_S,
    renewal_s: float = RENEWAL_S,
) -> None:
    """Serve `app` until cancelled, by HTTPS where `tls` is given; raises `Transient` when the port cannot be had.

    `patience_s`: for how long a connection may be open before its first request is whole. `renewal_s`: how often to
    look for a renewed certificate.
    """
    protocol: Any = partial(_ImpatientProtocol, patience_s)
    config = uvicorn.Config(
        app,
        http=protocol,
        log_config=None,
        log_level="warning",
        access_log=False,
        lifespan="off",
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_STOP_S,
        timeout_keep_alive=15,
        limit_concurrency=_CONNECTIONS_MAX,
        backlog=_CONNECTIONS_MAX,
        h11_max_incomplete_event_size=_HEAD_BYTES_MAX,
        ws_max_size=1024,  # viewers only listen
        ws_max_queue=1,
        ws_per_message_deflate=False,
        ws_ping_interval=10.0,
        ws_ping_timeout=10.0,
    )
    config.load()
    config.ssl = None if tls is None else tls.context
    server = _Server(config)
    with contextlib.closing(_listening(host, port)) as place:
        log.info("server listens", host=host, port=port, tls=tls is not None)
        task = asyncio.create_task(server.serve([place]), name="http")
        renewing = None if tls is None else asyncio.create_task(tls.take_up(renewal_s), name="http certificate")
        try:
            await asyncio.shield(task)
        finally:
            if renewing is not None:
                renewing.cancel()
                await asyncio.gather(renewing, return_exceptions=True)
            server.should_exit = True
            if not task.done():
                await task


class _BoundedSocket(socket.socket):
    """Holds so many connections and no more: who opens them without end takes no descriptor from the recording.

    uvicorn counts requests, which come after the connection and, with TLS, after its handshake.
    """

    def __init__(self, family: int) -> None:
        super().__init__(family, socket.SOCK_STREAM)
        self._held: list[socket.socket] = []

    def accept(self) -> tuple[socket.socket, Any]:
        taken, address = super().accept()
        self._held = [known for known in self._held if known.fileno() >= 0]
        if len(self._held) >= _SOCKETS_MAX:
            taken.close()
            raise ConnectionAbortedError
        self._held.append(taken)
        return taken, address


def _listening(host: str, port: int) -> socket.socket:
    """A bound socket: uvicorn itself would end the whole process where it cannot bind."""
    place = _BoundedSocket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        place.bind((host, port))
    except OSError as fault:
        place.close()
        raise Transient(f"server: cannot listen on {host} port {port}: {fault.strerror}") from None
    return place
