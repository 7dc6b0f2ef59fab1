"""Wires enrolment and revocation for the command line: the database, the broker's users and the node's file."""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from ipaddress import ip_address
from urllib.parse import urlsplit

from controller.adapters.broker_users import mint_password
from controller.adapters.database import Database
from controller.adapters.node_keys import make_node_keys
from controller.adapters.node_store import Node, NodeStore
from controller.app.admission import admitting
from controller.app.site import Site
from controller.core.node_file import NodeCamera
from controller.flows.enrol import RESERVED, Enrolment, Place
from shared.clock import SystemClock
from shared.errors import Rejected
from shared.ids import NodeId, SiteId, parse_node

_HOST_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?")
_EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared, not bound


async def enrol_node(site: Site, name: str, cameras: tuple[NodeCamera, ...], who: str, *, renew: bool = False) -> str:
    """Enrol a node and return its configuration file's text; `renew`: even if another file becomes void by it."""
    if site.settings.broker.kind == "external":
        raise Rejected("broker.kind", "is external: make the node's credential there and write its file by hand")
    async with _nodes(site) as nodes:
        enrolment = Enrolment(nodes, site.users, make_node_keys, mint_password)
        text = await enrolment.enrol(name, cameras, place_of(site), who, renew=renew)
    async with admitting(site) as admission:
        await admission.supersede(name, who)
    return text


def certify_node(site: Site, node: NodeId, called: Sequence[str]) -> tuple[str, str]:
    """Certificate and key for the own server of a node that is called by these addresses and names."""
    for name in called:
        if not (_is_address(name) or _HOST_NAME.fullmatch(name)):
            raise Rejected("--for", f"{name[:80]!r} is no address and no name")
    from controller.adapters.certificates import node_certificate  # a second of cryptography

    return node_certificate(site.tls_dir, node, called, SystemClock().now(), site.ca_seal_file)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


async def switch_node(site: Site, name: str, who: str, *, enabled: bool) -> None:
    """Shut a node out, its certificates and its account at our own broker included, or let its name in again.

    `Missing` without it. A node that was shut out has no account at the broker until it is enrolled anew.
    """
    node = parse_node(name, "name")
    if node in RESERVED:
        raise Rejected("name", f"{name!r} is no node")
    if not enabled:
        async with admitting(site) as admission:
            await admission.revoke(node, "disabled", who)
        return
    async with _nodes(site) as nodes:
        await nodes.switch(node, who, enabled=True)


async def list_nodes(site: Site) -> list[Node]:
    """Every node that is known."""
    async with _nodes(site) as nodes:
        return await nodes.nodes()


@asynccontextmanager
async def _nodes(site: Site) -> AsyncIterator[NodeStore]:
    database = Database(site.settings.database())
    try:
        yield NodeStore(database, SystemClock())
    finally:
        await database.close()


def place_of(site: Site) -> Place:
    """Where nodes find this controller."""
    settings, ca_file = site.settings, site.broker_ca()
    host = settings.broker.host
    if host in _EVERYWHERE:
        host = urlsplit(settings.base_url).hostname or "127.0.0.1"
    ca_pem = None if ca_file is None else ca_file.read_text(encoding="ascii")
    return Place(SiteId(settings.site), settings.base_url, host, settings.broker.port, ca_pem)
