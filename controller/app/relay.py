"""Wires the role relay: the live hub between nodes, workers and viewers."""

import asyncio

from controller.adapters.database import Database
from controller.adapters.feature_store import SqlFeatures
from controller.adapters.heartbeat import Heartbeat
from controller.adapters.http_server import serve_http
from controller.adapters.live_commands import MqttLiveCommands
from controller.adapters.live_gate import KeyringGate
from controller.adapters.node_store import NodeStore
from controller.adapters.session_store import SqlSessions
from controller.adapters.sessions import Keyring
from controller.api.live import WS_LIMITS, build_relay_app
from controller.app.site import Site
from controller.flows.hand_pieces import HandPieces
from controller.flows.relay import Relay
from shared.broker import Session
from shared.clock import SystemClock


async def run_relay(site: Site, heart: Heartbeat) -> None:
    """Serve until cancelled."""
    clock = SystemClock()
    database = Database(site.settings.database())
    session = Session(site.broker_address("relay"))
    commands = MqttLiveCommands(session, clock)
    relay = Relay(commands, clock, shared=site.settings.relay.shared)
    keyring = Keyring(site.session_key(), clock)
    sessions = SqlSessions(database, clock, site.settings.login.lasting, site.settings.login.second_factor)
    nodes, features = NodeStore(database, clock), SqlFeatures(database, clock)
    gate = KeyringGate(keyring, sessions, nodes, features, clock, site.settings.privacy.roles)
    listen = site.settings.relay
    app = build_relay_app(relay, gate, HandPieces(commands))
    serving = serve_http(app, listen.host, listen.port, on_ready=heart.ready, limits=WS_LIMITS)
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(session.run(), name="broker session")
            tasks.create_task(relay.run(), name="tend streams")
            tasks.create_task(serving, name="serve")
    finally:
        await database.close()
