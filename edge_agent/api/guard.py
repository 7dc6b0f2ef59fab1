"""Stands before every route: who calls, by which name, from which page. What it does not know it refuses."""

import asyncio
from collections.abc import Collection
from http.cookies import CookieError, SimpleCookie
from typing import Literal

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from edge_agent.api.problems import problem
from edge_agent.core.door import Door, Refusals
from edge_agent.core.listen import Listen, host_fits
from shared.clock import Clock
from shared.origin import same_origin

log = structlog.get_logger("server")

COOKIE = "cctv_node"
OPEN_PATHS = frozenset({"/healthz", "/login"})
"""What answers without a token, and says nothing."""
KNOWN = "cctv.known"
"""Where the scope tells a route of these whether its caller is known."""
_SEND_S = 20.0
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with none, browsers send forms from nowhere: nobody could log in
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


class Guard:
    """ASGI middleware. A client that does not take what it asked for is cut after 20 s."""

    def __init__(self, app: ASGIApp, door: Door, listen: Listen, names: Collection[str], clock: Clock) -> None:
        self._app = app
        self._door = door
        self._listen = listen
        self._names = names
        self._clock = clock
        self._refusals = Refusals()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            return
        send = _bounded(scope["type"], send)
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not host_fits(self._listen, self._names, host):
            await self._refuse(scope, send, 400, "host")
        elif not same_origin(headers.get("origin"), host):
            await self._refuse(scope, send, 403, "origin")
        else:
            known = self.knows(headers)
            scope[KNOWN] = known
            if known or (scope["type"] == "http" and scope["path"] in OPEN_PATHS):
                await self._app(scope, receive, send)
            else:
                await self._refuse(scope, send, 401, "token")

    def knows(self, headers: Headers) -> bool:
        """Whether this request carries the token or a cookie of it."""
        if self._door.stands_open:
            return True
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self._door.takes_token(token.strip()):
            return True
        return self._door.takes_cookie(_cookie(headers), self._clock.unix_ms())

    async def _refuse(self, scope: Scope, send: Send, status: int, what: Literal["host", "origin", "token"]) -> None:
        wait_ms = self.count_refusal(scope, what)
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if wait_ms:
            answer = problem(429, "Too many refusals", "wait, then come with the token")
            answer.headers["Retry-After"] = str(-(-wait_ms // 1000))
        elif what == "token":
            if scope["path"] == "/" and "text/html" in Headers(scope=scope).get("accept", ""):
                query = scope["query_string"].decode("ascii", "replace")
                place = "/login?" + query if query in {"lang=ko", "lang=en"} else "/login"
                answer = problem(303, "Log in", "the page needs the token")
                answer.headers["Location"] = place
            else:
                answer = problem(401, "Who is there?", "send the node's token: Authorization: Bearer …")
                answer.headers["WWW-Authenticate"] = "Bearer"
        else:
            answer = problem(status, "Refused", "this server is not called so here", what)

        async def nothing() -> Message:
            return {"type": "http.disconnect"}

        await answer(scope, nothing, send)

    def count_refusal(self, scope: Scope, what: str) -> int:
        """Note one more refusal; how many milliseconds its address has to wait. Ten a minute are logged."""
        address = (scope.get("client") or ("", 0))[0]
        wait_ms = self._refusals.count(address, self._clock.monotonic_ms())
        if not wait_ms:
            log.warning("refused", address=address, what=what)
        return wait_ms


def _bounded(kind: str, send: Send) -> Send:
    async def in_time(message: Message) -> None:
        if kind == "http" and message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        async with asyncio.timeout(_SEND_S):
            await send(message)

    return in_time


def _cookie(headers: Headers) -> str:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return "" if found is None else found.value
