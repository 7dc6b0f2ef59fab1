"""The relay's WebSockets: nodes push, viewers and workers watch."""

import asyncio
from functools import partial
from typing import Any

from fastapi import FastAPI, WebSocket

from controller.api.live_pieces import add_piece_routes
from controller.api.sockets import (
    BAD_REQUEST,
    QUALITIES,
    RECHECK_S,
    UNAUTHORISED,
    bearer,
    close,
    first_of,
    until_shut_out,
)
from controller.core.grants import Right
from controller.flows.hand_pieces import HandPieces
from controller.flows.relay import Relay, Subscription
from controller.ports import LiveGate
from shared.errors import Rejected
from shared.ids import CameraId, parse_camera
from shared.live import MAX_FRAME_BYTES, SOUND

VIEWER_BEHIND_MS = 2_000
"""A viewer for whom older pictures still wait at a keyframe sees that keyframe instead: it skips, and never drifts."""
LISTENER_BEHIND_MS = 500


def build_relay_app(
    relay: Relay, gate: LiveGate, pieces: HandPieces | None = None, *, recheck_s: float = RECHECK_S
) -> FastAPI:
    """Routes of the relay role; nothing answers without a credential, and it is looked at again each `recheck_s`."""
    app = FastAPI(title="SHT-CCTV relay", openapi_url=None, docs_url=None, redoc_url=None)

    @app.websocket("/live/push/{camera}/{quality}")
    async def push(socket: WebSocket, camera: str, quality: str) -> None:
        checked = await _checked(socket, camera, (*QUALITIES, SOUND), quality)
        if checked is None:
            return
        allowed = partial(gate.node_may_push, bearer(socket), checked)
        if not await allowed():
            await socket.close(UNAUTHORISED, "this node may not push this camera")
            return
        await socket.accept()
        async with relay.upstream(checked, quality) as upstream:

            async def receive() -> None:
                while True:
                    upstream.take(await socket.receive_bytes())

            end = await first_of(receive(), _until(upstream.ended), until_shut_out(allowed, recheck_s))
            await close(socket, *end)

    @app.websocket("/live/{camera}")
    async def watch(socket: WebSocket, camera: str, quality: str = "main", since_ms: int | None = None) -> None:
        checked = await _checked(socket, camera, QUALITIES, quality)
        if checked is None:
            return
        service = await gate.is_service(bearer(socket))
        allowed = partial(_may_watch, gate, socket, checked, service=service)
        if not await allowed():
            await socket.close(UNAUTHORISED, "log in to watch")
            return
        await socket.accept()
        since, behind = (since_ms, None) if service else (None, VIEWER_BEHIND_MS)
        async with relay.subscribe(checked, quality, since, behind_ms=behind) as subscription:
            end = await first_of(
                _deliver(socket, subscription),
                _listen(socket, relay, checked, service=service),
                until_shut_out(allowed, recheck_s),
            )
            await close(socket, *end)

    _add_sound_route(app, relay, gate, recheck_s)
    if pieces is not None:
        add_piece_routes(app, pieces, gate)
    return app


def _add_sound_route(app: FastAPI, relay: Relay, gate: LiveGate, recheck_s: float) -> None:
    @app.websocket("/live/{camera}/sound")
    async def listen(socket: WebSocket, camera: str) -> None:
        checked = await _checked(socket, camera, (SOUND,), SOUND)
        if checked is None:
            return
        allowed = partial(_viewer_may, gate, "listen", socket, checked)
        if not await allowed():
            await socket.close(UNAUTHORISED, "log in to listen")
            return
        await socket.accept()
        async with relay.subscribe(checked, SOUND, None, behind_ms=LISTENER_BEHIND_MS) as subscription:
            end = await first_of(
                _deliver(socket, subscription),
                _listen(socket, relay, checked, service=False),
                until_shut_out(allowed, recheck_s),
            )
            await close(socket, *end)


async def _may_watch(gate: LiveGate, socket: WebSocket, camera: CameraId, *, service: bool) -> bool:
    return service or await _viewer_may(gate, "clear", socket, camera)


async def _viewer_may(gate: LiveGate, right: Right, socket: WebSocket, camera: CameraId) -> bool:
    cookie, headers = socket.cookies.get("cctv_session"), socket.headers
    return await gate.viewer_may(right, cookie, headers.get("origin"), headers.get("host", ""), camera)


async def _checked(socket: WebSocket, camera: str, known: tuple[str, ...], quality: str) -> CameraId | None:
    try:
        checked = parse_camera(camera)
    except Rejected as fault:
        await socket.close(BAD_REQUEST, str(fault)[:120])
        return None
    if quality not in known:
        await socket.close(BAD_REQUEST, f"quality: {' or '.join(known)}")
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


WS_LIMITS: dict[str, Any] = {
    "ws_max_size": MAX_FRAME_BYTES,
    "ws_per_message_deflate": False,
    "ws_ping_interval": 10.0,
    "ws_ping_timeout": 10.0,
}
"""What the relay's server is started with."""
