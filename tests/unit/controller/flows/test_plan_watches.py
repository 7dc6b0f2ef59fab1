"""Watching follows the rules in force."""

import asyncio
import contextlib
from collections.abc import Collection

from controller.core.records import Rule
from controller.flows.plan_watches import PlanWatches
from shared.errors import Transient
from shared.ids import CameraId
from tests.builders import rule
from tests.fakes.site import HandClock
from tests.fakes.verifier import QuickBell

A, B = CameraId("gate.a"), CameraId("gate.b")


class Site:
    """Rules and jobs in memory."""

    def __init__(self) -> None:
        self.rules: tuple[Rule, ...] = ()
        self.kept: set[CameraId] = set()
        self.away = 0
        self.looks = 0

    async def cameras(self) -> tuple[CameraId, ...]:
        return (A, B)

    async def keep(self, cameras: Collection[CameraId]) -> int:
        changed = self.kept ^ set(cameras)
        self.kept = set(cameras)
        return len(changed)

    async def in_force(self) -> tuple[tuple[Rule, ...], tuple[str, ...]]:
        self.looks += 1
        if self.away:
            self.away -= 1
            raise Transient("database is away")
        return self.rules, ()


async def test_the_doorbell_rings_when_what_is_watched_changes() -> None:
    site, bell = Site(), QuickBell()
    planning = PlanWatches(site, site, bell, HandClock())
    assert await planning.plan_once() == 0
    site.rules = (rule(watch=True, camera=A),)
    assert await planning.plan_once() == 1
    assert site.kept == {A}
    assert await planning.plan_once() == 0
    site.rules = ()
    assert await planning.plan_once() == 1
    assert (site.kept, bell.rung) == (set(), ["jobs", "jobs"])


async def test_a_database_that_is_away_is_tried_again() -> None:
    site, bell = Site(), QuickBell()
    site.away, site.rules = 3, (rule(watch=True),)
    running = asyncio.create_task(PlanWatches(site, site, bell, HandClock()).run())
    async with asyncio.timeout(10):
        while site.kept != {A, B}:
            await asyncio.sleep(0)
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    assert site.looks > 3
