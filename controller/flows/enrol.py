"""Enrol: a new node gets a key, a credential at the broker, and a file that holds both."""

from collections.abc import Callable
from dataclasses import dataclass

from controller.core.node_file import NodeFile, write_node_file
from controller.ports import BrokerCredentials, NodeBook
from shared.errors import Rejected
from shared.ids import SiteId, parse_name, parse_node

RESERVED = frozenset({"controller", "site"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node finds its controller."""

    site: SiteId
    controller_url: str
    broker_host: str
    broker_port: int
    ca_pem: str | None


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Lets nodes in; doing it again for the same name replaces its key and its password."""

    nodes: NodeBook
    broker: BrokerCredentials
    make_keys: Callable[[], tuple[str, str]]  # private PEM, public PEM
    make_password: Callable[[], str]

    async def enrol(self, name: str, cameras: tuple[tuple[str, str], ...], place: Place, who: str) -> str:
        """Return the text of the node's configuration file: the only copy of its secrets."""
        node = parse_node(name, "name")
        if node in RESERVED:
            raise Rejected("name", f"{name!r} is reserved: choose another")
        names = [parse_name("camera", camera) for camera, _ in cameras]
        if len(set(names)) != len(names):
            raise Rejected("camera", "two cameras have the same name")
        private_pem, public_pem = self.make_keys()
        password = self.make_password()
        await self.nodes.enrol(node, public_pem, who)
        self.broker.set(node, password)
        return write_node_file(
            NodeFile(
                site=place.site,
                node=node,
                controller_url=place.controller_url,
                broker_host=place.broker_host,
                broker_port=place.broker_port,
                broker_password=password,
                key_pem=private_pem,
                ca_pem=place.ca_pem,
                cameras=cameras,
                data_dir=f"{node}-data",
            )
        )
