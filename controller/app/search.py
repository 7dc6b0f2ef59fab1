"""Wires the search: for the API, and for the command line straight to the database of a local site."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from zoneinfo import ZoneInfo

from controller.adapters.database import Database
from controller.adapters.mask_reads import SqlMasks
from controller.adapters.motion_reads import MotionReads
from controller.adapters.saved_searches import SavedSearches
from controller.adapters.search_reads import SearchReads
from controller.app.site import Site
from controller.flows.search_motion import SearchMotion
from controller.flows.search_past import SearchPast
from shared.clock import Clock, SystemClock


def build_search(site: Site, database: Database, clock: Clock) -> SearchPast:
    """Hours of the day are those of the site's zone."""
    reads = SearchReads(database, ZoneInfo(site.settings.notify.timezone))
    return SearchPast(reads, clock, SavedSearches(database, clock))


def build_motion(site: Site, database: Database, clock: Clock) -> SearchMotion:
    """The same for motion."""
    return SearchMotion(MotionReads(database), SqlMasks(database), clock, ZoneInfo(site.settings.notify.timezone))


@asynccontextmanager
async def open_search(site: Site) -> AsyncIterator[SearchPast]:
    """The search of a local site."""
    database = Database(site.settings.database())
    try:
        yield build_search(site, database, SystemClock())
    finally:
        await database.close()


@asynccontextmanager
async def open_motion(site: Site) -> AsyncIterator[SearchMotion]:
    """The search for motion of a local site."""
    database = Database(site.settings.database())
    try:
        yield build_motion(site, database, SystemClock())
    finally:
        await database.close()
