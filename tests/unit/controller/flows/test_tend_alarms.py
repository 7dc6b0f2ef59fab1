"""The loop that tends alarms: it rings when something changed, and outlives a database that is away."""

import asyncio
from dataclasses import dataclass, field

import pytest

from controller.flows.tend_alarms import TendAlarms
from shared.errors import Transient
from tests.fakes.site import HandClock


class DoneError(Exception):
    """The script is over."""


@dataclass
class World:
    """Answers by a script, and remembers what was asked."""

    answers: list[int | Transient]
    told: list[str] = field(default_factory=list)

    async def tend(self) -> int:
        self.told.append("tend")
        if not self.answers:
            raise DoneError
        answer = self.answers.pop(0)
        if isinstance(answer, Transient):
            raise answer
        return answer

    async def leap(self) -> None:
        self.told.append("leap")

    async def keep(self) -> None:
        self.told.append("keep")

    async def ring(self, which: str) -> None:
        self.told.append(f"ring {which}")

    async def wait(self, which: str, timeout_s: float) -> None:
        raise NotImplementedError


async def test_it_rings_when_something_changed_and_goes_on_when_the_database_is_back() -> None:
    world, clock = World([0, Transient("away"), Transient("away"), 3, 0]), HandClock()
    with pytest.raises(DoneError):
        await asyncio.wait_for(TendAlarms(world, world, world, clock).run(), 10)
    assert world.told == [
        "leap", "tend", "keep", "tend", "tend", "tend", "ring feed", "keep", "tend", "keep", "tend",
    ]  # fmt: skip
