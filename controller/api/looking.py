"""Each request begins by seeing no camera at all; the guard says what it may see, and nothing of that stays behind."""

from starlette.types import ASGIApp, Receive, Scope, Send

from controller.core.grants import NOTHING
from controller.ports.looking import looking


class Looking:
    """Bounds what one request was allowed to that request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        with looking(NOTHING):
            await self._app(scope, receive, send)
