"""Wires retention as people see it: for the API, and for the command line."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from controller.adapters.database import Database
from controller.adapters.keep_rules import SqlKeepRules
from controller.adapters.sweep_plan import SqlSweepGuard
from controller.app.site import Site
from controller.app.storage import tell_storage
from controller.flows.let_sweep import LetSweep
from controller.flows.manage_retention import ManageRetention
from controller.flows.tell_storage import TellStorage
from shared.clock import Clock, SystemClock


def build_retention(site: Site, database: Database, clock: Clock, storage: TellStorage) -> ManageRetention:
    """Retention of a site, over what its settings say."""
    kept = site.settings.retention
    sweep = LetSweep(SqlSweepGuard(database, clock))
    return ManageRetention(SqlKeepRules(database, clock, kept.days), storage, kept.quota_bytes, sweep)


@asynccontextmanager
async def retention_of(site: Site) -> AsyncIterator[ManageRetention]:
    """For one command."""
    database, clock = Database(site.settings.database()), SystemClock()
    try:
        yield build_retention(site, database, clock, tell_storage(site, database, clock))
    finally:
        await database.close()
