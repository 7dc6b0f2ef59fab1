"""Keeps the jobs of watching cameras as the rules in force ask for them."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import NoReturn, Protocol

import structlog

from controller.core.records import Rule
from controller.core.watching import wanted
from controller.ports import Bell
from shared.clock import Clock
from shared.errors import Transient
from shared.ids import CameraId

log = structlog.get_logger("watching")

_LOOK_MS = 2_000


class WatchJobs(Protocol):
    """The jobs of watching."""

    async def cameras(self) -> tuple[CameraId, ...]:
        """Every camera that its node has now."""
        ...

    async def keep(self, cameras: Collection[CameraId]) -> int:
        """Have these watched and no others; for how many that is new."""
        ...


class RulesInForce(Protocol):
    """The site's rules."""

    async def in_force(self) -> tuple[tuple[Rule, ...], tuple[str, ...]]:
        """Every rule, and the cameras that nodes have told of."""
        ...


@dataclass(frozen=True, slots=True)
class PlanWatches:
    """One per site at a time (see `lead`)."""

    jobs: WatchJobs
    rules: RulesInForce
    bell: Bell
    clock: Clock

    async def run(self) -> NoReturn:
        """Look every two seconds until cancelled; a database that is away is tried again."""
        while True:
            try:
                await self.plan_once()
            except Transient as fault:
                log.warning("cannot plan what is watched, trying again", error=str(fault))
            await self.clock.sleep_ms(_LOOK_MS)

    async def plan_once(self) -> int:
        """One look; how many cameras begin or end."""
        rules, _ = await self.rules.in_force()
        changed = await self.jobs.keep(wanted(rules, await self.jobs.cameras(), self.clock.unix_ms()))
        if changed:
            log.info("watching changes", cameras=changed)
            await self.bell.ring("jobs")
        return changed
