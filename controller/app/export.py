"""Wires the role export: footage as files, one export at a time per site."""

import asyncio
from functools import partial
from importlib.metadata import version
from zoneinfo import ZoneInfo

from controller.adapters.archive_jobs import SqlArchiveJobs
from controller.adapters.database import Database
from controller.adapters.export_jobs import SqlExportJobs
from controller.adapters.heartbeat import Heartbeat
from controller.adapters.lease_store import SqlLeaseStore, under
from controller.adapters.mosaic_stills import MosaicStills
from controller.adapters.notary import SiteNotary
from controller.app.export_targets import export_targets
from controller.app.exports import export_folder
from controller.app.site import Site
from controller.app.stores import open_store
from controller.core.lease import Term
from controller.flows.export import MakeExports
from controller.flows.lead import lead
from controller.flows.run_archives import RunArchives
from controller.flows.send_export import SendExport
from shared.clock import SystemClock


async def run_export(site: Site, heart: Heartbeat) -> None:
    """Make exports until cancelled."""
    clock, settings = SystemClock(), site.settings
    database = Database(settings.database())
    term = Term(f"export:{settings.site}", site.holder("export", supervised=heart.supervised))
    led = under(database, clock, term)
    jobs = SqlExportJobs(
        led,
        clock,
        site=settings.site,
        version=version("sht-cctv"),
        wait_ms=round(settings.export.wait_s * 1000),
        keep_days=settings.export.keep_days,
    )
    sender = SendExport(export_targets(site, database, clock))
    zone = ZoneInfo(settings.notify.timezone)
    notary = partial(SiteNotary, site.audit_key_file, settings.site, zone, site.tls_dir / "ca.pem")
    work = MakeExports(
        jobs, export_folder(site), await open_store(site, database, clock), clock, sender, zone, notary, MosaicStills()
    )
    archives = RunArchives(SqlArchiveJobs(led, clock, zone), clock)

    async def both() -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(work.run(), name="exports")
            tasks.create_task(archives.run(), name="archives")

    heart.ready()
    try:
        await lead(SqlLeaseStore(database, clock), term, clock, both)
    finally:
        await database.close()
