"""A fake of a model that scores pictures; a script tells what it does with each."""

import asyncio
from collections.abc import Callable

from controller.core.anomaly import ScorerInfo
from controller.ports import Picture
from shared.errors import CctvError

Act = float | Exception | None
"""A score, a fault, or nothing for ever."""


class FakeScorer:
    """The Scorer port; `act` is asked for each picture by the value of its first pixel."""

    def __init__(self, act: Callable[[int], Act], start: CctvError | None = None, *, loads: bool = True) -> None:
        self.act = act
        self.start_fault = start
        self.loads = loads
        self.starts = self.stops = 0
        self.seen: list[int] = []
        self.gate: asyncio.Event | None = None  # a slow one: waits for it

    async def start(self) -> ScorerInfo:
        self.starts += 1
        if not self.loads:
            await asyncio.Event().wait()
        if self.start_fault is not None:
            raise self.start_fault
        return ScorerInfo("fake", "f" * 64)

    async def score(self, picture: Picture) -> float:
        value = int(picture[0, 0, 0])
        self.seen.append(value)
        if self.gate is not None:
            await self.gate.wait()
        act = self.act(value)
        if act is None:
            await asyncio.Event().wait()
        if isinstance(act, Exception):
            raise act
        assert act is not None
        return act

    async def stop(self) -> None:
        self.stops += 1
