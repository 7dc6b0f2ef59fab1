"""The relay's WebSockets: nodes push, viewers and workers watch."""

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

from controller.flows.relay import Relay, Subscription
from controller.ports import LiveGate
from shared.errors import Rejected
from shared.ids import CameraId, parse_camera
from shared.live import MAX_FRAME_BYTES

QUALITIES = ("main", "sub")
_UNAUTHORISED = 4401
_BAD_REQUEST = 4400
_ENDED = 1001


def build_relay_app(relay: Relay, gate: LiveGate) -> FastAPI:
    """Routes of the relay role; nothing answers without a credential."""
    app = FastAPI(title="SHT-CCTV relay", openapi_url=None, docs_url=None, redoc_url=None)

    @app.websocket("/live/push/{camera}/{quality}")
    async def push(socket: WebSocket, camera: str, quality: str) -> None:
        checked = await _checked(socket, camera, quality)
        if checked is None:
            return
        if not await gate.node_may_push(bearer(socket), checked):
            await socket.close(_UNAUTHORISED, "this node may not push this camera")
            return
        await socket.accept()
        async with relay.upstream(checked, quality) as upstream:

            async def receive() -> None:
                while True:
                    upstream.take(await socket.receive_bytes())

            await _first_of(socket, receive(), _until(upstream.ended))

    @app.websocket("/live/{camera}")
    async def watch(socket: WebSocket, camera: str, quality: str = "main", since_ms: int | None = None) -> None:
        checked = await _checked(socket, camera, quality)
        if checked is None:
            return
        service = await gate.is_service(bearer(socket))
        if not service and not await gate.viewer_may_watch(
            socket.cookies.get("cctv_session"), socket.headers.get("origin"), socket.headers.get("host", ""), checked
        ):
            await socket.close(_UNAUTHORISED, "log in to watch")
            return
        await socket.accept()
        async with relay.subscribe(checked, quality, since_ms if service else None) as subscription:
            await _first_of(socket, _deliver(socket, subscription), _listen(socket, relay, checked, service=service))

    return app


def bearer(socket: WebSocket) -> str | None:
    """The token of an Authorization header."""
    scheme, _, token = socket.headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" and token else None


async def _checked(socket: WebSocket, camera: str, quality: str) -> CameraId | None:
    try:
        checked = parse_camera(camera)
    except Rejected as fault:
        await socket.close(_BAD_REQUEST, str(fault)[:120])
        return None
    if quality not in QUALITIES:
        await socket.close(_BAD_REQUEST, "quality: main or sub")
        return None
    return checked


async def _deliver(socket: WebSocket, subscription: Subscription) -> None:
    while True:
        await socket.send_bytes(await subscription.next())


async def _listen(socket: WebSocket, relay: Relay, camera: CameraId, *, service: bool) -> None:
    while True:
        framed = await socket.receive_bytes()
        if not service:
            raise Rejected("live frame", "viewers only watch")
        relay.boxes(camera, framed)


async def _until(event: asyncio.Event) -> None:
    await event.wait()


async def _first_of(socket: WebSocket, *works: Coroutine[Any, Any, None]) -> None:
    """Run until the first ends; a disconnect is an end, a rejected message closes with its reason."""
    tasks = [asyncio.create_task(work) for work in works]
    code, reason = _ENDED, ""
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            fault = task.exception()
            if isinstance(fault, Rejected):
                code, reason = _BAD_REQUEST, str(fault)[:120]
            elif fault is not None and not isinstance(fault, WebSocketDisconnect | RuntimeError | KeyError):
                raise fault
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with contextlib.suppress(RuntimeError, WebSocketDisconnect):
            await socket.close(code, reason)


WS_LIMITS: dict[str, Any] = {
    "ws_max_size": MAX_FRAME_BYTES,
    "ws_per_message_deflate": False,
    "ws_ping_interval": 10.0,
    "ws_ping_timeout": 10.0,
}
"""What the relay's server is started with."""
