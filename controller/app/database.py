"""Wires the database's schema for the command line and for `cctv up`."""

import asyncio
from pathlib import Path

from controller.adapters.alarm_numbers import AlarmNumbers
from controller.adapters.database import Database, parse_database_url
from controller.adapters.people_store import PeopleStore
from controller.adapters.schema import current_revision, is_blank, migrate
from controller.app.site import Site
from controller.app.ways import ways_of
from shared.clock import SystemClock
from shared.errors import Broken
from shared.ids import SiteId


async def migrate_site(site: Site, revision: str = "head") -> tuple[str | None, Path | None]:
    """Bring the schema to `revision`; the revision it has then, and the copy of a SQLite file made before.

    `Broken` where the database is blank and the site has lived: an empty one would know nothing of what is stored.
    """
    url = site.settings.database()
    lived = [file for file in (site.audit_heads_file, site.alarm_number_file) if file.exists()]
    blank = await asyncio.to_thread(is_blank, url) if lived else False
    if blank:
        raise Broken(
            f"database: there is none, or an empty one, at {parse_database_url(url).render_as_string()}, and "
            f"{lived[0]} tells that this site had one: cctv backup restore puts a backup back. "
            f"To begin anew without it, take {' and '.join(map(str, lived))} away"
        )
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
