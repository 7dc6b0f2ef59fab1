"""Wires the models as people see them: for the API, and for the command line."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from controller.adapters.database import Database
from controller.adapters.model_choice import ModelChoice
from controller.adapters.model_shelf import FolderShelf
from controller.adapters.own_processes import OwnProcesses
from controller.adapters.people_store import PeopleStore
from controller.adapters.rule_store import RuleStore
from controller.app.site import Site
from controller.flows.manage_models import ManageModels
from controller.flows.put_rules import PutRules
from shared.clock import Clock, SystemClock
from shared.ids import SiteId
from shared.mint import uuid7


def build_models(site: Site, database: Database, clock: Clock, rules: PutRules) -> ManageModels:
    """The models of a site, under what its settings say."""
    settings, folder = site.settings, site.data_dir / "models"
    return ManageModels(
        FolderShelf(folder),
        ModelChoice(folder, settings.model),
        rules,
        OwnProcesses(site.roles_file, site.model_file, settings.model),
        PeopleStore(database, clock),
        clock,
        settings.worker.models,
        frozenset(settings.anomaly.models.values()),
    )


@asynccontextmanager
async def models_of(site: Site) -> AsyncIterator[ManageModels]:
    """For one command."""
    settings, database, clock = site.settings, Database(site.settings.database()), SystemClock()
    processes = OwnProcesses(site.roles_file, site.model_file, settings.model)
    rules = PutRules(
        RuleStore(database, clock, SiteId(settings.site)), None, uuid7, processes, settings.anomaly.cameras
    )
    try:
        yield build_models(site, database, clock, rules)
    finally:
        await database.close()
