"""Wires evidence holds for the command line: straight to the database of a local site."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from controller.adapters.database import Database
from controller.adapters.export_store import SqlExportStore
from controller.adapters.hold_store import SqlHoldStore
from controller.app.alarms import alarm_id
from controller.app.site import Site
from controller.flows.manage_exports import Asker
from controller.flows.manage_holds import ManageHolds
from controller.ports import State
from shared.clock import Clock, SystemClock


def build_holds(database: Database, clock: Clock) -> ManageHolds:
    """Holds as people see them."""
    return ManageHolds(SqlHoldStore(database, clock), clock, SqlExportStore(database, clock))


@asynccontextmanager
async def _holds(site: Site) -> AsyncIterator[ManageHolds]:
    database = Database(site.settings.database())
    try:
        yield build_holds(database, SystemClock())
    finally:
        await database.close()


async def add_hold(
    site: Site, camera: str, start_ms: int, end_ms: int, reason: str, who: str, *, lock: bool = False
) -> State:
    """HoldOut of a new one."""
    async with _holds(site) as holds:
        return await holds.add(camera, start_ms, end_ms, reason, Asker(who, admin=True), lock=lock)


async def hold_alarm(site: Site, alarm: str, reason: str, who: str, *, lock: bool = False) -> list[State]:
    """HoldOut of each camera that saw the alarm, by its number or id."""
    database = Database(site.settings.database())
    try:
        found = await alarm_id(database, alarm)
        return await build_holds(database, SystemClock()).add_alarm(found, reason, Asker(who, admin=True), lock=lock)
    finally:
        await database.close()


async def list_holds(site: Site, limit: int, *, released: bool) -> State:
    """HoldPage of the newest."""
    async with _holds(site) as holds:
        return await holds.book.page(released=released, cursor=None, limit=limit)


async def release_hold(site: Site, hold: str, who: str) -> State:
    """HoldOut of one that is released now."""
    async with _holds(site) as holds:
        return await holds.release(hold, Asker(who, admin=True, proven=False))
