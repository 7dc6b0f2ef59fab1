"""Lets no picture out of a route that did not say that it answers with pictures."""

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from controller.api.errors import problem
from controller.api.tagged import ASKED_EACH_TIME
from shared.texts import say

log = structlog.get_logger("api")

DERIVED = "mosaic"
"""What `X-Derived` says of pictures that anybody may see who may see the camera."""
RELEASE = "application/vnd.sht-cctv.release"
"""The agent's own programs: no picture is of this kind."""
_WORDS = ("text/", "application/json", "application/problem+json", "application/jsonl", RELEASE)
_BARE = (204, 304)
"""Answers that have no body."""


class PictureDoor:
    """ASGI middleware: what is no text must be of a route that was asked for by who sees clear, or say it is derived.

    The guard leaves in the request's state which pictures the route answers with; without that no picture passes.
    """

    def __init__(self, app: ASGIApp, *, prefix: str) -> None:
        self._app = app
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(self._prefix):
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        shut = False

        async def checked(message: Message) -> None:
            nonlocal shut
            if message["type"] == "http.response.start" and not _may_leave(state, message):
                shut = True
                log.error("a picture was not let out: its route does not say that it has any", path=scope["path"])
                await problem(403, "Refused", say("needs_right", right="clear"))(scope, receive, send)
            elif not shut:
                if message["type"] == "http.response.start" and not _is_text(message):
                    _outlasts_nothing(message, brief=bool(state.get("brief")))
                await send(message)

        await self._app(scope, receive, checked)


def _outlasts_nothing(message: Message, *, brief: bool) -> None:
    """No picture is shown again out of a browser's cache to who may not see it any more."""
    headers = MutableHeaders(scope=message)
    if brief:
        headers["Cache-Control"] = "private, no-store"
    elif "no-store" not in headers.get("cache-control", ""):
        headers["Cache-Control"] = ASKED_EACH_TIME


def _may_leave(state: dict[str, object], message: Message) -> bool:
    derived = Headers(raw=message["headers"]).get("x-derived") == DERIVED
    return derived or _is_text(message) or state.get("pictures") == "clear"


def _is_text(message: Message) -> bool:
    headers = Headers(raw=message["headers"])
    kind = headers.get("content-type", "")
    if not kind:
        return message["status"] in _BARE or headers.get("content-length") == "0"
    return kind.startswith(_WORDS)
