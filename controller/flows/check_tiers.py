"""Compares where the database says that recordings lie with both stores, and repairs what may be."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from controller.core.fsck import YOUNG_MS, Finding, ListedObject, Phase, Strange
from controller.core.tiers import Place, Unfinished
from controller.flows.check_site import ListedStore, count_strange
from shared.clock import Clock

_FIRST: Place = "first"
_SECOND: Place = "second"


class PlacedObjects(Protocol):
    """The database as this flow sees it."""

    async def placed(self, keys: Sequence[str]) -> Mapping[str, Unfinished]:
        """Of these keys those that are stored, and neither on their way nor being deleted."""
        ...

    async def strangers(self, keys: Sequence[str]) -> dict[str, bool]:
        """Keys that no row has; True: a row has it and says that it is deleted."""
        ...

    def staying(self, key: str, tier: Place) -> AbstractAsyncContextManager[bool]:
        """Whether the row says so: for as long as this lasts nobody changes that."""
        ...

    async def place(self, key: str, before: Place, after: Place) -> bool:
        """Let the row say where its object is; False: it says something else by now."""
        ...


@dataclass(slots=True)
class CheckTiers:
    """The phase `tiers`. `stores`: both, by name."""

    rows: PlacedObjects
    stores: Mapping[Place, ListedStore]
    clock: Clock
    far: Callable[[Phase, int, str], None]

    async def findings(self, after: str = "") -> AsyncIterator[Finding]:
        """All that lies where it should not, from a place on: the name of a store, a colon and a key."""
        begin, _, key = after.partition(":")
        for name in (_FIRST, _SECOND):
            if name == _FIRST and begin == _SECOND:
                continue
            async for part in self.stores[name].listed(key if name == begin else ""):
                for one in await self._of(name, part):
                    yield one
                self.far("tiers", len(part), f"{name}:{part[-1].key}")

    async def strange(self) -> Strange:
        """How much of the second store a repair would remove because no row knows it."""
        return await count_strange(self.rows, self.stores[_SECOND], self.clock)

    async def repair(self, finding: Finding) -> bool:
        """Do what its kind allows, after a second look at both stores; False: it is not so any more."""
        name, key = _split(finding.subject)
        if finding.kind == "tier_unknown":
            if key not in await self.rows.strangers([key]):
                return False
            await self.stores[name].delete(key)
            return True
        row = (await self.rows.placed([key])).get(key)
        if row is None or row.tier == name:
            return False
        if finding.kind == "tier_wrong":
            right = await self._right(name, row) and not await self._right(_other(name), row)
            return right and await self.rows.place(key, _other(name), name)
        if not await self._right(_other(name), row):
            return False
        async with self.rows.staying(key, _other(name)) as stays:
            if stays:
                await self.stores[name].delete(key)
        return stays

    async def _of(self, name: Place, part: Sequence[ListedObject]) -> list[Finding]:
        found = []
        keys = [one.key for one in part if one.key.endswith(".mp4")]
        for key, row in (await self.rows.placed(keys)).items():
            if row.tier != name:
                both = await self._right(_other(name), row)
                found.append(Finding("tier_both" if both else "tier_wrong", f"{name}:{key}"))
        if name == _SECOND:
            old = [one for one in part if one.modified_ms < self.clock.unix_ms() - YOUNG_MS]
            strange = await self.rows.strangers([one.key for one in old]) if old else {}
            sizes = {one.key: one.length_bytes for one in old}
            found += [Finding("tier_unknown", f"{name}:{key}", f"{sizes[key]} bytes") for key in strange]
        return found

    async def _right(self, name: Place, row: Unfinished) -> bool:
        return await self.stores[name].head(row.key) == (row.length_bytes, row.md5)


def _other(name: Place) -> Place:
    return _SECOND if name == _FIRST else _FIRST


def _split(subject: str) -> tuple[Place, str]:
    name, _, key = subject.partition(":")
    return (_SECOND if name == _SECOND else _FIRST), key
