"""Wires the role sweep: retention, deletions, scrub, moves, seals, the nightly backup; one at a time per site."""

import asyncio
from functools import partial

import structlog

from controller.adapters.database import Database
from controller.adapters.deletion_store import SqlDeletions
from controller.adapters.feature_store import SqlFeatures
from controller.adapters.heartbeat import Heartbeat
from controller.adapters.keep_rules import SqlKeepRules
from controller.adapters.lease_store import SqlLeaseStore, under
from controller.adapters.move_rules import SqlMoveRules
from controller.adapters.retention_store import SqlRetentionStore
from controller.adapters.scratch import forget_files
from controller.adapters.scrub_rows import SqlScrubRows
from controller.adapters.sweep_plan import SqlSweepGuard
from controller.adapters.tier_rows import SqlTierRows
from controller.app.audit import seal_audit
from controller.app.nightly import nightly
from controller.app.site import Site
from controller.app.stores import open_store, second_store
from controller.core.lease import Term
from controller.core.retention import Retention
from controller.core.tiers import Moves
from controller.flows.delete_footage import delete_wanted
from controller.flows.lead import lead
from controller.flows.move_tiers import MoveTiers
from controller.flows.scrub_store import ScrubStore
from controller.flows.sweep import sweep
from shared.clock import SystemClock

log = structlog.get_logger("sweep")


async def run_sweep(site: Site, heart: Heartbeat) -> None:
    """Sweep until cancelled."""
    clock = SystemClock()
    database = Database(site.settings.database())
    objects = await open_store(site, database, clock)
    kept = site.settings.retention
    term = Term(f"sweep:{site.settings.site}", site.holder("sweep", supervised=heart.supervised))
    led = under(database, clock, term)
    rules = SqlKeepRules(led, clock, kept.days)
    rows = SqlRetentionStore(led, clock)
    deletions = SqlDeletions(led, clock)
    move_rules = SqlMoveRules(led, clock)
    second = second_store(site, clock)

    async def retention() -> Retention:
        return (await rules.keeping()).retention(kept.quota_bytes)

    async def moving() -> tuple[Moves, Retention]:
        return await move_rules.moves(), await retention()

    async def work() -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(
                sweep(rows, SqlSweepGuard(led, clock), objects, clock, retention, _tell), name="retention"
            )
            forget = partial(forget_files, [site.data_dir / "cache" / made for made in ("clips", "derived")], "*.mp4")
            tasks.create_task(delete_wanted(deletions, rows, objects, clock, forget), name="deletion")
            tasks.create_task(seal_audit(site, led, clock), name="audit")
            if day_bytes := site.settings.store.scrub_day_bytes:
                wanted = partial(SqlFeatures(database, clock).is_on, "scrub")
                scrub = ScrubStore(SqlScrubRows(led, clock), objects, clock, day_bytes, wanted)
                tasks.create_task(scrub.run(), name="scrub")
            if second is not None and site.settings.store.second is not None:
                s_bytes = site.settings.store.second.move_s_bytes
                folder = site.data_dir / "cache" / "moving"
                parts = SqlTierRows(led, clock), objects.first, second, clock, moving, folder, s_bytes
                tasks.create_task(MoveTiers(*parts).run(), name="tiers")
            if site.settings.backup.nightly:
                tasks.create_task(nightly(site, led, database, clock, term).run(), name="backup")

    heart.ready()
    try:
        await lead(SqlLeaseStore(database, clock), term, clock, work)
    finally:
        await database.close()


def _tell(gone: int) -> None:
    if gone:
        log.info("swept", runs=gone)
