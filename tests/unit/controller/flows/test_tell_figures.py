"""Figures are taken once for many who ask, and are never older than promised."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from controller.core.alarm_load import Load, load
from controller.core.queues import JobLoad, QueueLoad
from controller.core.records import Watched
from controller.core.site_counts import Counts
from controller.flows.tell_figures import KEPT_MS, LOAD_KEPT_MS, TellFigures
from controller.ports import State
from shared.errors import Transient
from tests.builders import T0
from tests.fakes.site import HandClock


@dataclass
class Site:
    """Everything that is asked, and how often."""

    asked: list[str] = field(default_factory=list)
    worker: str = "running"
    queues: tuple[QueueLoad, ...] = ()
    away: bool = False

    async def counts(self) -> Counts:
        await asyncio.sleep(0)
        if self.away:
            raise Transient("database: away")
        self.asked.append("counts")
        return Counts(raised=len(self.asked))

    async def measure(self) -> Load:
        self.asked.append("load")
        return load([], [], T0 - 86_400_000, T0, 1)

    async def load(self) -> JobLoad:
        return JobLoad(self.queues)

    async def watched(self) -> Sequence[Watched]:
        return ()

    def roles(self) -> list[State]:
        return [{"name": "worker", "state": self.worker, "restarts": 2}]

    def model(self) -> State:
        return {"models": [{"name": "yard", "sha256": "c" * 64, "provider": "CPU", "head": "yolox"}] * 2}


@dataclass
class Disk:
    free: int | None

    async def free_bytes(self) -> int | None:
        return self.free


def telling(site: Site, clock: HandClock) -> TellFigures:
    rooms = {"site": Disk(10**11), "store": Disk(None)}
    return TellFigures(site, site, site, site, site, clock, "plant", "1.0", rooms=rooms)


async def test_many_who_ask_at_once_are_one_question() -> None:
    site, clock = Site(), HandClock()
    tell = telling(site, clock)
    told = await asyncio.gather(*(tell.now() for _ in range(20)))
    assert len({id(one) for one in told}) == 1
    assert sorted(site.asked) == ["counts", "load"]
    clock.at_ms += KEPT_MS - 1
    assert await tell.now() is told[0]
    clock.at_ms += 1
    assert (await tell.now()).now_ms == clock.at_ms
    assert site.asked.count("counts") == 2
    assert site.asked.count("load") == 1, "a day's alarms are not read every five seconds"
    clock.at_ms += LOAD_KEPT_MS
    await tell.now()
    assert site.asked.count("load") == 2


async def test_what_cannot_be_read_is_an_error_and_not_an_old_figure() -> None:
    site, clock = Site(), HandClock()
    tell = telling(site, clock)
    await tell.now()
    site.away = True
    clock.at_ms += KEPT_MS
    with pytest.raises(Transient):
        await tell.now()
    site.away = False
    assert (await tell.now()).now_ms == clock.at_ms


async def test_verification_is_judged_as_everywhere() -> None:
    late = (QueueLoad("running", 0, 3, 20.0),)
    assert (await telling(Site(), HandClock()).now()).verification == "ok"
    assert (await telling(Site(worker="frozen"), HandClock()).now()).verification == "down"
    found = await telling(Site(queues=late), HandClock()).now()
    assert found.free_bytes == {"site": 10**11}
    assert (found.verification, found.models) == ("degraded", [("yard", "c" * 64, "CPU")])
