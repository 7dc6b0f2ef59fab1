"""Reads stored footage slowly, compares it with what its node announced, and asks again for what is wrong."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from controller.core.scrub import RIGHT, TOLD_MS, WRONG, Entry, Footage, Kind, Scrub, Wrong, may_ask, rest_ms
from shared.clock import Clock
from shared.errors import CctvError, Rejected

log = structlog.get_logger("scrub")

_PAUSE_MS = 60_000
_PIECE_BYTES = 1_048_576
_READ_S = 60
_WAIT_MS = 60_000


class ScrubRows(Protocol):
    """The database as this flow sees it; who has lost the lease gets `Transient` where it writes."""

    async def scrub(self) -> Scrub: ...

    async def keep(self, scrub: Scrub, entries: Sequence[Entry] = ()) -> None: ...

    async def next_after(self, run: str, before: str | None = None) -> Footage | None:
        """The next one that has been stored for a while, by id."""
        ...

    async def one(self, run: str) -> Footage | None:
        """One that is stored, or on its way again; None: it went."""
        ...

    async def reach_ms(self, camera: str) -> int | None:
        """Since when the ring of its node has footage of a camera; None: nobody knows, or it does not answer."""
        ...

    async def begin_again(self, run: str, delay_ms: int, *, there: bool) -> bool:
        """Let the second look at it be due then. False: it went, or is held though it is `there`."""
        ...


class ReadStore(Protocol):
    """The store as this flow sees it."""

    async def head(self, key: str) -> tuple[int, str] | None: ...

    async def read(self, key: str, offset: int, length: int) -> bytes: ...

    async def delete(self, key: str) -> None: ...


class _RestsError(Exception):
    """It was switched off in the middle of a recording: nothing is said of that one."""


@dataclass(slots=True)
class ScrubStore:
    """Part of the role `sweep`, under its lease. `wanted`: asked before each piece, whether it is switched on."""

    rows: ScrubRows
    objects: ReadStore
    clock: Clock
    day_bytes: int
    wanted: Callable[[], Awaitable[bool]]
    _turn: bool = field(default=False)

    async def run(self) -> None:
        """Read until cancelled."""
        while True:
            try:
                found = await self.once()
            except (CctvError, TimeoutError) as fault:
                log.warning("cannot read what is stored, trying again", error=str(fault) or "timed out")
                found = False
            if not found:
                await self.clock.sleep_ms(_PAUSE_MS)

    async def once(self) -> bool:
        """Read one object: by turns of what has just come, and of everything. False: there is none to read now."""
        if not await self.wanted():
            return False
        try:
            return await self._one()
        except _RestsError:
            return False

    async def _one(self) -> bool:
        scrub = await self.rows.scrub()
        if scrub.looks_again(self.clock.unix_ms()):
            scrub = await self._look_again(scrub)
        if scrub.stopped:
            return False
        self._turn = not self._turn
        steps = (self._fresh, self._round) if self._turn else (self._round, self._fresh)
        return await steps[0](scrub) or await steps[1](scrub)

    async def _fresh(self, scrub: Scrub) -> bool:
        footage = await self.rows.next_after(*scrub.fresh_span(self.clock.unix_ms()))
        if footage is None:
            return False
        await self._check(scrub.with_fresh(footage.id), footage)
        return True

    async def _round(self, scrub: Scrub) -> bool:
        now_ms = self.clock.unix_ms()
        if not scrub.goes_round(now_ms):
            return False
        footage = await self.rows.next_after(scrub.after)
        if footage is None:
            await self.rows.keep(scrub.over(now_ms))
            log.info("everything stored was read", runs=scrub.runs)
            return False
        await self._check(scrub.passed(footage.id, now_ms), footage)
        return True

    async def _check(self, scrub: Scrub, footage: Footage) -> None:
        kind = await self._wrong(footage)
        now = None if kind is None else await self.rows.one(footage.id)
        if kind is None or now is None or not now.stored:
            await self.rows.keep(scrub)
            return
        asked = await self._ask(now, kind)
        log.error("stored footage is wrong", run=now.id, key=now.key, kind=kind, asked=asked)
        detail = {"run": now.id, "key": now.key, "kind": kind, "held": now.held, "asked": asked}
        wrong = Wrong(now.id, kind, self.clock.unix_ms(), asked)
        await self.rows.keep(scrub.found(wrong), [Entry(WRONG, now.camera, detail)])

    async def _look_again(self, scrub: Scrub) -> Scrub:
        """What was put right, or went, stands no more; what its node could not give then may be had now."""
        left: list[Wrong] = []
        entries: list[Entry] = []
        for one in scrub.wrong:
            footage = await self.rows.one(one.run)
            if footage is None or self.clock.unix_ms() - one.found_ms > TOLD_MS:
                continue
            if not footage.stored:
                left.append(one)
                continue
            kind = await self._wrong(footage)
            if kind is None:
                entries.append(Entry(RIGHT, footage.camera, {"run": one.run, "key": footage.key}))
                continue
            left.append(Wrong(one.run, kind, one.found_ms, await self._ask(footage, kind) or one.asked))
        after = scrub.looked(left, self.clock.unix_ms())
        await self.rows.keep(after, entries)
        return after

    async def _ask(self, footage: Footage, kind: Kind) -> bool:
        """Let it be asked of its node again, as what is missing soon after an upload is.

        What is written before the deletion is proof of the lease.
        """
        if not may_ask(footage, kind, await self.rows.reach_ms(footage.camera)):
            return False
        if kind == "other":
            if not await self.rows.begin_again(footage.id, _WAIT_MS, there=True):
                return False
            async with asyncio.timeout(_READ_S):
                await self.objects.delete(footage.key)
        return await self.rows.begin_again(footage.id, 0, there=False)

    async def _wrong(self, footage: Footage) -> Kind | None:
        """What is wrong with it; read twice, for the way to it may be what changes bytes."""
        kind = await self._read(footage)
        return None if kind is None else await self._read(footage)

    async def _read(self, footage: Footage) -> Kind | None:
        digest = hashlib.sha256()
        for offset in range(0, footage.length_bytes, _PIECE_BYTES):
            length = min(_PIECE_BYTES, footage.length_bytes - offset)
            if not await self.wanted():
                raise _RestsError
            try:
                async with asyncio.timeout(_READ_S):
                    digest.update(await self.objects.read(footage.key, offset, length))
            except Rejected as fault:
                if fault.field != "object":
                    raise
                async with asyncio.timeout(_READ_S):
                    return "missing" if await self.objects.head(footage.key) is None else "other"
            await self.clock.sleep_ms(rest_ms(length, self.day_bytes))
        return None if digest.hexdigest() == footage.sha256 else "other"
