"""Wires the role broker: the embedded one on loopback, or mosquitto as our child."""

import asyncio

from controller.adapters.embedded_broker import EmbeddedBroker
from controller.adapters.heartbeat import Heartbeat
from controller.adapters.mosquitto import Mosquitto, MosquittoTls
from controller.app.site import Site
from shared.errors import Rejected, Transient

_PROBE_S = 1.0
_SILENT_PROBES = 4


async def run_broker(site: Site, heart: Heartbeat) -> None:
    """Serve until cancelled; `Transient` when the broker ends or no longer answers."""
    if site.settings.broker.kind != "external":
        site.users.renew()
    match site.settings.broker.kind:
        case "embedded":
            await _embedded(site, heart)
        case "mosquitto":
            await _mosquitto(site, heart)
        case "external":
            raise Rejected("broker.kind", "is external: somebody else starts that broker")


async def _embedded(site: Site, heart: Heartbeat) -> None:
    broker = EmbeddedBroker(site.settings.broker.port, site.broker_dir)
    await broker.start()
    heart.ready()
    try:
        await asyncio.Event().wait()
    finally:
        await broker.stop()


async def _mosquitto(site: Site, heart: Heartbeat) -> None:
    settings = site.settings.broker
    tls = None
    if site.broker_tls:
        tls = MosquittoTls(site.tls_dir / "ca.pem", site.tls_dir / "server.pem", site.tls_dir / "server-key.pem")
    broker = Mosquitto(settings.host, settings.port, site.broker_dir, tls)
    try:
        await broker.start()
        heart.ready()
        await _watch(broker, site)
    finally:
        await broker.stop()


async def _watch(broker: Mosquitto, site: Site) -> None:
    """Probe it each second, and let it read the users again when they change."""
    silent, stamp = 0, site.users.password_file.stat().st_mtime_ns
    while silent < _SILENT_PROBES:
        await asyncio.sleep(_PROBE_S)
        if broker.ended:
            raise Transient("mosquitto ended")
        silent = 0 if await broker.answers(_PROBE_S) else silent + 1
        changed = site.users.password_file.stat().st_mtime_ns
        if changed != stamp:
            stamp = changed
            broker.reload()
    raise Transient("mosquitto no longer answers")
