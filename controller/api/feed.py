"""The feed's WebSocket: hello, what was missed, then everything as it happens."""

import asyncio
import contextlib
import json
from datetime import datetime

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from controller.api.auth import needs
from controller.api.deps import Parts
from controller.api.sockets import AWAY, UNAUTHORISED
from controller.core.grants import Sight
from controller.core.seen import seen_row
from controller.flows.alarm_trace import trace_told
from controller.flows.follow import Listener
from controller.ports import State
from shared.errors import Transient

SLOW = 4408
CHANGED = 4410
_SEND_S = 10.0


def feed_routes(parts: Parts) -> APIRouter:
    """`WS /feed?since=<id>`."""
    router = APIRouter()

    @router.websocket("/feed")
    @needs("viewer", "view")
    async def feed(socket: WebSocket, since: int | None = None) -> None:
        caller = await parts.guard.viewer_of(socket)
        if caller is None:
            await socket.close(UNAUTHORISED, "log in first")
            return
        await socket.accept()
        try:
            async with parts.feed.listen() as (newest, listener):
                await _send(socket, {"id": newest, "kind": "hello", "data": None})
                if since is not None:
                    async for row in parts.feed.missed(since, newest):
                        await _tell(socket, row, caller.sight())
                code, reason = await _pump(parts, socket, listener, caller.sight())
            await socket.close(code, reason)
        except (WebSocketDisconnect, RuntimeError):
            return  # gone: there is nobody left to tell
        except TimeoutError:
            with contextlib.suppress(RuntimeError):
                await socket.close(SLOW, "too slow")
        except Transient:
            await socket.close(AWAY, "away for a moment")

    return router


async def _pump(parts: Parts, socket: WebSocket, listener: Listener, sight: Sight) -> tuple[int, str]:
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
                caller = await parts.guard.viewer_of(socket)
                if caller is None:
                    item.cancel()
                    return UNAUTHORISED, "logged out"
                if caller.sight() != sight:  # a page begins anew: what it has learnt may be hidden now
                    item.cancel()
                    return CHANGED, "what you may see has changed"
                recheck_at_s = now_s() + parts.recheck_s
            if not item.done():
                item.cancel()
                continue
            row = item.result()
            if row is None:
                return SLOW, "too slow"
            await _tell(socket, row, sight)
            _trace(row, parts.clock.unix_ms())
    finally:
        gone.cancel()
        with contextlib.suppress(asyncio.CancelledError, WebSocketDisconnect, RuntimeError):
            await gone


async def _leave(socket: WebSocket) -> None:
    """Return when the reader disconnects; what it sends is not for us."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass


async def _tell(socket: WebSocket, row: State, sight: Sight) -> None:
    told = seen_row(row, sight)
    if told is not None:
        await _send(socket, told)


def _trace(row: State, now_ms: int) -> None:
    """An alarm that was just raised has reached a dashboard."""
    if row["kind"] == "alarm" and row["data"] is not None:
        raised_ms = round(datetime.fromisoformat(row["data"]["raised_at"]).timestamp() * 1000)
        trace_told("show", row["data"], raised_ms, now_ms)


async def _send(socket: WebSocket, row: State) -> None:
    async with asyncio.timeout(_SEND_S):
        await socket.send_text(json.dumps(row, separators=(",", ":"), ensure_ascii=False))
