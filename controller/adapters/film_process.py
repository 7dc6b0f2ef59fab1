"""Clips and preview strips made in confined processes: whatever a film holds stays there."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from controller.adapters.film_child import ORDER
from controller.adapters.talking_child import ChildOverError, TalkingChild
from controller.errors import Missing
from shared.errors import Broken, Rejected
from shared.texts import say

log = structlog.get_logger("films")

_CHILD = "controller.adapters.film_child"
_STRIP_S = 20
_CLIP_S = 120
_MOST_ANSWER_BYTES = 8_000_000
Film = tuple[bytes, int, tuple[int, ...]]


@dataclass(slots=True)
class _Reader:
    """One process, and which folder it was let into."""

    child: TalkingChild
    folder: tuple[int, int]


class FilmProcesses:
    """`count` at most, started when needed and kept. Who is cancelled, or waits too long, ends the one that works."""

    def __init__(self, folder: Path, count: int = 2, program: str = _CHILD) -> None:
        self._folder = folder
        self._program = program
        self._turns = asyncio.Semaphore(count)
        self._idle: list[_Reader] = []

    async def cut(self, sources: Sequence[tuple[Path, int]], start_ms: int, end_ms: int, into: Path) -> int:
        """As `clips.remux`; all files lie in the folder."""
        told, _ = await self._ask(
            {
                "what": "clip",
                "sources": [[str(place), at_ms] for place, at_ms in sources],
                "start_ms": start_ms,
                "end_ms": end_ms,
                "into": str(into),
            },
            (),
            _CLIP_S,
        )
        first_ms, fault = told.get("first_ms"), told.get("fault")
        if isinstance(first_ms, int) and not isinstance(first_ms, bool):
            return first_ms
        if fault == "missing":
            raise Missing("clip", say("clip_without_picture"))
        raise Rejected("run", say("cannot_read", why=str(fault)[:300]))

    async def strip(self, films: Sequence[Film]) -> bytes | None:
        """As `preview_strips.make_strip`."""
        told = [{"bytes": len(data), "start_ms": start_ms, "moments": moments} for data, start_ms, moments in films]
        try:
            _, picture = await self._ask({"what": "strip", "films": told}, [data for data, _, _ in films], _STRIP_S)
        except Rejected:
            return None
        return picture or None

    async def close(self) -> None:
        """End them all."""
        for reader in self._idle:
            await reader.child.end()
        self._idle.clear()

    async def _ask(self, order: dict[str, Any], films: Sequence[bytes], most_s: float) -> tuple[dict[str, Any], bytes]:
        """The answer of one process; `Rejected` where the films ended it, `Broken` where none can be started."""
        async with self._turns:
            reader = await self._take()
            try:
                async with asyncio.timeout(most_s):
                    found = await _talk(reader.child, json.dumps(order).encode(), films)
            except (ChildOverError, TimeoutError) as fault:
                await reader.child.end()
                log.warning("a film ended its reader", what=order["what"], why=str(fault) or "it takes too long")
                raise Rejected("run", say("cannot_read", why="its reader ended over it")) from None
            except BaseException:
                await reader.child.end()
                raise
            self._idle.append(reader)
            return found

    async def _take(self) -> _Reader:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        state = self._folder.stat()
        place = (state.st_dev, state.st_ino)
        while self._idle:
            reader = self._idle.pop()
            if not reader.child.over and reader.folder == place:
                return reader
            await reader.child.end()
        try:
            return _Reader(await TalkingChild.start(self._program, str(self._folder)), place)
        except ChildOverError as fault:
            raise Broken(f"to read films {fault}") from None


async def _talk(child: TalkingChild, order: bytes, films: Sequence[bytes]) -> tuple[dict[str, Any], bytes]:
    await child.send(ORDER.pack(len(order)), order, *films)
    told = await child.told()
    length = told.get("bytes")
    return told, await child.exactly(length if isinstance(length, int) else -1, _MOST_ANSWER_BYTES)
