"""Enrol: a new node gets a key, a credential at the broker, and a file that holds both."""

from collections.abc import Callable
from dataclasses import dataclass

from controller.core.node_file import NodeCamera, NodeFile, write_node_file
from controller.ports import BrokerCredentials, NodeBook
from shared.camera_hosts import ANY_HOST
from shared.errors import Rejected
from shared.ids import SiteId, parse_name, parse_node
from shared.source_url import parse_source, parse_sub_source

_CAMERAS_MAX = 16  # what a node takes
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
    """Lets nodes in. Doing it again for the same name, which has to be wanted, replaces its key and its password."""

    nodes: NodeBook
    broker: BrokerCredentials
    make_keys: Callable[[], tuple[str, str]]  # private PEM, public PEM
    make_password: Callable[[], str]

    async def enrol(
        self, name: str, cameras: tuple[NodeCamera, ...], place: Place, who: str, *, renew: bool = False
    ) -> str:
        """Return the text of the node's configuration file: the only copy of its secrets.

        `Rejected` when the node is enrolled already and `renew` does not say that its first file may become void.
        """
        node = parse_node(name, "name")
        if node in RESERVED:
            raise Rejected("name", f"{name!r} is reserved: choose another")
        check_cameras(cameras)
        if not renew and await self.nodes.enrolled(node):
            raise Rejected("name", f"{node!r} is enrolled, and a new file makes its first one void: --renew if so")
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
                film_folders=_folders(cameras),
            )
        )


def check_cameras(cameras: tuple[NodeCamera, ...]) -> None:
    """Refuse what the node would refuse when it reads its file."""
    names = [parse_name("camera", camera.name) for camera in cameras]
    if len(set(names)) != len(names):
        raise Rejected("camera", "two cameras have the same name")
    if not 1 <= len(cameras) <= _CAMERAS_MAX:
        raise Rejected("camera", f"{len(cameras)} cameras: a node has 1 to {_CAMERAS_MAX}")
    for camera in cameras:
        source = parse_source(camera.source, f"camera {camera.name}")
        if camera.sub_source is not None:
            parse_sub_source(camera.sub_source, source, f"sub-source {camera.name}")
        if not all(ANY_HOST.may_be(text) for text in (camera.source, camera.sub_source) if text is not None):
            told = "is at an address that no camera has; where one has, use the node's own file, and camera_hosts"
            raise Rejected(f"camera {camera.name}", told)


def _folders(cameras: tuple[NodeCamera, ...]) -> tuple[str, ...]:
    """The folders of the films that were named by a whole path: who names a film means that it may be shown."""
    films = [camera.source for camera in cameras if parse_source(camera.source).kind == "file"]
    return tuple(dict.fromkeys(film.rpartition("/")[0] or "/" for film in films if film.startswith("/")))
