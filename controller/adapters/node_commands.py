"""Commands to nodes over MQTT: promote a span, extend an event."""

from shared import topics
from shared.broker import Session
from shared.clock import Clock
from shared.commands import Command, Extend, Promote
from shared.ids import CameraId, EventId, node_of
from shared.mint import uuid7


class MqttNodeCommands:
    """`NodeCommands` on a node's `cmd`. Replies are not awaited: both orders may be given again."""

    def __init__(self, session: Session, clock: Clock) -> None:
        self._session = session
        self._clock = clock

    async def promote(self, camera: CameraId, start_ms: int, end_ms: int) -> None:
        await self._send(camera, Promote(camera=camera, start_ms=start_ms, end_ms=end_ms))

    async def extend(self, camera: CameraId, event: EventId, until_ms: int) -> None:
        await self._send(camera, Extend(event=event, until_ms=until_ms))

    async def _send(self, camera: CameraId, order: Promote | Extend) -> None:
        command = Command(id=uuid7(), at=self._clock.now(), command=order)
        await self._session.send(topics.COMMAND, command, node=node_of(camera), id=command.id)
