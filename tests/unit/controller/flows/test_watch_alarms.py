"""The watch goes on whatever the database does, and a new leader begins with nothing remembered."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from controller.app.notify import policies
from controller.core.conditions import Bounds, NodeSigns
from controller.core.losses import Missed
from controller.core.storage import Forecast
from controller.core.watch import Begin, End, Lost, Sighting, Tampering
from controller.flows.watch_alarms import WatchAlarms
from controller.watch_settings import Watch
from shared.errors import Transient
from shared.ids import CameraId, NodeId
from shared.texts import Text
from tests.builders import T0
from tests.fakes.site import HandClock

AWAY = NodeSigns(NodeId("gate"), online=False, seen_ms=T0)


@dataclass
class Site:
    """A database whose node is away; it fails `fails` times, then cancels whoever looks after `looks`."""

    looks: int
    fails: int = 0
    saved: list[Begin | End] = field(default_factory=list)
    rung: int = 0

    async def sight(self) -> Sighting:
        self.looks -= 1
        if self.looks < 0:
            raise asyncio.CancelledError
        if self.fails > 0:
            self.fails -= 1
            raise Transient("database: away")
        begun = frozenset(change.key for change in self.saved)
        return Sighting(hearing=True, nodes=(AWAY,), standing=begun)

    async def save(
        self,
        changes: Sequence[Begin | End],
        tampers: Sequence[Tampering],
        lost: Sequence[Lost],
        missed: Sequence[Missed] = (),
    ) -> tuple[str, ...]:
        assert (*tampers, *lost, *missed) == ()
        self.saved += changes
        return ("a1",)

    async def complaint(self) -> Text | None:
        return None

    async def promote(self, camera: CameraId, start_ms: int, end_ms: int) -> None:
        raise AssertionError(f"there is nothing to promote on {camera} from {start_ms} to {end_ms}")

    async def ring(self, which: str) -> None:
        del which
        self.rung += 1

    async def wait(self, which: str, timeout_s: float) -> None: ...


def watching(site: Site, clock: HandClock) -> WatchAlarms:
    wanted = policies(Watch())
    return WatchAlarms(site, site, site, site, clock, wanted, Bounds(1, 0.8, 1000), lambda: True)


async def run(watch: WatchAlarms) -> None:
    with pytest.raises(asyncio.CancelledError):
        await watch.run()


async def test_it_looks_every_two_seconds_whatever_the_database_does() -> None:
    site, clock = Site(looks=25, fails=5), HandClock()
    await run(watching(site, clock))
    assert clock.at_ms == T0 + 25 * 2_000
    (begin,) = site.saved
    assert isinstance(begin, Begin)
    assert (begin.start_ms, begin.raised_ms) == (T0, T0 + 5 * 2_000 + 30_000)  # heard nothing before the sixth look
    assert site.rung == 1


async def test_whoever_leads_again_grants_the_whole_grace_again() -> None:
    site, clock = Site(looks=10), HandClock()
    watch = watching(site, clock)
    await run(watch)
    assert site.saved == []
    clock.at_ms += 3_600_000  # another one led
    led_ms = clock.at_ms
    site.looks = 30
    await run(watch)
    (begin,) = site.saved
    assert isinstance(begin, Begin)
    assert begin.raised_ms == led_ms + 30_000


class Store:
    """Its disk is full in a day."""

    async def forecast(self) -> Forecast:
        return Forecast("fills", 7.0, 1 << 30, 9 << 30, 1.0, 30 << 30, 9.0)


async def test_a_store_that_fills_is_one_alarm_before_it_is_full() -> None:
    site, clock = Site(looks=400), HandClock()
    watch = watching(site, clock)
    watch.storage = Store()
    await run(watch)
    (begin,) = [one for one in site.saved if one.key.kind == "store_filling"]
    assert isinstance(begin, Begin)
    assert begin.raised_ms - begin.start_ms == 600_000
