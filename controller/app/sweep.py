"""Wires the role sweep: retention by age and quota, one at a time per site."""

import structlog

from controller.adapters.database import Database
from controller.adapters.heartbeat import Heartbeat
from controller.adapters.lease_store import SqlLeaseStore
from controller.adapters.retention_store import SqlRetentionStore
from controller.app.site import Site
from controller.app.stores import open_store
from controller.core.retention import CLASSES, Retention
from controller.flows.lead import lead
from controller.flows.sweep import sweep
from shared.clock import SystemClock

log = structlog.get_logger("sweep")

_DAY_MS = 86_400_000


async def run_sweep(site: Site, heart: Heartbeat) -> None:
    """Sweep until cancelled."""
    clock = SystemClock()
    database = Database(site.settings.database())
    objects = await open_store(site, clock)
    kept = site.settings.retention
    retention = Retention(dict.fromkeys(CLASSES, kept.days * _DAY_MS), kept.quota_bytes)
    rows = SqlRetentionStore(database, clock)
    holder = site.holder("sweep", supervised=heart.supervised)
    heart.ready()
    try:
        await lead(
            SqlLeaseStore(database, clock),
            f"sweep:{site.settings.site}",
            holder,
            clock,
            lambda: sweep(rows, objects, clock, retention, _tell),
        )
    finally:
        await database.close()


def _tell(gone: int) -> None:
    if gone:
        log.info("swept", runs=gone)
