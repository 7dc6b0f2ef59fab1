"""People keep their own layouts of the live wall; an administrator keeps the site's, which everybody sees."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from controller.core.wall_layout import Layout, checked
from controller.errors import Missing, Refused
from controller.flows.manage_exports import Asker
from controller.ports import State
from shared.texts import say

SITE = ""
"""The owner of a layout that everybody sees."""


class Layouts(Protocol):
    """Layouts in the database."""

    async def seen_by(self, name: str) -> list[State]: ...

    async def add(self, layout: Layout, owner: str, who: str, address: str) -> State: ...

    async def put(self, layout: str, wanted: Layout, who: str, address: str) -> State: ...

    async def remove(self, layout: str, who: str, address: str) -> None: ...


@dataclass(frozen=True, slots=True)
class ManageLayouts:
    """One for API and command line. Another person's own layout does not exist for whoever asks."""

    book: Layouts

    async def all(self, asker: Asker) -> list[State]:
        """LayoutOut of the site's and of one's own."""
        return await self.book.seen_by(asker.name)

    async def add(
        self, name: str, tiles: int, cameras: Sequence[str | None], turn_s: int, asker: Asker, *, shared: bool
    ) -> State:
        """LayoutOut of a new one; `Refused`: only an administrator makes one for everybody."""
        if shared and not asker.admin:
            raise Refused("shared", say("needs_role", role="admin"))
        wanted = checked(name, tiles, cameras, turn_s)
        return await self.book.add(wanted, SITE if shared else asker.name, asker.name, asker.address)

    async def put(
        self, layout: str, name: str, tiles: int, cameras: Sequence[str | None], turn_s: int, asker: Asker
    ) -> State:
        """LayoutOut after it."""
        await self._own(layout, asker)
        return await self.book.put(layout, checked(name, tiles, cameras, turn_s), asker.name, asker.address)

    async def remove(self, layout: str, asker: Asker) -> None:
        """Forget it."""
        await self._own(layout, asker)
        await self.book.remove(layout, asker.name, asker.address)

    async def _own(self, layout: str, asker: Asker) -> None:
        known = {one["id"]: one for one in await self.book.seen_by(asker.name)}
        if layout not in known:
            raise Missing("layout", say("unknown", key=layout))
        if known[layout]["shared"] and not asker.admin:
            raise Refused("layout", say("needs_role", role="admin"))
