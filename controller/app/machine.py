"""Wires what is told of the controller's machine, for the API and for the command line."""

import asyncio
import os
from dataclasses import dataclass
from importlib.metadata import version

from controller.adapters.broker_figures import BrokerFigures
from controller.adapters.database import Database
from controller.adapters.gpu import Gpus
from controller.adapters.job_queue import JobQueue
from controller.adapters.machine_reads import MachineReads
from controller.adapters.own_processes import OwnProcesses
from controller.adapters.process_figures import ProcessTable
from controller.adapters.statement_times import StatementTimes
from controller.app.own_troubles import tell_backups, tell_tiers
from controller.app.site import Site
from controller.app.stores import build_rooms, open_store
from controller.core.queues import JobLoad
from controller.flows.tell_machine import StoreFacts, StoreHead, TellMachine
from controller.ports import State
from shared.broker import Session
from shared.clock import Clock, SystemClock

_TOLD_S = 2.0
_LOOK_S = 0.5


def build_machine(
    site: Site,
    database: Database,
    store: StoreHead,
    processes: OwnProcesses,
    clock: Clock,
    broker: BrokerFigures | None,
    *,
    own: str | None = "api",
) -> TellMachine:
    """`own`: what this process is called where nobody supervises it; None: it is not told."""
    settings = site.settings
    room = build_rooms(site)["store"]

    def pids() -> dict[str, int]:
        found = processes.pids()
        if own is None:
            return found
        return {**found, "supervisor": os.getppid()} if found else {own: os.getpid()}

    return TellMachine(
        Gpus(),
        broker,
        store,
        room,
        StoreFacts(settings.store.kind, settings.retention.quota_bytes),
        MachineReads(database, clock),
        None if own is None else StatementTimes(database.engine, clock),
        ProcessTable(clock),
        pids,
        clock,
        version("sht-cctv"),
    )


@dataclass(frozen=True, slots=True)
class Told:
    """MachineOut, and what the database knows beside it: how the queues stand, SiteBackupOut, SecondStoreOut.

    None of the latter while the database is away; `second` is None too where there is no second store.
    """

    machine: State
    load: JobLoad | None = None
    backup: State | None = None
    second: State | None = None


async def read_machine(site: Site) -> Told:
    """How it is with the machine, from any machine of the site."""
    clock, settings = SystemClock(), site.settings
    database = Database(settings.database())
    session = Session(site.broker_address("status"))
    broker = BrokerFigures(session, clock)
    running = asyncio.create_task(session.run(), name="broker session")
    try:
        store = await open_store(site, database, clock, probe=False)
        processes = OwnProcesses(site.roles_file, site.model_file, settings.model)
        machine = build_machine(site, database, store, processes, clock, broker, own=None)
        await _settled(session)
        machine.processes.figures(machine.pids())
        await asyncio.sleep(_LOOK_S)
        state = await machine.state()
        if not state["database"]["reachable"]:
            return Told(state)
        load = await JobQueue(database, clock).load()
        own = tell_backups(site, database, clock), tell_tiers(site, database, clock)
        return Told(state, load, await own[0].state(), await own[1].state())
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await database.close()


def resting_roles(site: Site) -> list[str]:
    """Roles that this machine's supervisor has, and that do not run; none where nobody supervises."""
    processes = OwnProcesses(site.roles_file, site.model_file, site.settings.model)
    return [str(one["name"]) for one in processes.roles() if one.get("state") != "running"]


async def _settled(session: Session) -> None:
    """What a broker keeps of its figures comes right after we have subscribed."""
    try:
        async with asyncio.timeout(_TOLD_S):
            await session.wait_connected()
    except TimeoutError:
        return
    await asyncio.sleep(_LOOK_S)
