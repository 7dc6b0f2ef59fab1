"""Wires what is told of privacy."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from controller.adapters.database import Database
from controller.adapters.destination_store import SqlDestinations
from controller.adapters.notice_store import SqlNotice
from controller.adapters.people_store import PeopleStore
from controller.app.export_targets import export_targets
from controller.app.site import Site
from controller.app.ways import ways_of
from controller.flows.tell_privacy import TellPrivacy
from shared.clock import Clock, SystemClock
from shared.ids import SiteId


def build_privacy(site: Site, database: Database, clock: Clock) -> TellPrivacy:
    """Of a site with its settings."""
    return TellPrivacy(
        book=SqlNotice(database, clock, SiteId(site.settings.site)),
        people=PeopleStore(database, clock),
        messages=SqlDestinations(database, clock),
        exports=export_targets(site, database, clock),
        ways=ways_of(site, database, clock),
        roles=site.settings.privacy.roles,
    )


@asynccontextmanager
async def privacy_of(site: Site) -> AsyncIterator[TellPrivacy]:
    """For one command."""
    database = Database(site.settings.database())
    try:
        yield build_privacy(site, database, SystemClock())
    finally:
        await database.close()
