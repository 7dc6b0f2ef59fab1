"""Moves what is old, or held, to the second store, slowly; killed at any moment, it goes on where it was.

Copy, read back, note it in the database, delete the first's copy: whoever reads finds it in one of them all the time.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeVar

import structlog

from controller.core.retention import Kept, Refusals, Retention
from controller.core.tiers import Fault, Moves, Standing, Tier, Unfinished, due, resume
from controller.errors import NoRoom
from controller.flows.watch_objects import NOWHERE
from shared.clock import Clock
from shared.errors import CctvError, Rejected, Transient
from shared.ids import RunId

log = structlog.get_logger("tiers")

_BATCH = 50
_PAUSE_MS = 60_000
_PIECE_BYTES = 1_048_576
_PATIENCE_S = 600
_T = TypeVar("_T")


class TierRows(Protocol):
    """The database as this flow sees it; who has lost the lease gets `Transient` where it writes."""

    async def standing(self) -> Standing: ...

    async def keep(self, standing: Standing) -> None: ...

    async def unfinished(self, limit: int, without: Collection[str] = ()) -> list[Unfinished]:
        """Recordings whose move was begun, `without` left out."""
        ...

    async def movable(
        self, moves: Moves, retention: Retention, limit: int, without: Collection[str] = ()
    ) -> tuple[Kept, ...]:
        """What is to move now, the oldest first, `without` left out."""
        ...

    async def begin(self, run: RunId) -> Unfinished | None:
        """Note that a copy may be in the second store from now on; None: it went, or somebody deletes it."""
        ...

    async def turn(self, run: RunId, before: Tier, after: Tier) -> bool:
        """One step on; False: it is not stored any more, or somebody has begun to delete it."""
        ...

    async def forget(self, run: RunId) -> None:
        """The second store has nothing of it."""
        ...


class OneStore(Protocol):
    """One of both stores as this flow sees it."""

    async def head(self, key: str) -> tuple[int, str] | None: ...

    async def read(self, key: str, offset: int, length: int) -> bytes: ...

    async def put_file(self, key: str, file: Path, md5: str) -> None: ...

    async def delete(self, key: str) -> None: ...


class _SecondError(Exception):
    """The second store is at fault."""

    def __init__(self, fault: Fault, why: str) -> None:
        super().__init__(why)
        self.fault: Fault = fault


@dataclass(slots=True)
class MoveTiers:
    """Part of the role `sweep`, under its lease. `rules`: asked each time. `folder`: for the one copy on its way."""

    rows: TierRows
    first: OneStore
    second: OneStore
    clock: Clock
    rules: Callable[[], Awaitable[tuple[Moves, Retention]]]
    folder: Path
    s_bytes: int
    _refusals: Refusals = field(default_factory=Refusals)

    async def run(self) -> None:
        """Move until cancelled."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for left in self.folder.glob("*.part"):
            left.unlink(missing_ok=True)
        while True:
            try:
                moved = await self.once()
            except (CctvError, TimeoutError) as fault:
                log.warning("cannot move, trying again", error=str(fault) or "timed out")
                moved = 0
            if not moved:
                await self.clock.sleep_ms(_PAUSE_MS)

    async def once(self) -> int:
        """End what was begun, then move some more; how many are in the second store now that were not before.

        The second store is asked each time whether it is there, also when nothing is to move. Where it is at fault
        nothing more is begun: why is kept, for whoever asks.
        """
        standing = await self.rows.standing()
        moved = 0
        try:
            await _of_second(self.second.head(NOWHERE))
            async for run in self._next():
                moved += await self._moved(run)
        except _SecondError as fault:
            log.warning("second store", fault=fault.fault, why=str(fault))
            after = standing.failed(fault.fault, self.clock.unix_ms())
            if after != standing:
                await self.rows.keep(after)
            return 0
        if moved:
            await self.rows.keep(standing.moved(self.clock.unix_ms()))
            log.info("moved to the second store", runs=moved)
        elif standing.fault is not None:
            await self.rows.keep(Standing(moved_ms=standing.moved_ms))
        return moved

    async def _next(self) -> AsyncIterator[Unfinished]:
        looked_past = self._refusals.standing(self.clock.unix_ms())
        for one in await self.rows.unfinished(_BATCH, looked_past):
            yield one
        moves, retention = await self.rules()
        if not moves.any:
            return
        runs = await self.rows.movable(moves, retention, _BATCH, self._refusals.standing(self.clock.unix_ms()))
        for run in due(runs, self.clock.unix_ms(), moves, retention):
            begun = await self.rows.begin(run)
            if begun is not None:
                yield begun

    async def _moved(self, one: Unfinished) -> bool:
        """Whether it lies in the second store now. What cannot be done with one keeps none of the others."""
        try:
            return await self._move(one)
        except Rejected as fault:
            log.warning("not moved", run=one.run, key=one.key, error=str(fault))
            self._refusals.add(one.run, self.clock.unix_ms(), passing=False)
            return False

    async def _move(self, one: Unfinished) -> bool:
        match resume(one):
            case "leave":
                self._refusals.add(one.run, self.clock.unix_ms(), passing=True)
                return False
            case "forget":
                await self._forget(one)
                return False
            case "clear":
                if await self._right_there(one):
                    return await self._clear(one)
                await self.rows.turn(one.run, "moved", "moving")
        return await self._copied(one) and await self._clear(one)

    async def _copied(self, one: Unfinished) -> bool:
        """The second store has it, read back, and the database says so."""
        if not await self._right_there(one):
            part = self.folder / f"{one.run}.part"
            try:
                if not await self._fetched(one, part):
                    self._refusals.add(one.run, self.clock.unix_ms(), passing=False)
                    await self._forget(one)
                    return False
                async with asyncio.timeout(_PATIENCE_S):
                    await _of_second(self.second.put_file(one.key, part, one.md5))
            finally:
                await asyncio.to_thread(part.unlink, missing_ok=True)
            if not await self._right_there(one):
                await self._forget(one)
                raise _SecondError("differs", one.key)
        if await self.rows.turn(one.run, "moving", "moved"):
            return True
        self._refusals.add(one.run, self.clock.unix_ms(), passing=True)
        return False

    async def _clear(self, one: Unfinished) -> bool:
        """The first store's copy goes. What is written before is proof of the lease."""
        if not await self.rows.turn(one.run, "moved", "moved"):
            return False
        async with asyncio.timeout(_PATIENCE_S):
            await self.first.delete(one.key)
        return await self.rows.turn(one.run, "moved", "second")

    async def _forget(self, one: Unfinished) -> None:
        """What the second store has of it goes: it is deleted, comes anew, or is wrong in the first."""
        async with asyncio.timeout(_PATIENCE_S):
            await _of_second(self.second.delete(one.key))
        await self.rows.forget(one.run)

    async def _fetched(self, one: Unfinished, into: Path) -> bool:
        """A copy of what the first has; False: it has it not, or other bytes, which is told by who reads for that."""
        digest = hashlib.sha256()
        try:
            with await asyncio.to_thread(into.open, "wb") as file:
                async for piece in self._pieces(self.first, one):
                    digest.update(piece)
                    await asyncio.to_thread(file.write, piece)
        except OSError as fault:
            raise Transient(f"{into}: {fault.strerror or fault}") from fault
        except Rejected as fault:
            log.warning("not moved: the first store has it not", run=one.run, key=one.key, error=str(fault))
            return False
        if digest.hexdigest() == one.sha256:
            return True
        log.warning("not moved: the first store has other bytes", run=one.run, key=one.key)
        return False

    async def _right_there(self, one: Unfinished) -> bool:
        """Whether the second store gives back exactly what was announced."""
        found = await _of_second(self.second.head(one.key))
        if found is None or found[0] != one.length_bytes:
            return False
        digest = hashlib.sha256()
        try:
            async for piece in self._pieces(self.second, one):
                digest.update(piece)
        except Rejected:
            return False
        except (Transient, TimeoutError) as fault:
            raise _SecondError("away", str(fault) or "no answer") from fault
        return digest.hexdigest() == one.sha256

    async def _pieces(self, store: OneStore, one: Unfinished) -> AsyncIterator[bytes]:
        for offset in range(0, one.length_bytes, _PIECE_BYTES):
            length = min(_PIECE_BYTES, one.length_bytes - offset)
            async with asyncio.timeout(_PATIENCE_S):
                piece = await store.read(one.key, offset, length)
            yield piece
            await self.clock.sleep_ms(length * 1000 / self.s_bytes)


async def _of_second(asked: Awaitable[_T]) -> _T:
    try:
        async with asyncio.timeout(_PATIENCE_S):
            return await asked
    except NoRoom as fault:
        raise _SecondError("full", str(fault)) from fault
    except (Transient, Rejected, TimeoutError) as fault:
        raise _SecondError("away", str(fault) or "no answer") from fault
