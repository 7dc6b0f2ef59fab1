"""Wires what moves to the second store as people see it, and makes a directory ready to be one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from controller.adapters.database import Database
from controller.adapters.directory_store import prepare_directory
from controller.adapters.move_rules import SqlMoveRules
from controller.app.own_troubles import tell_tiers
from controller.app.site import Site
from controller.errors import Conflict
from controller.flows.manage_moves import ManageMoves
from controller.ports import State
from shared.clock import Clock, SystemClock
from shared.errors import Rejected
from shared.texts import say


def build_moves(site: Site, database: Database, clock: Clock) -> ManageMoves:
    """The rules of a site."""
    return ManageMoves(SqlMoveRules(database, clock), site.settings.store.second is not None)


@asynccontextmanager
async def moves_of(site: Site) -> AsyncIterator[ManageMoves]:
    """For one command."""
    database = Database(site.settings.database())
    try:
        yield build_moves(site, database, SystemClock())
    finally:
        await database.close()


async def read_second(site: Site) -> State | None:
    """SecondStoreOut; None: there is none, and nothing lies in one."""
    database = Database(site.settings.database())
    try:
        return await tell_tiers(site, database, SystemClock()).state()
    finally:
        await database.close()


def prepare_second(site: Site) -> Path:
    """Make an empty directory the second store of a site; its mount has to be there."""
    second = site.settings.store.second
    if second is None:
        raise Conflict("second", say("second_store_none"))
    if second.kind != "directory" or second.path is None:
        raise Rejected("store.second.kind", "is s3: make its bucket by the store's own means")
    prepare_directory(second.path, "store.second.path")
    return second.path
