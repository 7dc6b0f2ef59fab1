"""Live commands over MQTT: tell a node to push a camera's pictures or sound, or to stop."""

from shared import topics
from shared.broker import Session
from shared.clock import Clock
from shared.commands import Command, ListenStart, ListenStop, LiveStart, LiveStop, RingPiece
from shared.ids import CameraId, node_of
from shared.live import SOUND
from shared.mint import uuid7


class MqttLiveCommands:
    """Publishes on the node's `cmd`; the push itself is the answer, so replies are not awaited."""

    def __init__(self, session: Session, clock: Clock) -> None:
        self._session = session
        self._clock = clock

    async def live_start(self, camera: CameraId, quality: str, since_ms: int | None) -> None:
        path = f"/live/push/{camera}/{quality}"
        if quality == SOUND:
            await self._send(camera, ListenStart(camera=camera, path=path))
            return
        wanted = "sub" if quality == "sub" else "main"
        await self._send(camera, LiveStart(camera=camera, quality=wanted, path=path, since_ms=since_ms))

    async def live_stop(self, camera: CameraId, quality: str) -> None:
        if quality == SOUND:
            await self._send(camera, ListenStop(camera=camera))
            return
        await self._send(camera, LiveStop(camera=camera, quality="sub" if quality == "sub" else "main"))

    async def ring_piece(self, camera: CameraId, from_ms: int, for_ms: int, path: str) -> None:
        await self._send(camera, RingPiece(camera=camera, from_ms=from_ms, for_ms=for_ms, path=path))

    async def _send(self, camera: CameraId, order: LiveStart | LiveStop | RingPiece | ListenStart | ListenStop) -> None:
        command = Command(id=uuid7(), at=self._clock.now(), command=order)
        await self._session.send(topics.COMMAND, command, node=node_of(camera), id=command.id)
