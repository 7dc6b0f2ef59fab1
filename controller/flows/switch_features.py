"""Administrators switch what the whole site does; whoever does it asks each time, and nothing is started anew."""

from dataclasses import dataclass
from typing import Protocol

from controller.core.features import FeatureName, feature
from controller.flows.manage_exports import Asker
from controller.ports import State


class FeatureBook(Protocol):
    """What was switched, in the database."""

    async def is_on(self, name: FeatureName) -> bool: ...

    async def all(self) -> list[State]: ...

    async def put(self, name: FeatureName, who: str, address: str, *, is_on: bool) -> None: ...


@dataclass(frozen=True, slots=True)
class SwitchFeatures:
    """The site's feature flags: told, asked, switched."""

    book: FeatureBook

    async def is_on(self, name: FeatureName) -> bool:
        """As it is now."""
        return await self.book.is_on(name)

    async def all(self) -> list[State]:
        """FeatureOut of each."""
        return await self.book.all()

    async def one(self, name: str) -> State:
        """FeatureOut; `Rejected`: there is none of this name."""
        wanted = feature(name).name
        return next(one for one in await self.book.all() if one["name"] == wanted)

    async def put(self, name: str, asker: Asker, *, is_on: bool) -> State:
        """FeatureOut after it; `Rejected`: there is none of this name."""
        await self.book.put(feature(name).name, asker.name, asker.address, is_on=is_on)
        return await self.one(name)
