"""Derived films: one at a time for each camera that somebody looks at, kept in a bounded folder, ended with them."""

import asyncio
import contextlib
import hashlib
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from controller.adapters.child import spawn_talking
from controller.adapters.scratch import remove_leftovers
from controller.ports import Clip
from controller.ports.derived import DerivedFilm
from shared.errors import Rejected, Transient
from shared.texts import say

_CHILD = "controller.adapters.mosaic_film"
_CACHE_BYTES = 200_000_000
_MOST_BYTES = 40_000_000
_AT_ONCE = max(2, min(4, (os.cpu_count() or 2) // 2))
"""Whose turn comes is by when they asked; half of the processors are left to others."""
_MAKING = "making-"
_LONGEST_S = 180
_GRACE_S = 60


@dataclass(slots=True)
class DerivedFilms:
    """`FilmMaker` with its files in `folder`."""

    folder: Path
    cache_bytes: int = _CACHE_BYTES
    _turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))
    _asking: dict[str, asyncio.Lock] = field(default_factory=dict)

    async def clip(self, who: str, clip: Clip) -> Clip:
        """A clip in blocks."""
        made = await self._made(who, f"clip:{clip.path.name}", clip.path, fragmented=False)
        return Clip(made.path, clip.start_ms)

    async def piece(self, who: str, name: str, chunks: AsyncIterator[bytes]) -> DerivedFilm:
        """Init and fragments in blocks; `name` tells them from others."""
        known = await asyncio.to_thread(self._find, f"piece:{name}")
        if known is not None:
            return known
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self.folder, prefix=_MAKING, suffix=".mp4") as source:
            taken = 0
            async for data in chunks:
                taken += len(data)
                if taken > _MOST_BYTES:
                    raise Rejected("run", say("too_large", most=_MOST_BYTES))
                await asyncio.to_thread(source.write, data)
            source.flush()
            return await self._made(who, f"piece:{name}", Path(source.name), fragmented=True)

    async def _made(self, who: str, name: str, source: Path, *, fragmented: bool) -> DerivedFilm:
        asking = self._asking.setdefault(who, asyncio.Lock())
        try:
            async with asking, self._turns:
                return await asyncio.to_thread(self._find, name) or await self._make(name, source, fragmented)
        finally:
            if not asking.locked():
                self._asking.pop(who, None)

    async def _make(self, name: str, source: Path, fragmented: bool) -> DerivedFilm:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.folder, prefix=_MAKING) as own:
            made = Path(own) / "film.mp4"
            await asyncio.to_thread(self._remove_leftovers, Path(own))
            asked = json.dumps({"source": str(source), "into": str(made), "fragmented": fragmented})
            told = await _run([sys.executable, "-m", _CHILD, asked])
            kept = self.folder / f"{_digest(name)}-{told['codec']}.mp4"
            made.replace(kept)
        await asyncio.to_thread(self._prune)
        return DerivedFilm(kept, str(told["codec"]))

    def _remove_leftovers(self, made_now: Path) -> None:
        remove_leftovers(self.folder, f"{_MAKING}*", made_now.stat().st_mtime)

    def _find(self, name: str) -> DerivedFilm | None:
        for path in self.folder.glob(f"{_digest(name)}-*.mp4"):
            with contextlib.suppress(FileNotFoundError):
                os.utime(path)
                return DerivedFilm(path, path.stem.partition("-")[2])
        return None

    def _prune(self) -> None:
        """Oldest first; what was asked for just now may still be opened."""
        found = []
        for path in self.folder.glob("*-avc1.*.mp4"):
            with contextlib.suppress(FileNotFoundError):
                found.append((path.stat().st_mtime, path.stat().st_size, path))
        found.sort()
        total = sum(size for _, size, _ in found)
        for used_s, size, path in found:
            if total <= self.cache_bytes or used_s > found[-1][0] - _GRACE_S:
                break
            total -= size
            path.unlink(missing_ok=True)


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:32]


async def _run(argv: list[str]) -> dict[str, Any]:
    """The child's answer; it ends with who waits for it."""
    try:
        process = await spawn_talking(argv)
    except OSError as fault:
        raise Transient(f"derived film: no process can be started ({fault.strerror})") from None
    try:
        async with asyncio.timeout(_LONGEST_S):
            out, _ = await process.communicate()
    except TimeoutError:
        raise Transient("derived film: it takes too long") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    try:
        told = json.loads(out)
    except ValueError:
        raise Transient("derived film: its process ended") from None
    if "fault" in told:
        raise Rejected("run", say("cannot_read", why=str(told["fault"])))
    return dict(told)
