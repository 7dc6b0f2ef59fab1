"""The machine room: what is known, what is not, and no more often than it should be asked."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from controller.adapters.gpu import GpuFigures
from controller.adapters.process_figures import ProcessFigures
from controller.api.system_schemas import MachineOut
from controller.flows.tell_machine import KEPT_MS, StoreFacts, TellMachine
from controller.ports import State
from shared.errors import Rejected, Transient
from tests.fakes.site import HandClock


@dataclass
class World:
    """Everything that the machine leans on, in one."""

    clock: HandClock
    connected: bool = True
    fault: Exception | None = None
    free: int | None = 5_000
    asked: int = 0

    def figure(self, name: str) -> int | None:
        return {"clients": 3, "received": 10, "sent": None}.get(name)

    async def head(self, key: str) -> tuple[int, str] | None:
        del key
        self.asked += 1
        self.clock.at_ms += 7
        if self.fault is not None:
            raise self.fault
        return None

    async def free_bytes(self) -> int | None:
        return self.free

    async def ping(self) -> None:
        if self.fault is not None:
            raise self.fault

    async def database_bytes(self) -> int:
        return 900

    async def judged_s(self, over_ms: int) -> float:
        assert over_ms == 300_000
        await self.ping()
        return 0.0

    def slowest(self) -> tuple[int, str] | None:
        return 31, "SELECT event"


class Gpu:
    async def figures(self) -> Sequence[Any]:
        return (GpuFigures("H", 1, 2, None),)


class Table:
    def figures(self, named: Mapping[str, int]) -> Sequence[Any]:
        return [ProcessFigures(name, pid, None, 5, 1.5) for name, pid in named.items()]


@pytest.fixture
def world() -> World:
    return World(HandClock())


def telling(world: World, kind: str = "directory") -> TellMachine:
    facts = StoreFacts(kind, None)
    return TellMachine(Gpu(), world, world, world, facts, world, world, Table(), lambda: {"api": 7}, world.clock, "1.2")


async def state(world: World, kind: str = "directory") -> State:
    told = await telling(world, kind).state()
    return MachineOut.model_validate(told).model_dump()


async def test_what_is_known_is_told(world: World) -> None:
    found = await state(world)
    assert found["gpus"] == [{"name": "H", "memory_used_bytes": 1, "memory_total_bytes": 2, "busy": None}]
    assert found["broker"] == {"connected": True, "clients": 3, "received": 10, "sent": None, "retained": None}
    assert found["store"] == {
        "kind": "directory",
        "reachable": True,
        "latency_ms": 7,
        "free_bytes": 5_000,
        "quota_bytes": None,
    }
    assert (found["database"]["reachable"], found["database"]["size_bytes"]) == (True, 900)
    assert (found["database"]["slowest_ms"], found["database"]["slowest"]) == (31, "SELECT event")
    assert found["processes"] == [{"name": "api", "pid": 7, "cpu": None, "memory_bytes": 5, "uptime_s": 1.5}]
    assert found["judged_s"] == 0.0


async def test_what_is_away_is_unknown_and_never_nothing(world: World) -> None:
    world.fault = Transient("away")
    found = await state(world, "s3")
    assert (found["store"]["reachable"], found["store"]["latency_ms"]) == (False, None)
    assert (found["database"]["reachable"], found["database"]["size_bytes"]) == (False, None)
    assert found["judged_s"] is None
    world.fault = Rejected("store", "access denied")
    assert (await state(world, "s3"))["store"]["reachable"], "it answers, and says no"


async def test_a_directory_whose_disk_is_gone_is_not_reachable(world: World) -> None:
    world.free = None
    assert not (await state(world))["store"]["reachable"]
    assert (await state(world, "s3"))["store"]["reachable"], "of a bucket nobody knows the room"


async def test_however_many_ask_it_is_looked_at_once(world: World) -> None:
    machine = telling(world)
    await asyncio.gather(*(machine.state() for _ in range(5)))
    assert world.asked == 1
    world.clock.at_ms += KEPT_MS
    await machine.state()
    assert world.asked == 2
    assert (await replace(machine, broker=None, _taken=None).state())["broker"] is None
