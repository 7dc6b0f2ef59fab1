"""Takes the site's figures for monitors: as often as they ask, and no more often than the database should hear it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from controller.core.alarm_load import Load
from controller.core.grants import EVERYTHING
from controller.core.queues import JobLoad
from controller.core.records import Watched
from controller.core.site_counts import Counts, RoleCount, SiteCounts
from controller.core.verification import verification
from controller.ports import State
from controller.ports.looking import looking
from shared.clock import Clock

KEPT_MS = 5_000
"""Figures are this old at most, and asked for no more often."""
LOAD_KEPT_MS = 60_000
"""The alarm load of a day is read from every alarm of that day."""


class CountsRead(Protocol):
    """The database in numbers."""

    async def counts(self) -> Counts: ...


class Loads(Protocol):
    """The alarm load of the last day."""

    async def measure(self) -> Load: ...


class Jobs(Protocol):
    """The queue as a figure."""

    async def load(self) -> JobLoad: ...


class WatchedCameras(Protocol):
    """The cameras that are to be judged all the time."""

    async def watched(self) -> Sequence[Watched]: ...


class Processes(Protocol):
    """What the processes of this machine say of themselves."""

    def roles(self) -> list[State]: ...

    def model(self) -> State: ...


class Certificates(Protocol):
    """Those that this server speaks with."""

    async def left_s(self) -> Mapping[str, float]:
        """For how long each is good, by what it is used for."""
        ...


class LiveViewers(Protocol):
    """Browsers that watch."""

    def by_quality(self) -> Mapping[str, int]: ...


class Room(Protocol):
    """A disk."""

    async def free_bytes(self) -> int | None:
        """None: nobody knows, within a moment."""
        ...


@dataclass(slots=True)
class TellFigures:
    """One per process. However many monitors ask at once, the database is asked once."""

    reads: CountsRead
    loads: Loads
    jobs: Jobs
    cameras: WatchedCameras
    processes: Processes
    clock: Clock
    site: str
    version: str
    viewers: LiveViewers | None = None
    certificates: Certificates | None = None
    rooms: Mapping[str, Room] = field(default_factory=dict)
    _taken: tuple[int, SiteCounts] | None = None
    _load: tuple[int, Load] | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def now(self) -> SiteCounts:
        """Figures of the last five seconds; `Transient` while the database is away."""
        async with self._turn:
            now_ms = self.clock.monotonic_ms()
            if self._taken is None or now_ms - self._taken[0] >= KEPT_MS:
                with looking(EVERYTHING):  # it is kept for who asks next
                    self._taken = now_ms, await self._take(now_ms)
            return self._taken[1]

    async def _take(self, now_ms: int) -> SiteCounts:
        if self._load is None or now_ms - self._load[0] >= LOAD_KEPT_MS:
            self._load = now_ms, await self.loads.measure()
        jobs = await self.jobs.load()
        roles = [RoleCount(one["name"], one["state"], one["restarts"]) for one in self.processes.roles()]
        worker = next((role.state for role in roles if role.name == "worker"), None)
        working = any(queue.running for queue in jobs.queues)
        health, _ = verification(worker, jobs.waiting, jobs.oldest_s, working=working)
        models = [(one["name"], one["sha256"], one["provider"]) for one in self.processes.model().get("models", [])]
        return SiteCounts(
            site=self.site,
            version=self.version,
            now_ms=self.clock.unix_ms(),
            counts=await self.reads.counts(),
            load=self._load[1],
            jobs=jobs,
            verification=health,
            watched=await self.cameras.watched(),
            roles=roles,
            models=list(dict.fromkeys(models)),
            viewers={} if self.viewers is None else self.viewers.by_quality(),
            certificates={} if self.certificates is None else await self.certificates.left_s(),
            free_bytes=await self._free(),
        )

    async def _free(self) -> dict[str, int]:
        found = {used: await room.free_bytes() for used, room in self.rooms.items()}
        return {used: free for used, free in found.items() if free is not None}
