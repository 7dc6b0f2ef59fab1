"""Compares what the database says of objects with the store, a bounded part at a time, and repairs what may be."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from controller.core.fsck import (
    PHASES,
    YOUNG_MS,
    Finding,
    Kind,
    ListedObject,
    Phase,
    StoredObject,
    Strange,
    judge,
)
from shared.clock import Clock
from shared.errors import Rejected

_PART = 500
_AT_ONCE = 8
_PIECE_BYTES = 4 * 1_048_576


class KnownObjects(Protocol):
    """The database as this flow sees it."""

    async def stored_after(self, run: str, limit: int) -> list[StoredObject]:
        """Runs that are stored, by id."""
        ...

    async def still_stored(self, runs: Sequence[str]) -> set[str]:
        """Those of them that nobody has begun to delete."""
        ...

    async def pictures_after(self, occurrence: str, limit: int) -> list[tuple[str, str]]:
        """Occurrences with a picture, by id, and its key."""
        ...

    async def strangers(self, keys: Sequence[str]) -> dict[str, bool]:
        """Keys that no row has; True: a row has it and says that it is deleted. What is held is none of them."""
        ...

    async def look_again(self, run: str) -> None:
        """Let the second look at a stored run be due: what is wrong is asked of its node again."""
        ...

    async def forget_picture(self, key: str) -> None:
        """Neither its occurrence nor its alarm shows a picture any more."""
        ...


class ListedStore(Protocol):
    """The store as this flow sees it."""

    async def head(self, key: str) -> tuple[int, str] | None: ...

    async def read(self, key: str, offset: int, length: int) -> bytes: ...

    async def delete(self, key: str) -> None: ...

    def listed(self, after: str) -> AsyncIterator[list[ListedObject]]:
        """Every object behind a key, in the store's own order, some at a time."""
        ...


class KnownKeys(Protocol):
    """The database, as far as it knows keys."""

    async def strangers(self, keys: Sequence[str]) -> dict[str, bool]: ...


async def count_strange(rows: KnownKeys, store: ListedStore, clock: Clock) -> Strange:
    """Of all that a store has."""
    unknown = total = 0
    async for part in store.listed(""):
        total += len(part)
        old = [one.key for one in part if one.modified_ms < clock.unix_ms() - YOUNG_MS]
        strange = await rows.strangers(old) if old else {}
        unknown += sum(not deleted for deleted in strange.values())
    return Strange(unknown, total)


@dataclass(slots=True)
class CheckSite:
    """`far` hears of every part: phase, how many were looked at, and where to go on from."""

    rows: KnownObjects
    objects: ListedStore
    clock: Clock
    far: Callable[[Phase, int, str], None]
    deep: bool = False

    async def findings(self, begin: Phase = "runs", after: str = "") -> AsyncIterator[Finding]:
        """All that is wrong with runs, pictures and objects, from a phase and a place on."""
        for phase, walk in (("runs", self._runs), ("pictures", self._pictures), ("objects", self._objects)):
            if PHASES.index(phase) >= PHASES.index(begin):
                async for one in walk(after if phase == begin else ""):
                    yield one

    async def strange(self) -> Strange:
        """How much of the store a repair would remove because no row knows it."""
        return await count_strange(self.rows, self.objects, self.clock)

    async def repair(self, finding: Finding) -> bool:
        """Do what its kind allows; False: nothing may be done."""
        match finding.repair:
            case "look_again":
                await self.rows.look_again(finding.subject)
            case "forget_picture":
                await self.rows.forget_picture(finding.subject)
            case "delete_object":
                if finding.subject not in await self.rows.strangers([finding.subject]):
                    return False  # held, or known, since it was found
                await self.objects.delete(finding.subject)
            case _:
                return False
        return True

    async def _runs(self, after: str) -> AsyncIterator[Finding]:
        turn = asyncio.Semaphore(_AT_ONCE)

        async def look(run: StoredObject) -> Finding | None:
            async with turn:
                found = await self.objects.head(run.key)
                whole = self.deep and found is not None and found[0] == run.length_bytes
                return judge(run, found, await self._sha256(run) if whole else None)

        while part := await self.rows.stored_after(after, _PART):
            found = [one for one in await asyncio.gather(*(look(run) for run in part)) if one is not None]
            there = await self.rows.still_stored([one.subject for one in found]) if found else set()
            for one in found:
                if one.subject in there:
                    yield one
            after = part[-1].id
            self.far("runs", len(part), after)

    async def _pictures(self, after: str) -> AsyncIterator[Finding]:
        while part := await self.rows.pictures_after(after, _PART):
            for occurrence, key in part:
                if await self.objects.head(key) is None:
                    yield Finding("picture_missing", key, occurrence)
            after = part[-1][0]
            self.far("pictures", len(part), after)

    async def _objects(self, after: str) -> AsyncIterator[Finding]:
        async for part in self.objects.listed(after):
            old = [one for one in part if one.modified_ms < self.clock.unix_ms() - YOUNG_MS]
            strange = await self.rows.strangers([one.key for one in old]) if old else {}
            for one in old:
                if one.key in strange:
                    kind: Kind = "object_deleted" if strange[one.key] else "object_unknown"
                    yield Finding(kind, one.key, f"{one.length_bytes} bytes")
            self.far("objects", len(part), part[-1].key)

    async def _sha256(self, run: StoredObject) -> str | None:
        digest = hashlib.sha256()
        try:
            for offset in range(0, run.length_bytes, _PIECE_BYTES):
                digest.update(await self.objects.read(run.key, offset, min(_PIECE_BYTES, run.length_bytes - offset)))
        except Rejected:
            return None  # went since: `still_stored` tells
        return digest.hexdigest()
