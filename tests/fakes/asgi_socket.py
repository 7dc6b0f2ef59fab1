"""A WebSocket's client end without a server: speaks ASGI to an application."""

import asyncio
import json
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from starlette.types import ASGIApp, Message


class Closed(Exception):
    """The application ended it."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


class AsgiSocket:
    """`async with AsgiSocket(app, "/ws") as socket`: connected, whether it was let in or not."""

    def __init__(self, app: ASGIApp, path: str, headers: Mapping[str, str] | None = None) -> None:
        self._app = app
        self._path, _, self._query = path.partition("?")
        self._headers = [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
        self._to: asyncio.Queue[Message] = asyncio.Queue()
        self._from: asyncio.Queue[Message] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        scope: dict[str, Any] = {
            "type": "websocket",
            "path": self._path,
            "raw_path": self._path.encode(),
            "query_string": self._query.encode(),
            "headers": self._headers,
            "subprotocols": [],
        }
        self._to.put_nowait({"type": "websocket.connect"})

        async def work() -> None:
            await self._app(scope, self._to.get, self._from.put)

        self._task = asyncio.create_task(work())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        del kind, fault, trace
        self._to.put_nowait({"type": "websocket.disconnect", "code": 1000})
        if self._task is not None:
            async with asyncio.timeout(5):
                await self._task

    def send(self, text: str) -> None:
        """One text message."""
        self._to.put_nowait({"type": "websocket.receive", "text": text})

    async def receive(self) -> Any:
        """The next message as JSON; `Closed` once there is none."""
        return json.loads((await self._next())["text"])

    async def receive_bytes(self) -> bytes:
        """The next message as it is; `Closed` once there is none."""
        return bytes((await self._next())["bytes"])

    async def _next(self) -> Message:
        async with asyncio.timeout(5):
            found = await self._from.get()
        if found["type"] == "websocket.accept":
            return await self._next()
        if found["type"] == "websocket.close":
            raise Closed(found["code"])
        return found
