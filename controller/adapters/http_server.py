"""One uvicorn server inside our own loop: our signals, our order of stopping."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import uvicorn

from shared.errors import Transient
from shared.server_certificate import RENEWAL_S, ServerCertificate

_STOP_S = 1


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the role."""
        yield


async def serve_http(
    app: Any,
    host: str,
    port: int,
    *,
    tls: ServerCertificate | None = None,
    on_ready: Callable[[], None] | None = None,
    limits: dict[str, Any] | None = None,
    renewal_s: float = RENEWAL_S,
) -> None:
    """Serve `app` until cancelled; `Transient` when the port cannot be listened on.

    `renewal_s`: how often to look for a renewed certificate; connections that are open go on.
    """
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        lifespan="off",
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_STOP_S,
        timeout_keep_alive=30,
        **(limits or {}),
    )
    config.load()
    config.ssl = None if tls is None else tls.context
    server = _Server(config)
    task = asyncio.create_task(server.serve(), name="http")
    renewing = None if tls is None else asyncio.create_task(tls.take_up(renewal_s), name="http certificate")
    try:
        while not server.started:
            if task.done():
                raise Transient(f"http: cannot listen on {host} port {port}")
            await asyncio.sleep(0.02)
        if on_ready is not None:
            on_ready()
        await asyncio.shield(task)
    except SystemExit:
        raise Transient(f"http: cannot listen on {host} port {port}") from None
    finally:
        if renewing is not None:
            renewing.cancel()
        server.should_exit = True
        if not task.done():
            with contextlib.suppress(SystemExit):
                await task
