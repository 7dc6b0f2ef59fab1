"""The feed's WebSocket: hello, what was missed, then everything as it happens."""

import asyncio
import contextlib
import json

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from controller.api.auth import needs
from controller.api.deps import Parts
from controller.api.sockets import AWAY, UNAUTHORISED
from controller.flows.follow import Listener
from controller.ports import State
from shared.errors import Transient

SLOW = 4408
_SEND_S = 10.0


def feed_routes(parts: Parts) -> APIRouter:
    """`WS /feed?since=<id>`."""
    router = APIRouter()

    @router.websocket("/feed")
    @needs("viewer")
    async def feed(socket: WebSocket, since: int | None = None) -> None:
        if await parts.guard.viewer_of(socket) is None:
            await socket.close(UNAUTHORISED, "log in first")
            return
        await socket.accept()
        try:
            async with parts.feed.listen() as (newest, listener):
                await _send(socket, {"id": newest, "kind": "hello", "data": None})
                if since is not None:
                    async for row in parts.feed.missed(since, newest):
                        await _send(socket, row)
                code, reason = await _pump(parts, socket, listener)
            await socket.close(code, reason)
        except (WebSocketDisconnect, RuntimeError):
            return  # gone: there is nobody left to tell
        except TimeoutError:
            with contextlib.suppress(RuntimeError):
                await socket.close(SLOW, "too slow")
        except Transient:
            await socket.close(AWAY, "away for a moment")

    return router


async def _pump(parts: Parts, socket: WebSocket, listener: Listener) -> tuple[int, str]:
    """Send until the reader leaves, is cut or may no longer read; the close code and reason."""
    now_s = asyncio.get_running_loop().time
    recheck_at_s = now_s() + parts.recheck_s
    gone = asyncio.create_task(_leave(socket))
    try:
        while True:
            item = asyncio.create_task(listener.next())
            left_s = max(0.0, recheck_at_s - now_s())
            done, _ = await asyncio.wait({item, gone}, timeout=left_s, return_when=asyncio.FIRST_COMPLETED)
            if gone in done:
                item.cancel()
                raise WebSocketDisconnect
            if now_s() >= recheck_at_s:  # by the clock and not by silence: a busy feed is never silent
                if await parts.guard.viewer_of(socket) is None:
                    item.cancel()
                    return UNAUTHORISED, "logged out"
                recheck_at_s = now_s() + parts.recheck_s
            if not item.done():
                item.cancel()
                continue
            row = item.result()
            if row is None:
                return SLOW, "too slow"
            await _send(socket, row)
    finally:
        gone.cancel()
        with contextlib.suppress(asyncio.CancelledError, WebSocketDisconnect, RuntimeError):
            await gone


async def _leave(socket: WebSocket) -> None:
    """Return when the reader disconnects; what it sends is not for us."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass


async def _send(socket: WebSocket, row: State) -> None:
    async with asyncio.timeout(_SEND_S):
        await socket.send_text(json.dumps(row, separators=(",", ":"), ensure_ascii=False))
