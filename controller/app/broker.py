"""Wires the role broker: the embedded one on loopback, or mosquitto as our child."""

import asyncio
from pathlib import Path

from controller.adapters.authority import CaFiles, SiteAuthority
from controller.adapters.broker_users import voided
from controller.adapters.certificates import pair_serves
from controller.adapters.embedded_broker import EmbeddedBroker
from controller.adapters.heartbeat import Heartbeat
from controller.adapters.mosquitto import Mosquitto, MosquittoTls
from controller.adapters.push_out import push_out
from controller.app.site import Site
from shared.clock import SystemClock
from shared.errors import Rejected, Transient

_PROBE_S = 1.0
_SILENT_PROBES = 4
_LIST_LOOK_MS = 6 * 3_600_000
_RELOADED_S = 0.5  # mosquitto reads its files in its next turn


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
    tls = _tls(site)
    broker = Mosquitto(settings.host, settings.port, site.broker_dir, tls)
    try:
        await broker.start()
        heart.ready()
        await _watch(broker, site)
    finally:
        await broker.stop()


def _tls(site: Site) -> MosquittoTls | None:
    if site.node_port is None:
        return None
    files = CaFiles(site.tls_dir, site.ca_seal_file)
    return MosquittoTls(files.ca_file, *_pair(site), site.node_port, files.list_file)


def _pair(site: Site) -> tuple[Path, Path]:
    """Certificate and key of the broker."""
    return site.tls_dir / "server.pem", site.tls_dir / "server-key.pem"


async def _watch(broker: Mosquitto, site: Site) -> None:
    """Probe it each second; when users or certificates change it reads them again, and who counts no more is cut.

    mosquitto that reads a certificate without its key takes no connection any more: a pair half written waits.
    """
    silent, stamps, users, clock = 0, _stamps(site), site.users.read(), SystemClock()
    look_ms = clock.monotonic_ms()
    while silent < _SILENT_PROBES:
        await asyncio.sleep(_PROBE_S)
        if site.node_port is not None and clock.monotonic_ms() >= look_ms:
            look_ms += _LIST_LOOK_MS
            authority = SiteAuthority(CaFiles(site.tls_dir, site.ca_seal_file))
            await asyncio.to_thread(authority.renew_list, clock.now())
        if broker.ended:
            raise Transient("mosquitto ended")
        silent = 0 if await broker.answers(_PROBE_S) else silent + 1
        changed = _stamps(site)
        if changed != stamps and (site.node_port is None or pair_serves(*_pair(site))):
            before, stamps, users = users, changed, site.users.read()
            broker.reload()
            await asyncio.sleep(_RELOADED_S)
            for node in voided(before, users):
                await push_out(site.broker_address("broker"), node)
    raise Transient("mosquitto no longer answers")


def _stamps(site: Site) -> tuple[int, ...]:
    files = [site.users.password_file, CaFiles(site.tls_dir, site.ca_seal_file).list_file, *_pair(site)]
    return tuple(file.stat().st_mtime_ns if file.exists() else 0 for file in files)
