"""Wires layouts of the live wall for the command line: straight to the database of a local site."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from controller.adapters.database import Database
from controller.adapters.layout_store import SqlLayouts
from controller.app.site import Site
from controller.flows.manage_exports import Asker
from controller.flows.manage_layouts import SITE, ManageLayouts
from controller.ports import State
from shared.clock import SystemClock


@asynccontextmanager
async def _layouts(site: Site) -> AsyncIterator[ManageLayouts]:
    database = Database(site.settings.database())
    try:
        yield ManageLayouts(SqlLayouts(database, SystemClock()))
    finally:
        await database.close()


async def site_layouts(site: Site) -> list[State]:
    """LayoutOut of each that everybody sees."""
    async with _layouts(site) as layouts:
        return await layouts.book.seen_by(SITE)


async def put_site_layout(
    site: Site, name: str, tiles: int, cameras: Sequence[str | None], turn_s: int, who: str
) -> State:
    """Make or replace the site's layout of this name; LayoutOut."""
    async with _layouts(site) as layouts:
        asker = Asker(who, admin=True)
        for known in await layouts.book.seen_by(SITE):
            if known["name"] == " ".join(name.split()):
                return await layouts.put(known["id"], name, tiles, cameras, turn_s, asker)
        return await layouts.add(name, tiles, cameras, turn_s, asker, shared=True)


async def remove_site_layout(site: Site, name: str, who: str) -> bool:
    """Forget the site's layout of this name; False when there is none."""
    async with _layouts(site) as layouts:
        for known in await layouts.book.seen_by(SITE):
            if known["name"] == name:
                await layouts.remove(known["id"], Asker(who, admin=True))
                return True
    return False
