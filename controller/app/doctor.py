"""Wires the examination of a whole site for the command line: nothing is measured here that is not told elsewhere."""

import asyncio

from controller.adapters.database import Database
from controller.adapters.job_queue import JobQueue
from controller.adapters.lease_store import SqlLeaseStore
from controller.adapters.own_processes import OwnProcesses
from controller.adapters.queries import Queries
from controller.adapters.schema import current_revision, newest_revision
from controller.adapters.watch_store import SqlWatchStore
from controller.app.certificates import build_certificates
from controller.app.machine import read_machine
from controller.app.notify import policies
from controller.app.own_troubles import own_troubles
from controller.app.site import Site
from controller.app.storage import tell_storage
from controller.app.stores import open_store
from controller.app.trouble_bounds import trouble_bounds
from controller.core.checkup import LEASES, Finding, Known, findings, reach, schema
from controller.core.conditions import look
from controller.flows.see_signs import see_signs
from controller.flows.watch_objects import WatchObjects
from controller.flows.watch_system import WatchVerification
from controller.ports import State
from shared.clock import SystemClock
from shared.errors import CctvError
from shared.ids import SiteId
from shared.mint import uuid7


async def examine(site: Site) -> list[Finding]:
    """Whatever can be seen: behind a database that is away or of another version, nothing more can."""
    told = Finding("settings", "ok", f"{site.config_file}: site {site.settings.site}")
    try:
        now = await asyncio.to_thread(current_revision, site.settings.database())
    except CctvError as fault:
        machine = (await read_machine(site)).machine
        others = [one for one in reach(machine) if one.what != "database"]
        return [told, Finding("database", "fail", str(fault)), *others]
    needed = await asyncio.to_thread(newest_revision)
    if now != needed:
        return [told, schema(now, needed)]
    found = await read_machine(site)
    machine = found.machine
    there = [told, *reach(machine)]
    if found.load is None:
        return there
    return [*there, schema(now, needed), *findings(await _known(site, machine))]


async def _known(site: Site, machine: State) -> Known:
    settings, clock = site.settings, SystemClock()
    database = Database(settings.database())
    try:
        leases = SqlLeaseStore(database, clock)
        objects = WatchObjects(lambda: open_store(site, database, clock), clock)
        processes = OwnProcesses(site.roles_file, site.model_file, settings.model)
        watch = SqlWatchStore(database, clock, SiteId(settings.site), policies(settings.watch), uuid7)
        sighting = await watch.sight()
        signs = await see_signs(
            sighting,
            WatchVerification(JobQueue(database, clock), processes, leases),
            tell_storage(site, database, clock),
            objects,
            own_troubles(site, database, clock),
            connected=machine["broker"]["connected"],
        )
        seen = look(signs, sighting.standing, trouble_bounds(settings.watch), clock.unix_ms())
        load = await JobQueue(database, clock).load()
        return Known(
            machine["version"],
            await Queries(database).nodes(),
            {key: one for key, one in seen.conditions.items() if not seen.out_of_sight(key)},
            [name for name in LEASES if await leases.any_held(f"{name}:{settings.site}")],
            load.parked,
            load.waiting,
            await build_certificates(site, clock).complaint(),
            settings.backup.nightly,
        )
    finally:
        await database.close()
