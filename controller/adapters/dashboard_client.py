"""A client of our own API, as a browser is one: the feed's WebSocket and a few reads."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from shared.clock import Clock
from shared.errors import Broken, Transient

_OK = 200


class DashboardClient:
    """Speaks to `base_url` (loopback, plain HTTP) with a session's cookie."""

    def __init__(self, base_url: str, cookie: str, clock: Clock) -> None:
        self._base_url = base_url
        self._cookie = f"cctv_session={cookie}"
        self._clock = clock

    async def feed(self) -> AsyncIterator[tuple[dict[str, Any], int]]:
        """Feed items from the beginning of the feed on, each with its time of arrival (Unix ms)."""
        url = self._base_url.replace("http", "ws", 1) + "/api/v1/feed?since=0"
        try:
            async with connect(url, additional_headers={"Cookie": self._cookie}, max_size=2**22) as socket:
                async for text in socket:
                    yield json.loads(text), self._clock.unix_ms()
        except (OSError, ConnectionClosed, InvalidHandshake) as fault:
            raise Transient(f"feed: {fault}") from fault

    async def read(self, path: str) -> Any:
        """GET a resource below `/api/v1`."""
        try:
            async with httpx.AsyncClient(timeout=5) as client:
                answer = await client.get(f"{self._base_url}/api/v1{path}", headers={"Cookie": self._cookie})
        except httpx.HTTPError as fault:
            raise Transient(f"API: {fault}") from fault
        if answer.status_code != _OK:
            raise Broken(f"API: {path} answers {answer.status_code}")
        return answer.json()
