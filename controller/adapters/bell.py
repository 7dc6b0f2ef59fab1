"""The doorbell over MQTT: wakes whoever would otherwise poll; a lost ring only costs a poll."""

import asyncio
import contextlib

from shared import topics
from shared.broker import Session
from shared.clock import Clock
from shared.errors import Transient
from shared.messages import Bell
from shared.mint import uuid7


class MqttBell:
    """`Bell` on one MQTT session; `heard` names the bells that this process waits for."""

    def __init__(self, session: Session, clock: Clock, *heard: str) -> None:
        self._session = session
        self._clock = clock
        self._rung = {which: asyncio.Event() for which in heard}
        for which in heard:
            session.listen(topics.BELL, self._ring, which=which)

    async def ring(self, which: str) -> None:
        with contextlib.suppress(Transient):
            await self._session.send(topics.BELL, Bell(id=uuid7(), at=self._clock.now()), which=which)

    async def wait(self, which: str, timeout_s: float) -> None:
        rung = self._rung[which]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await rung.wait()
        rung.clear()

    async def _ring(self, levels: dict[str, str], _bell: Bell) -> None:
        rung = self._rung.get(levels["which"])
        if rung is not None:
            rung.set()
