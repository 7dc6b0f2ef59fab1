"""Wires deletions by hand: for the API, and for the command line straight to the database of a local site."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from controller.adapters.database import Database
from controller.adapters.deletion_store import SqlDeletions
from controller.app.site import Site
from controller.flows.delete_footage import ManageDeletions
from shared.clock import Clock, SystemClock


def build_deletions(site: Site, database: Database, clock: Clock) -> ManageDeletions:
    """Who asks confirms by the site's id."""
    return ManageDeletions(SqlDeletions(database, clock), clock, site.settings.site)


@asynccontextmanager
async def open_deletions(site: Site) -> AsyncIterator[ManageDeletions]:
    """The deletions of a local site."""
    database = Database(site.settings.database())
    try:
        yield build_deletions(site, database, SystemClock())
    finally:
        await database.close()
