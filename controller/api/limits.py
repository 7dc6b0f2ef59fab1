"""Bounds what a request may send before anybody knows who sends it."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from controller.api.errors import problem
from shared.errors import Rejected
from shared.texts import say

BODY_BYTES = 1_000_000
_UNBOUNDED = "/media/put/"  # checks its own signed length while it reads


class BodyLimit:
    """ASGI middleware: a body over the limit is refused by its announced length, or cut while it comes."""

    def __init__(self, app: ASGIApp, *, limit_bytes: int = BODY_BYTES) -> None:
        self._app = app
        self._limit_bytes = limit_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(_UNBOUNDED):
            await self._app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if not announced.isdigit() or len(announced) > 15 or int(announced) > self._limit_bytes:  # noqa: PLR2004
            await problem(413, "Too large", say("too_large", most=self._limit_bytes))(scope, receive, send)
            return
        taken = 0

        async def bounded() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self._limit_bytes:
                raise Rejected("body", say("too_large", most=self._limit_bytes))
            return message

        await self._app(scope, bounded, send)
