"""Wires destinations for the command line: straight to the database of a local site."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from controller.adapters.broker_users import mint_password
from controller.adapters.database import Database
from controller.adapters.delivery_store import SqlReceipts
from controller.adapters.destination_store import SqlDestinations
from controller.adapters.outgoing import refuse_private
from controller.adapters.seal import Seal
from controller.adapters.senders import check_address
from controller.app.site import Site
from controller.flows.manage_destinations import ManageDestinations
from controller.ports import Bell
from shared.clock import Clock, SystemClock
from shared.mint import uuid7


def build_destinations(site: Site, database: Database, bell: Bell | None, clock: Clock) -> ManageDestinations:
    """Everything that managing destinations needs."""
    return ManageDestinations(
        SqlDestinations(database, clock),
        SqlReceipts(database, clock, uuid7),
        lambda: Seal(site.notify_key()),
        check_address,
        mint_password,
        bell,
        clock,
        refuse_private,
    )


@asynccontextmanager
async def destinations_of(site: Site) -> AsyncIterator[ManageDestinations]:
    """The same for one command."""
    database = Database(site.settings.database())
    try:
        yield build_destinations(site, database, None, SystemClock())
    finally:
        await database.close()
