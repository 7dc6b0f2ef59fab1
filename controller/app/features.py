"""Wires the site's feature flags: for the API, and for the command line."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from controller.adapters.database import Database
from controller.adapters.feature_store import SqlFeatures
from controller.app.site import Site
from controller.flows.switch_features import SwitchFeatures
from shared.clock import SystemClock


@asynccontextmanager
async def features_of(site: Site) -> AsyncIterator[SwitchFeatures]:
    """For one command."""
    database = Database(site.settings.database())
    try:
        yield SwitchFeatures(SqlFeatures(database, SystemClock()))
    finally:
        await database.close()
