"""Ways out of the site: asked each time before something goes."""

from typing import Protocol


class Door(Protocol):
    """One way out. What sends is built with it, and asks it first."""

    async def through(self) -> None:
        """`WayShut` while no administrator lets anything out here."""
        ...


class Doors(Protocol):
    """Those of one kind, by name."""

    async def through(self, name: str) -> None:
        """As `Door.through`."""
        ...

    async def shut(self) -> frozenset[str]:
        """The names of those that an administrator shut."""
        ...
