"""Bounds what a request may send before anybody knows who sends it."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from controller.api.errors import problem
from shared.errors import Rejected
from shared.texts import say

BODY_BYTES = 1_000_000
PICTURE_BYTES = 10_000_000
_MODELS = "/api/v1/models/"
_UNBOUNDED = (("PUT", "/media/put/"), ("PUT", _MODELS))
"""Footage and models: they count for themselves while they read."""


def is_raw(scope: Scope) -> bool:
    """Whether a request's body is bytes of a file: footage, a model, or a picture for one to look at."""
    return _unbounded(scope) or (scope["method"] == "POST" and scope["path"].startswith(_MODELS))


def _unbounded(scope: Scope) -> bool:
    return any(scope["method"] == method and scope["path"].startswith(path) for method, path in _UNBOUNDED)


class BodyLimit:
    """ASGI middleware: a body over the limit is refused by its announced length, or cut while it comes."""

    def __init__(self, app: ASGIApp, *, limit_bytes: int = BODY_BYTES) -> None:
        self._app = app
        self._limit_bytes = limit_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _unbounded(scope):
            await self._app(scope, receive, send)
            return
        most = max(self._limit_bytes, PICTURE_BYTES) if is_raw(scope) else self._limit_bytes
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if not announced.isdigit() or len(announced) > 15 or int(announced) > most:  # noqa: PLR2004
            await problem(413, "Too large", say("too_large", most=most))(scope, receive, send)
            return
        taken = 0

        async def bounded() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > most:
                raise Rejected("body", say("too_large", most=most))
            return message

        await self._app(scope, bounded, send)
