"""Tells third parties over MQTT what is open at each camera: retained, on change, and again after a new connection."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NoReturn, Protocol

import structlog

from controller.core.camera_alarms import CameraAlarms, OpenAt, per_camera
from controller.ports import State, Wire
from shared.clock import Clock
from shared.errors import Transient
from shared.messages import CameraAlarmsMessage
from shared.mint import uuid7
from shared.topics import CAMERA_ALARMS

log = structlog.get_logger("cameras")

_LOOK_MS = 1_000


class Cameras(Protocol):
    """The cameras that there are."""

    async def cameras(self) -> list[State]: ...


class OpenAlarms(Protocol):
    """The alarms that are not resolved and of which people are told."""

    async def open_at(self) -> Sequence[OpenAt]: ...


@dataclass(slots=True)
class TellCameras:
    """One per site at a time (see `lead`). Follows from the database alone."""

    known: Cameras
    alarms: OpenAlarms
    wire: Wire
    clock: Clock
    site: str
    connections: Callable[[], int]  # grows with each: what is retained is told again
    _told: dict[str, CameraAlarms] = field(default_factory=dict)
    _connection: int = -1

    async def run(self) -> NoReturn:
        """Tell until cancelled; while broker or database are away the newest is what counts."""
        self._told = {}
        while True:
            try:
                await self.step()
            except Transient as fault:
                log.debug("cameras not told", reason=str(fault))
            await self.clock.sleep_ms(_LOOK_MS)

    async def step(self) -> None:
        """One look: tell what differs from what was told."""
        if self._connection != self.connections():
            self._connection, self._told = self.connections(), {}
        cameras = dict.fromkeys([*(str(one["id"]) for one in await self.known.cameras()), *self._told])
        for camera, found in per_camera(cameras, await self.alarms.open_at()).items():
            if self._told.get(camera) != found:
                message = CameraAlarmsMessage(
                    id=uuid7(), at=self.clock.now(), camera=camera, open=found.open, raised=found.raised,
                    severity=found.severity,
                )  # fmt: skip
                await self.wire.send(CAMERA_ALARMS, message, site=self.site, camera=camera)
                self._told[camera] = found
