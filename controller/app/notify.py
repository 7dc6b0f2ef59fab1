"""Wires the role notify: alarms and verdicts to third parties on MQTT."""

import asyncio

from controller.adapters.bell import MqttBell
from controller.adapters.database import Database
from controller.adapters.feed import Feed
from controller.adapters.heartbeat import Heartbeat
from controller.adapters.lease_store import SqlLeaseStore
from controller.adapters.queries import Queries
from controller.app.site import Site
from controller.flows.lead import lead
from controller.flows.notify import Notify
from shared.broker import Session
from shared.clock import SystemClock


async def run_notify(site: Site, heart: Heartbeat) -> None:
    """Tell until cancelled; one process per site does."""
    clock = SystemClock()
    database = Database(site.settings.database())
    session = Session(site.broker_address("notify"))
    bell = MqttBell(session, clock, "feed")
    notify = Notify(Feed(database), Queries(database), session, bell, clock, site.settings.site)
    holder = site.holder("notify", supervised=heart.supervised)
    heart.ready()
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(session.run(), name="broker session")
            leading = lead(SqlLeaseStore(database, clock), f"notify:{site.settings.site}", holder, clock, notify.run)
            tasks.create_task(leading, name="notify")
    finally:
        await database.close()
