"""Passes `/live` on to the relay: frames go through as they are, and a slow end slows only itself."""

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any

from fastapi import APIRouter, WebSocket, WebSocketDisconnect, WebSocketException

from controller.api.auth import COOKIE, needs
from controller.api.deps import LiveEnd, Parts
from controller.ports import Refused
from shared.errors import Rejected, Transient
from shared.ids import parse_camera

_UNAUTHORISED = 4401
_BAD_REQUEST = 4400
_AWAY = 1013
_STALLED_S = 20.0


def live_routes(parts: Parts) -> APIRouter:
    """`WS /live/{camera}` for viewers and workers, `WS /live/push/{camera}/{quality}` for nodes."""
    router = APIRouter()

    @router.websocket("/live/push/{camera}/{quality}")
    @needs("nobody")
    async def push(socket: WebSocket, camera: str, quality: str) -> None:
        token = socket.headers.get("authorization")
        if token is None:
            await socket.close(_UNAUTHORISED, "a node's token is missing")
            return
        await _pass_on(parts, socket, f"/live/push/{_camera(camera)}/{_quality(quality)}", {"Authorization": token})

    @router.websocket("/live/{camera}")
    @needs("viewer")
    async def watch(socket: WebSocket, camera: str, quality: str = "main", since_ms: int | None = None) -> None:
        token = socket.headers.get("authorization")
        query = f"?quality={_quality(quality)}" + ("" if since_ms is None else f"&since_ms={since_ms}")
        path = f"/live/{_camera(camera)}{query}"
        if token is not None:
            await _pass_on(parts, socket, path, {"Authorization": token})
        elif await parts.guard.viewer_of(socket) is None:
            await socket.close(_UNAUTHORISED, "log in to watch")
        else:
            await _pass_on(parts, socket, path, {"Cookie": f"{COOKIE}={socket.cookies[COOKIE]}"})

    return router


def _camera(text: str) -> str:
    try:
        return parse_camera(text)
    except Rejected as fault:
        raise WebSocketException(_BAD_REQUEST, str(fault)[:120]) from None


def _quality(text: str) -> str:
    return "sub" if text == "sub" else "main"


async def _pass_on(parts: Parts, socket: WebSocket, path: str, headers: dict[str, str]) -> None:
    try:
        async with parts.live.open(path, headers) as relay:
            await socket.accept()
            await _both_ways(socket, relay)
    except Refused:
        await _close(socket, _UNAUTHORISED, "the relay refuses this credential")
    except Transient as fault:
        await _close(socket, _AWAY, str(fault)[:120])


async def _both_ways(socket: WebSocket, relay: LiveEnd) -> None:
    async def outward() -> None:
        while True:
            framed = await relay.receive()
            async with asyncio.timeout(_STALLED_S):
                await socket.send_bytes(framed)

    async def inward() -> None:
        while True:
            await relay.send(await socket.receive_bytes())

    await _first_of(outward(), inward())
    await _close(socket, 1001, "the stream ended")


async def _first_of(*works: Coroutine[Any, Any, None]) -> None:
    tasks = [asyncio.create_task(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            fault = task.exception()
            expected = (WebSocketDisconnect, Transient, TimeoutError, RuntimeError, KeyError)
            if fault is not None and not isinstance(fault, expected):
                raise fault
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _close(socket: WebSocket, code: int, reason: str) -> None:
    with contextlib.suppress(RuntimeError, WebSocketDisconnect):
        await socket.close(code, reason)
