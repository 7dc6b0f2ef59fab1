"""Wires `cctv broker config`: everything that a mosquitto of one's own needs to know of this site, in one folder."""

import asyncio
import secrets
from collections.abc import Sequence
from pathlib import Path

from controller.adapters.authority import CaFiles, SiteAuthority
from controller.adapters.broker_config import DYNAMIC, broker_configuration, dynamic_security
from controller.adapters.broker_users import CONTROLLER, BrokerUsers, hash_password, mint_password
from controller.adapters.certificates import broker_certificate
from controller.adapters.secret_files import write_secret
from controller.app.admission import admitting
from controller.app.nodes import list_nodes
from controller.app.site import Site
from shared.clock import SystemClock
from shared.errors import Rejected

_SALT_BYTES = 12


async def write_broker_config(
    site: Site, out: Path, place: Path, names: Sequence[str], listen: str, plugin: str | None
) -> list[str]:
    """The nodes that it lets in: those that are in, and those that are invited."""
    node_port = site.node_port
    if node_port is None:
        raise Rejected("broker.node_port", "is not set: say where your broker is to take nodes by certificate")
    nodes = {node.id for node in await list_nodes(site) if node.enabled and node.enrolled}
    async with admitting(site) as admission:
        nodes |= {str(one["node"]) for one in await admission.on_their_way()}
        await admission.publish()
    await asyncio.to_thread(_write, site, sorted(nodes), out, names, plugin)
    text = broker_configuration(place, listen, site.settings.broker.port, node_port, plugin=plugin)
    await asyncio.to_thread(write_secret, out / "cctv.conf", text.rstrip("\n"))
    return sorted(nodes)


def _write(site: Site, nodes: Sequence[str], out: Path, names: Sequence[str], plugin: str | None) -> None:
    files, now = CaFiles(site.tls_dir, site.ca_seal_file), SystemClock().now()
    SiteAuthority(files).renew_list(now)
    ours = _hashed(site.broker_address("config").password)
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    if plugin is None:
        BrokerUsers(out).replace({CONTROLLER: ours} | {node: _hashed(mint_password()) for node in nodes})
    else:
        write_secret(out / DYNAMIC, dynamic_security(nodes, ours).rstrip("\n"))
    if not (out / "server.pem").exists():
        certificate, key = broker_certificate(site.tls_dir, names, now, site.ca_seal_file)
        write_secret(out / "server-key.pem", key)
        write_secret(out / "server.pem", certificate)
    for file in (files.ca_file, files.list_file):
        write_secret(out / file.name, file.read_text(encoding="ascii").rstrip("\n"))


def _hashed(password: str) -> str:
    return hash_password(password, secrets.token_bytes(_SALT_BYTES))
