"""Takes requests of people for footage that is still on a node."""

from dataclasses import dataclass
from typing import Protocol

from controller.ports import State
from shared.clock import Clock
from shared.errors import Rejected
from shared.ids import CameraId, parse_camera
from shared.texts import say

LONGEST_REQUEST_MS = 24 * 3_600_000


class RequestStore(Protocol):
    """The database as this flow sees it."""

    async def add(self, camera: CameraId, start_ms: int, end_ms: int, who: str, address: str) -> State:
        """FootageRequestOut of a new request; `Missing` when there is no such camera."""
        ...

    async def page(self, *, camera: str | None, cursor: str | None, limit: int) -> State: ...

    async def one(self, request: str) -> State:
        """`Missing` when there is none."""
        ...

    async def parts(self, camera: CameraId, start_ms: int, end_ms: int) -> list[State]: ...


@dataclass(frozen=True, slots=True)
class RequestFootage:
    """Requests: made, listed, told."""

    _store: RequestStore
    clock: Clock

    async def make(self, camera: str, from_ms: int, to_ms: int, who: str, address: str = "") -> State:
        """Ask for [from_ms, to_ms) of a camera; `Rejected` for a span that is none, too long or in the future."""
        checked = self._checked(from_ms, to_ms)
        return await self._store.add(parse_camera(camera), *checked, who, address)

    async def page(self, *, camera: str | None, cursor: str | None, limit: int) -> State:
        """FootageRequestPage, the newest first."""
        return await self._store.page(camera=camera, cursor=cursor, limit=limit)

    async def one(self, request: str) -> State:
        """FootageRequestDetailOut; `Missing` when there is none."""
        return await self._store.one(request)

    async def parts(self, camera: str, from_ms: int, to_ms: int) -> list[State]:
        """What became of every part of a span."""
        checked = self._checked(from_ms, to_ms)
        return await self._store.parts(parse_camera(camera), *checked)

    def _checked(self, from_ms: int, to_ms: int) -> tuple[int, int]:
        most = min(from_ms + LONGEST_REQUEST_MS, self.clock.unix_ms())
        if not from_ms < to_ms <= most:
            raise Rejected("to_ms", say("out_of_range", value=to_ms, least=from_ms + 1, most=most))
        return from_ms, to_ms
