"""Gives a camera's newest single picture: the node's own, else the newest that is stored; nothing is decoded here."""

import asyncio
from dataclasses import dataclass
from typing import Literal, Protocol

import structlog

from controller.errors import Late, Missing
from controller.flows.tend_nodes import NodeOrders
from shared.clock import Clock
from shared.commands import TakeSnapshot
from shared.errors import Transient
from shared.ids import CameraId, node_of

log = structlog.get_logger("still pictures")

KEPT_MS = 2_000
"""A camera's node is asked no more often, whatever the number of viewers."""
_PATIENCE_S = 6.0
_MOST_CAMERAS = 1_000


@dataclass(frozen=True, slots=True)
class Still:
    """A JPEG and when it was taken."""

    jpeg: bytes
    pts_ms: int
    origin: Literal["node", "store"]


class StoredStills(Protocol):
    """What the database knows of stored pictures."""

    async def newest_picture(self, camera: CameraId) -> tuple[str, int] | None:
        """Object key and time of the newest picture of a camera; `Missing`: no such camera."""
        ...


class Objects(Protocol):
    """The store."""

    async def get(self, key: str) -> bytes: ...


@dataclass(slots=True)
class _Desk:
    turn: asyncio.Lock
    taken_ms: int | None = None
    still: Still | None = None


class StillPictures:
    """One per process. However many ask for a camera at once, its node is asked once."""

    def __init__(self, orders: NodeOrders, stored: StoredStills, objects: Objects, clock: Clock) -> None:
        self._orders = orders
        self._stored = stored
        self._objects = objects
        self._clock = clock
        self._desks: dict[CameraId, _Desk] = {}

    async def newest(self, camera: CameraId) -> Still | None:
        """None: neither the node nor the store has one now. `Missing`: no such camera."""
        stored = await self._stored.newest_picture(camera)
        if camera not in self._desks and len(self._desks) >= _MOST_CAMERAS:
            self._desks.clear()
        desk = self._desks.setdefault(camera, _Desk(asyncio.Lock()))
        async with desk.turn:
            now_ms = self._clock.monotonic_ms()
            if desk.taken_ms is None or now_ms - desk.taken_ms >= KEPT_MS:
                desk.still = await self._of_node(camera)
                desk.taken_ms = self._clock.monotonic_ms()
            return desk.still or await self._of_store(stored)

    async def _of_node(self, camera: CameraId) -> Still | None:
        try:
            answer = await self._orders.ask(node_of(camera), TakeSnapshot(camera=camera), _PATIENCE_S)
        except (Late, Transient) as fault:
            log.info("no picture", camera=camera, reason=str(fault))
            return None
        pts_ms = None if answer.result is None else answer.result.get("pts_ms")
        if not answer.ok or answer.media_type != "image/jpeg" or not isinstance(pts_ms, int):
            log.info("no picture", camera=camera, reason=answer.reason)
            return None
        return Still(answer.data, pts_ms, "node")

    async def _of_store(self, stored: tuple[str, int] | None) -> Still | None:
        if stored is None:
            return None
        key, pts_ms = stored
        try:
            return Still(await self._objects.get(key), pts_ms, "store")
        except (Missing, Transient):
            return None
