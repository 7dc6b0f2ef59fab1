"""One uvicorn server inside our own loop: our signals, our order of stopping."""

import asyncio
import contextlib
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import uvicorn

from shared.errors import Transient

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
    tls: tuple[Path, Path] | None = None,
    on_ready: Callable[[], None] | None = None,
    limits: dict[str, Any] | None = None,
) -> None:
    """Serve `app` until cancelled; `Transient` when the port cannot be listened on. `tls`: certificate chain, key."""
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
        ssl_certfile=None if tls is None else str(tls[0]),
        ssl_keyfile=None if tls is None else str(tls[1]),
        **(limits or {}),
    )
    config.load()
    if config.ssl is not None:
        config.ssl.minimum_version = ssl.TLSVersion.TLSv1_3
    server = _Server(config)
    task = asyncio.create_task(server.serve(), name="http")
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
        server.should_exit = True
        if not task.done():
            with contextlib.suppress(SystemExit):
                await task
