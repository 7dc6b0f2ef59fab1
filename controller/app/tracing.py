"""Wires the spans of a role: where the settings name a collector they go there, to another machine by an open way."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from controller.adapters.database import Database
from controller.app.site import Site
from controller.app.ways import traces_door
from shared.clock import SystemClock
from shared.span_sender import collecting


@asynccontextmanager
async def tracing(site: Site, role: str) -> AsyncIterator[None]:
    """While this lasts, the role's spans are collected."""
    if site.settings.tracing.endpoint is None:
        yield
        return
    database = Database(site.settings.database())
    try:
        door = traces_door(site, database, SystemClock())
        async with collecting(site.settings.tracing, f"cctv-{role}", door.through, site=site.settings.site):
            yield
    finally:
        await database.close()
