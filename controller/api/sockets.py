"""What the WebSocket routes share: two directions at once, an end with a reason, and a second look at who is there."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from fastapi import WebSocket, WebSocketDisconnect

from controller.errors import Unauthenticated
from shared.errors import Rejected, Transient
from shared.texts import say

QUALITIES = ("main", "sub")
UNAUTHORISED = 4401
BAD_REQUEST = 4400
AWAY = 1013
_ENDED = 1001
RECHECK_S = 5.0
"""How long somebody goes on watching what is open after being shut out, or out of a camera."""
UNANSWERED_S = 3_600.0


async def first_of(*works: Coroutine[Any, Any, None]) -> tuple[int, str]:
    """Run until the first ends and stop the others; the close code and reason."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return max((_end_of(task) for task in done), key=lambda end: end[0])
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _end_of(task: "asyncio.Task[None]") -> tuple[int, str]:
    match task.exception():
        case Unauthenticated() as fault:
            return UNAUTHORISED, fault.fault[:120]
        case Rejected() as fault:
            return BAD_REQUEST, str(fault)[:120]
        case None | WebSocketDisconnect() | Transient() | TimeoutError() | RuntimeError() | KeyError():
            return _ENDED, "the stream ended"
        case fault:
            raise fault


async def until_shut_out(allowed: Callable[[], Awaitable[bool]], every_s: float) -> None:
    """Ask again and again, however much is sent meanwhile; `Unauthenticated` after a no.

    A database that is away shuts nobody out for an hour: live pictures do not depend on it. Then it does, for who was
    shut out meanwhile cannot be told from others.
    """
    unanswered_s = 0.0
    while True:
        await asyncio.sleep(every_s)
        try:
            yes = await allowed()
            unanswered_s = 0.0
        except Transient:
            unanswered_s += every_s
            yes = unanswered_s < UNANSWERED_S
        if not yes:
            raise Unauthenticated("session", say("logged_out"))


async def close(socket: WebSocket, code: int, reason: str) -> None:
    """Close; who is gone already needs no reason."""
    with contextlib.suppress(RuntimeError, WebSocketDisconnect):
        await socket.close(code, reason)


def bearer(socket: WebSocket) -> str | None:
    """The token of an Authorization header."""
    scheme, _, token = socket.headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" and token else None
