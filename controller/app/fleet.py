"""Wires what the command line does with many nodes: what is offered to them, and what is known of them."""

from collections.abc import Callable

from controller.adapters.database import Database
from controller.adapters.queries import Queries
from controller.adapters.release_shelf import ReleaseShelf
from controller.app.site import Site
from controller.app.tending import Waiting, tending
from controller.flows.update_nodes import Ended, UpdateNodes
from controller.ports import State
from shared.clock import SystemClock
from shared.commands import Update
from shared.errors import Rejected
from shared.ids import NodeId


class ShelfOrders:
    """Which release of a version is for whom."""

    def __init__(self, shelf: ReleaseShelf) -> None:
        self._shelf = shelf

    def order(self, version: str, platform: str, *, downgrade: bool) -> Update:
        for name in (f"{version}-{platform}", f"{version}-any"):
            if (file := self._shelf.file(name)) is not None:
                sha256 = self._shelf.sha256(name)
                return Update(release=name, length_bytes=file.stat().st_size, sha256=sha256, downgrade=downgrade)
        raise Rejected("release", f"there is none of {version} for {platform}: cctv release add FILE")


async def read_nodes(site: Site) -> list[State]:
    """NodeOut of every node."""
    database = Database(site.settings.database())
    try:
        return await Queries(database).nodes()
    finally:
        await database.close()


def check_offered(site: Site, version: str) -> None:
    """`Rejected` names what is offered instead, before any node is asked."""
    offered = list(dict.fromkeys(one.version for one in ReleaseShelf(site.releases_dir).offered()))
    if version not in offered:
        known = f"offered: {', '.join(offered)}" if offered else "no release is: cctv release add FILE"
        raise Rejected("--to", f"{version[:40]!r} is not offered; {known}")


async def update_nodes(
    site: Site,
    version: str,
    rings: list[tuple[NodeId, ...]],
    who: str,
    tell: Callable[[NodeId, str], None],
    finished: Callable[[Ended], None],
    patience_ms: int,
    waiting: Waiting,
    *,
    downgrade: bool,
) -> list[Ended]:
    """How each of them ended."""
    async with tending(site, waiting) as nodes:
        shelf = ShelfOrders(ReleaseShelf(site.releases_dir))
        updating = UpdateNodes(nodes, shelf, SystemClock(), tell, finished, patience_ms)
        return await updating.run(version, rings, who, downgrade=downgrade)
