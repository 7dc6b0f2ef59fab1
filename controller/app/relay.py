"""Wires the role relay: the live hub between nodes, workers and viewers."""

import asyncio

import uvicorn

from controller.adapters.database import Database
from controller.adapters.heartbeat import Heartbeat
from controller.adapters.live_commands import MqttLiveCommands
from controller.adapters.live_gate import KeyringGate
from controller.adapters.node_store import NodeStore
from controller.adapters.people_store import PeopleStore
from controller.adapters.sessions import Keyring
from controller.api.live import WS_LIMITS, build_relay_app
from controller.app.site import Site
from controller.flows.relay import Relay
from shared.broker import Session
from shared.clock import SystemClock

_READY_POLL_S = 0.02


async def run_relay(site: Site, heart: Heartbeat) -> None:
    """Serve until cancelled."""
    clock = SystemClock()
    database = Database(site.settings.database())
    session = Session(site.broker_address("relay"))
    relay = Relay(MqttLiveCommands(session, clock), clock)
    gate = KeyringGate(
        Keyring(site.session_key(), clock), PeopleStore(database, clock), NodeStore(database, clock), clock
    )
    listen = site.settings.relay
    config = uvicorn.Config(
        build_relay_app(relay, gate),
        host=listen.host,
        port=listen.port,
        log_level="warning",
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=1,
        **WS_LIMITS,
    )
    server = uvicorn.Server(config)
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(session.run(), name="broker session")
            tasks.create_task(relay.run(), name="tend streams")
            serving = tasks.create_task(server._serve(), name="serve")  # noqa: SLF001 - serve() would take our signals
            while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn has no event for it
                await asyncio.sleep(_READY_POLL_S)
            heart.ready()
    finally:
        await database.close()
