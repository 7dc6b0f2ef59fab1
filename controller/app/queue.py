"""Wires how verification stands for the command line: straight from the database of a local site."""

from dataclasses import dataclass

from controller.adapters.database import Database
from controller.adapters.job_queue import JobQueue
from controller.adapters.watch_jobs import SqlWatchJobs
from controller.app.site import Site
from controller.core.queues import JobLoad, ParkedJob
from controller.core.records import Watched
from shared.clock import SystemClock


@dataclass(frozen=True, slots=True)
class Standing:
    """How verification stands at `now_ms`."""

    load: JobLoad
    watched: tuple[Watched, ...]
    parked: tuple[ParkedJob, ...]
    now_ms: int


async def read_queue(site: Site, most_parked: int) -> Standing:
    """The queues, the cameras that are watched, and what was given up last."""
    database, clock = Database(site.settings.database()), SystemClock()
    try:
        jobs = JobQueue(database, clock)
        watched = await SqlWatchJobs(database, clock).watched()
        return Standing(await jobs.load(), watched, await jobs.parked(most_parked), clock.unix_ms())
    finally:
        await database.close()
