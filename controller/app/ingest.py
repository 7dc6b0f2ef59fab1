"""Wires the role ingest: facts into the database, uploads confirmed, one at a time per site."""

import asyncio
from importlib.metadata import version

from controller.adapters.backfill_store import SqlBackfillStore
from controller.adapters.bell import MqttBell
from controller.adapters.database import Database
from controller.adapters.fact_seqs import SqlNodeMemory
from controller.adapters.fact_store import SqlFactStore
from controller.adapters.heartbeat import Heartbeat
from controller.adapters.job_queue import JobQueue
from controller.adapters.lease_store import SqlLeaseStore, under
from controller.adapters.led_wire import LedWire
from controller.adapters.node_config_store import SqlNodeConfigs
from controller.adapters.node_orders import MqttNodeOrders
from controller.adapters.rule_store import RuleStore
from controller.adapters.run_store import SqlRunStore
from controller.adapters.watch_jobs import SqlWatchJobs
from controller.app.site import Site
from controller.app.stores import open_store
from controller.core.lease import Term
from controller.flows.back_fill import BackFilling
from controller.flows.confirm import Confirm
from controller.flows.greet import Greeting
from controller.flows.ingest import Ingest
from controller.flows.keep_configs import KeepConfigs
from controller.flows.lead import lead
from controller.flows.plan_watches import PlanWatches
from controller.ports import ObjectStore
from shared.broker import Session
from shared.clock import Clock, SystemClock
from shared.ids import SiteId
from shared.messages import ControllerStatus
from shared.mint import uuid7
from shared.topics import CONFIG_REPORTED, CONTROLLER_STATUS

_LEAVE_S = 0.5


async def run_ingest(site: Site, heart: Heartbeat) -> None:
    """Take facts until cancelled; while another process leads, wait."""
    clock = SystemClock()
    database = Database(site.settings.database())
    objects = await open_store(site, database, clock)
    term = Term(f"ingest:{site.settings.site}", site.holder("ingest", supervised=heart.supervised))
    led = under(database, clock, term)
    heart.ready()
    try:
        await lead(SqlLeaseStore(database, clock), term, clock, lambda: _ingest(site, led, objects, clock, term))
    finally:
        await database.close()


async def _ingest(site: Site, database: Database, objects: ObjectStore, clock: Clock, term: Term) -> None:
    gone = ControllerStatus(id=uuid7(), at=clock.now(), state="offline")
    session = Session(site.broker_address("ingest"), will=(CONTROLLER_STATUS.topic(), CONTROLLER_STATUS.encode(gone)))
    wire, bell = LedWire(session, clock, term), MqttBell(session, clock)
    own = SiteId(site.settings.site)
    ingest = Ingest(SqlFactStore(database, clock, own), objects, wire, bell, clock, version=version("sht-cctv"))
    runs = SqlRunStore(database, clock, own)
    confirm = Confirm(runs, JobQueue(database, clock), objects, wire, bell, clock, uploaded=ingest.uploaded)
    greeting = Greeting(SqlNodeMemory(database, clock), wire, clock)
    back_filling = BackFilling(SqlBackfillStore(database, clock), wire, clock)
    for flow in (ingest, greeting, back_filling):
        flow.listen()
    configs = KeepConfigs(SqlNodeConfigs(database, clock), MqttNodeOrders(wire, clock, asks=False), clock)
    watches = PlanWatches(SqlWatchJobs(database, clock), RuleStore(database, clock, own), bell, clock)
    session.listen(CONFIG_REPORTED, configs.heard)
    session.on_connected(ingest.announce)
    session.on_connected(configs.connected)
    connection = asyncio.create_task(session.run(), name="broker session")
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(ingest.run(), name="ingest")
            tasks.create_task(confirm.run(), name="confirm")
            tasks.create_task(greeting.run(), name="greet")
            tasks.create_task(back_filling.run(), name="back-fill")
            tasks.create_task(configs.run(), name="configs")
            tasks.create_task(watches.run(), name="watches")
    finally:
        if session.connected:
            try:
                async with asyncio.timeout(_LEAVE_S):
                    await ingest.leave()
            except TimeoutError:
                pass  # the last will says the same
        connection.cancel()
        await asyncio.gather(connection, return_exceptions=True)
