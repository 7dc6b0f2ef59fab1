"""Wires what the command line tells nodes: the database, and a session at the broker."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager

from controller.adapters.database import Database
from controller.adapters.node_config_store import SqlNodeConfigs
from controller.adapters.node_orders import MqttNodeOrders
from controller.app.site import Site
from controller.flows.tend_nodes import TendNodes
from controller.ports import State
from shared.broker import Session
from shared.clock import SystemClock
from shared.errors import Transient
from shared.ids import NodeId

_CONNECT_S = 5.0

Waiting = Callable[[str], AbstractContextManager[None]]
"""Tells whoever sits there what is waited for."""


@asynccontextmanager
async def tending(site: Site, waiting: Waiting, patience_s: float | None = None) -> AsyncIterator[TendNodes]:
    """Everything that tending a node takes; `Transient` when the broker is away.

    `patience_s`: for how long every answer is waited for; None: by what was asked.
    """
    clock = SystemClock()
    database = Database(site.settings.database())
    session = Session(site.broker_address("cli"))
    tend = TendNodes(SqlNodeConfigs(database, clock), MqttNodeOrders(session, clock), patience_s=patience_s)
    connection = asyncio.create_task(session.run(), name="broker session")
    place = f"{site.settings.broker.host}:{site.settings.broker.port}"
    try:
        try:
            with waiting(f"the broker at {place}"):
                async with asyncio.timeout(_CONNECT_S):
                    await session.wait_connected()
        except TimeoutError:
            raise Transient(f"no broker at {place}: is `cctv up` running?") from None
        yield tend
    finally:
        connection.cancel()
        await asyncio.gather(connection, return_exceptions=True)
        await database.close()


async def wanted_settings(site: Site, name: NodeId) -> State:
    """NodeConfigOut, from the database alone: nobody at a broker is asked."""
    database = Database(site.settings.database())
    try:
        return await SqlNodeConfigs(database, SystemClock()).state(name)
    finally:
        await database.close()
