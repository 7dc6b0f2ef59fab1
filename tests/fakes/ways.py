"""Ways out of the site that a test opens and shuts."""

from controller.core.ways_out import WayKind
from controller.errors import WayShut


def anywhere() -> None:
    """Of who works in threads: open."""


class Gate:
    """`Door` and `Doors`; `closed`: names that lead nowhere."""

    def __init__(self, *closed: str, kind: WayKind = "message") -> None:
        self.closed = set(closed)
        self.kind: WayKind = kind

    async def through(self, name: str = "") -> None:
        if name in self.closed:
            raise WayShut(self.kind, name)

    async def shut(self) -> frozenset[str]:
        return frozenset(self.closed)
