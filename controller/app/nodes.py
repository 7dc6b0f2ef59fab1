"""Wires enrolment for the command line: the database, the broker's users and the node's file."""

from urllib.parse import urlsplit

from controller.adapters.broker_users import mint_password
from controller.adapters.database import Database
from controller.adapters.node_keys import make_node_keys
from controller.adapters.node_store import NodeStore
from controller.app.site import Site
from controller.flows.enrol import Enrolment, Place
from shared.clock import SystemClock
from shared.errors import Rejected
from shared.ids import SiteId

_EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared, not bound


async def enrol_node(site: Site, name: str, cameras: tuple[tuple[str, str], ...], who: str) -> str:
    """Enrol a node and return its configuration file's text."""
    if site.settings.broker.kind == "external":
        raise Rejected("broker.kind", "is external: make the node's credential there and write its file by hand")
    database = Database(site.settings.database())
    try:
        enrolment = Enrolment(NodeStore(database, SystemClock()), site.users, make_node_keys, mint_password)
        return await enrolment.enrol(name, cameras, place_of(site), who)
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
