"""Wires what is told of storage, for the API, for who watches, and for the command line."""

from controller.adapters.database import Database
from controller.adapters.disk_room import DiskRoom
from controller.adapters.keep_rules import SqlKeepRules
from controller.adapters.queries import Queries
from controller.adapters.storage_reads import StorageReads
from controller.app.site import Site
from controller.flows.tell_storage import KEPT_MS, TellStorage
from controller.ports import State
from shared.clock import Clock, SystemClock


def tell_storage(site: Site, database: Database, clock: Clock, *, kept_ms: int = KEPT_MS) -> TellStorage:
    """How full the site's store is; counted anew every `kept_ms` at most."""
    settings = site.settings
    room = DiskRoom(settings.store_path if settings.store.kind == "directory" else None)
    kept = settings.retention
    rules = SqlKeepRules(database, clock, kept.days)
    reads, nodes = StorageReads(database), Queries(database)
    return TellStorage(reads, nodes, room, clock, settings.store.kind, kept.days, kept.quota_bytes, kept_ms, rules)


async def read_storage(site: Site) -> State:
    """StorageOut, straight from the database of a local site."""
    database = Database(site.settings.database())
    try:
        return await tell_storage(site, database, SystemClock()).state()
    finally:
        await database.close()
