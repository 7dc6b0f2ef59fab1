"""Wires destinations of exports: for the API and the role export, and for the command line."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from controller.adapters.database import Database
from controller.adapters.seal import Seal
from controller.adapters.target_store import SqlExportTargets
from controller.app.site import Site
from controller.app.ways import ways_of
from controller.flows.manage_targets import ManageTargets
from shared.clock import Clock, SystemClock

_USE = b"export destinations"


def export_targets(site: Site, database: Database, clock: Clock) -> SqlExportTargets:
    """The destinations of a site."""
    doors = ways_of(site, database, clock).doors("export")
    return SqlExportTargets(
        database, clock, site.settings.export.directories, lambda: Seal(site.notify_key(), _USE), doors
    )


@asynccontextmanager
async def targets_of(site: Site) -> AsyncIterator[ManageTargets]:
    """For one command."""
    database, clock = Database(site.settings.database()), SystemClock()
    try:
        yield ManageTargets(export_targets(site, database, clock), clock)
    finally:
        await database.close()
