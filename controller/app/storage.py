"""Wires what is told of storage, for the API, for who watches, and for the command line."""

from controller.adapters.database import Database
from controller.adapters.keep_rules import SqlKeepRules
from controller.adapters.queries import Queries
from controller.adapters.storage_reads import StorageReads
from controller.app.own_troubles import tell_backups, tell_scrub, tell_tiers
from controller.app.site import Site
from controller.app.stores import build_rooms, open_store
from controller.flows.tell_storage import KEPT_MS, TellStorage
from controller.flows.watch_objects import WatchObjects
from controller.ports import State
from shared.clock import Clock, SystemClock


def tell_storage(
    site: Site, database: Database, clock: Clock, *, kept_ms: int = KEPT_MS, objects: WatchObjects | None = None
) -> TellStorage:
    """How full the site's store is; counted anew every `kept_ms` at most."""
    settings = site.settings
    room = build_rooms(site)["store"]
    kept = settings.retention
    rules = SqlKeepRules(database, clock, kept.days)
    reads, nodes = StorageReads(database), Queries(database)
    bounds = (settings.store.kind, kept.days, kept.quota_bytes, kept_ms)
    own = tell_backups(site, database, clock), tell_scrub(site, database, clock), tell_tiers(site, database, clock)
    return TellStorage(reads, nodes, room, clock, *bounds, rules, objects, *own)


async def read_storage(site: Site) -> State:
    """StorageOut, straight from the database of a local site."""
    database = Database(site.settings.database())
    try:
        clock = SystemClock()
        looked = WatchObjects(lambda: open_store(site, database, clock), clock)
        return await tell_storage(site, database, clock, objects=looked).state()
    finally:
        await database.close()
