"""Who may connect at all: refused by address before anything is read, and pages of other sites."""

import structlog
from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from controller.api.errors import problem
from controller.core.callers import Callers
from shared.texts import say

log = structlog.get_logger("callers")

_REFUSED = 4403


class AllowedCallers:
    """ASGI middleware: every request and WebSocket from elsewhere is refused."""

    def __init__(self, app: ASGIApp, *, callers: Callers) -> None:
        self._app = app
        self._callers = callers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        address = (scope.get("client") or ("",))[0]
        if scope["type"] not in {"http", "websocket"} or self._callers.may(address):
            await self._app(scope, receive, send)
            return
        log.warning("address refused", address=address, path=scope["path"][:100])
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": _REFUSED, "reason": "address"})
            return
        await problem(403, "Refused", say("address_refused"), "address")(scope, receive, send)


def add_callers(app: FastAPI, callers: Callers) -> None:
    """Put the checks outside all others; the first of them finds out who calls through a proxy."""
    if callers.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=callers.origins,
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "If-Match", "Idempotency-Key"],
            expose_headers=["ETag", "Retry-After"],
            allow_credentials=False,
        )
    if callers.networks:
        app.add_middleware(AllowedCallers, callers=callers)
    if callers.proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=list(callers.proxies))
