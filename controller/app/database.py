"""Wires the database's schema for the command line and for `cctv up`."""

import asyncio
from pathlib import Path

from controller.adapters.alarm_numbers import AlarmNumbers
from controller.adapters.database import Database
from controller.adapters.people_store import PeopleStore
from controller.adapters.schema import current_revision, migrate
from controller.app.site import Site
from controller.app.ways import ways_of
from shared.clock import SystemClock
from shared.ids import SiteId


async def migrate_site(site: Site, revision: str = "head") -> tuple[str | None, Path | None]:
    """Bring the schema to `revision`; the revision it has then, and the copy of a SQLite file made before."""
    url = site.settings.database()
    copy = await asyncio.to_thread(migrate, url, revision)
    if revision == "head":
        database = Database(url)
        try:
            name = SiteId(site.settings.site)
            await PeopleStore(database, SystemClock()).prepare_site(name)
            await ways_of(site, database, SystemClock()).take_over()
            await AlarmNumbers(database, name, site.alarm_number_file).leap()
        finally:
            await database.close()
    return await asyncio.to_thread(current_revision, url), copy
