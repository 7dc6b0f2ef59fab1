"""Wires requests for footage for the command line: straight to the database of a local site."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from controller.adapters.database import Database
from controller.adapters.request_store import SqlRequestStore
from controller.app.site import Site
from controller.flows.request_footage import RequestFootage
from controller.ports import State
from shared.clock import SystemClock


@asynccontextmanager
async def _requests(site: Site) -> AsyncIterator[RequestFootage]:
    database, clock = Database(site.settings.database()), SystemClock()
    try:
        yield RequestFootage(SqlRequestStore(database, clock), clock)
    finally:
        await database.close()


async def request_footage(site: Site, camera: str, from_ms: int, to_ms: int, who: str) -> State:
    """Ask for a span of a camera's footage."""
    async with _requests(site) as requests:
        return await requests.make(camera, from_ms, to_ms, who)


async def list_requests(site: Site, limit: int) -> list[State]:
    """The newest requests."""
    async with _requests(site) as requests:
        found: list[State] = (await requests.page(camera=None, cursor=None, limit=limit))["items"]
        return found
