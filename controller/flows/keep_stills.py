"""Keeps the newest still of each camera: asked of its node when somebody looks, at most every few seconds."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog

from controller.core.node_settings import NodeAnswer
from controller.errors import Late, Missing
from shared.clock import Clock
from shared.commands import AnyOrder, TakeSnapshot
from shared.errors import Transient
from shared.ids import CameraId, NodeId, node_of
from shared.texts import say

log = structlog.get_logger("stills")

FRESH_MS = 15_000
"""No node is asked for a camera's picture more often, however many look."""
_AT_ONCE = 4
_KEPT = 64
_PATIENCE_S = 6.0


class CameraStates(Protocol):
    """The cameras as the database has them."""

    async def cameras(self) -> list[dict[str, Any]]: ...


class AskNode(Protocol):
    """Orders with their answers."""

    async def ask(self, node: NodeId, order: AnyOrder, timeout_s: float) -> NodeAnswer: ...


@dataclass(frozen=True, slots=True)
class Still:
    """A JPEG, and when it was taken by the camera's clock."""

    jpeg: bytes
    at_ms: int


@dataclass(slots=True)
class KeepStills:
    """One per process; a picture that is not to be had leaves the last one, which says how old it is."""

    states: CameraStates
    orders: AskNode
    clock: Clock
    _kept: OrderedDict[str, Still] = field(default_factory=OrderedDict)
    _asked_ms: dict[str, int] = field(default_factory=dict)
    _turns: dict[str, asyncio.Lock] = field(default_factory=dict)
    _busy: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))

    async def still(self, camera: CameraId) -> Still | None:
        """The newest; None: there never was one here. `Missing` for a camera that nobody knows."""
        states: Mapping[str, str] = {one["id"]: one["state"] for one in await self.states.cameras()}
        if camera not in states:
            raise Missing("camera", say("unknown", key=camera))
        async with self._turns.setdefault(camera, asyncio.Lock()):
            now_ms = self.clock.monotonic_ms()
            asked_ms = self._asked_ms.get(camera)
            if states[camera] == "live" and (asked_ms is None or now_ms - asked_ms >= FRESH_MS):
                async with self._busy:
                    await self._ask(camera)
                self._asked_ms[camera] = self.clock.monotonic_ms()
            return self._kept.get(camera)

    async def _ask(self, camera: CameraId) -> None:
        try:
            answer = await self.orders.ask(node_of(camera), TakeSnapshot(camera=camera), _PATIENCE_S)
        except (Late, Transient) as fault:
            log.info("no still", camera=camera, error=str(fault))
            return
        if not answer.ok or not answer.data:
            log.info("no still", camera=camera, error=answer.reason)
            return
        at_ms = (answer.result or {}).get("pts_ms")
        self._kept[camera] = Still(answer.data, at_ms if isinstance(at_ms, int) else self.clock.unix_ms())
        self._kept.move_to_end(camera)
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
