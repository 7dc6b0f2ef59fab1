"""Wires archives: for the API, and for the command line."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from zoneinfo import ZoneInfo

from controller.adapters.archive_store import SqlArchives
from controller.adapters.database import Database
from controller.app.export_targets import export_targets
from controller.app.site import Site
from controller.flows.manage_archives import ManageArchives
from shared.clock import Clock, SystemClock


def build_archives(site: Site, database: Database, clock: Clock) -> ManageArchives:
    """Archives as people see them."""
    book = SqlArchives(database, clock, ZoneInfo(site.settings.notify.timezone))
    return ManageArchives(book, export_targets(site, database, clock))


@asynccontextmanager
async def archives_of(site: Site) -> AsyncIterator[ManageArchives]:
    """For one command."""
    database = Database(site.settings.database())
    try:
        yield build_archives(site, database, SystemClock())
    finally:
        await database.close()
