"""Plain MP4 clips for browsers, remuxed from stored runs by copying packets; kept in a bounded cache."""

import asyncio
import contextlib
import hashlib
import os
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.error import FFmpegError

from controller.adapters.film_options import OPTIONS
from controller.adapters.packet_copy import PacketCopier
from controller.adapters.scratch import remove_leftovers
from controller.core.records import StoredRun
from controller.errors import Missing
from controller.ports import Clip, ObjectStore
from shared.errors import Rejected
from shared.film_files import film_name
from shared.texts import say

_CACHE_BYTES = 500_000_000
_AT_ONCE = 2
_MAKING = "making-"
_GRACE_S = 60
Cut = Callable[[Sequence[tuple[Path, int]], int, int, Path], Awaitable[int]]
"""As `remux`, elsewhere."""


class ClipCache:
    """`ClipMaker` with its files in `folder`."""

    def __init__(self, folder: Path, objects: ObjectStore, cut: Cut, *, cache_bytes: int = _CACHE_BYTES) -> None:
        self._folder = folder
        self._objects = objects
        self._cut = cut
        self._cache_bytes = cache_bytes
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._shelf = asyncio.Lock()  # a clip is not found while others are thrown away

    async def clip(self, runs: Sequence[StoredRun], start_ms: int, end_ms: int) -> Clip:
        name = hashlib.sha256(repr((start_ms, end_ms, [run.run for run in runs])).encode()).hexdigest()[:32]
        found = await self._look_up(name)
        if found is not None:
            return found
        async with self._turns:
            return await self._look_up(name) or await self._make(name, runs, start_ms, end_ms)

    async def _look_up(self, name: str) -> Clip | None:
        async with self._shelf:
            return await asyncio.to_thread(self._find, name)

    def _find(self, name: str) -> Clip | None:
        for path in self._folder.glob(f"{name}-*.mp4"):
            with contextlib.suppress(FileNotFoundError):
                os.utime(path)
                return Clip(path, int(path.stem.partition("-")[2]))
        return None

    async def _make(self, name: str, runs: Sequence[StoredRun], start_ms: int, end_ms: int) -> Clip:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._folder, prefix=_MAKING) as folder:
            await asyncio.to_thread(self._remove_leftovers, Path(folder))
            sources = []
            for index, run in enumerate(runs):
                source = Path(folder) / f"{index}.mp4"
                await self._objects.fetch(run.key, source)
                sources.append((source, run.start_ms))
            made = Path(folder) / "clip.mp4"
            first_ms = await self._cut(sources, start_ms, end_ms, made)
            kept = self._folder / f"{name}-{first_ms}.mp4"
            made.replace(kept)
        async with self._shelf:
            await asyncio.to_thread(self._prune)
        return Clip(kept, first_ms)

    def _remove_leftovers(self, made_now: Path) -> None:
        remove_leftovers(self._folder, f"{_MAKING}*", made_now.stat().st_mtime)

    def _prune(self) -> None:
        """Oldest first; what was asked for just now may still be opened, and stays above the bound too."""
        found: list[tuple[float, int, Path]] = []
        for path in self._folder.glob("*.mp4"):
            with contextlib.suppress(FileNotFoundError):
                state = path.stat()
                found.append((state.st_mtime, state.st_size, path))
        found.sort()
        total = sum(size for _, size, _ in found)
        for used_s, size, path in found:
            if total <= self._cache_bytes or used_s > found[-1][0] - _GRACE_S:
                break
            total -= size
            path.unlink(missing_ok=True)


def remux(sources: Sequence[tuple[Path, int]], start_ms: int, end_ms: int, into: Path) -> int:
    """Copy the packets of [start_ms, end_ms), from the keyframe at or before it, into a plain MP4 that begins at 0.

    `sources` are (file, media time of its first picture) in order. Returns the media time of the clip's first
    picture. A run whose codec parameters differ from the first one's ends the clip. Blocks.
    """
    copier = PacketCopier()
    with av.open(str(into), "w", format="mp4", options={"movflags": "+faststart"}) as target:
        for source, run_ms in sources:
            try:
                with av.open(film_name(source), options=OPTIONS) as container:
                    video: Any = container.streams.video[0]
                    if not copier.fits(video):
                        break
                    for packet, at in _wanted(container, video, (run_ms, start_ms, end_ms), copier.first is None):
                        copier.copy(target, video, packet, at)
            except (FFmpegError, IndexError, ValueError) as fault:
                raise Rejected("run", say("cannot_read", why=str(fault)[:200])) from None
        if copier.first is None:
            raise Missing("clip", say("clip_without_picture"))
    return round(copier.first)


def _wanted(container: Any, video: Any, span: tuple[int, int, int], seeking: bool) -> Iterator[tuple[Any, Fraction]]:
    """Packets with their media times: from the keyframe before the start when `seeking`, else all up to the end."""
    run_ms, start_ms, end_ms = span
    first: int | None = None
    held: list[tuple[Any, Fraction]] = []
    for packet in container.demux(video):
        if packet.pts is None or packet.dts is None:
            continue
        first = packet.pts if first is None else first
        at = run_ms + (packet.pts - first) * Fraction(video.time_base) * 1000
        if not seeking:
            if at >= end_ms:
                return
            yield packet, at
            continue
        if packet.is_keyframe and at <= start_ms:
            held = []
        if held or packet.is_keyframe:
            held.append((packet, at))
        if held and at >= start_ms:
            seeking = False
            yield from held
            held = []
    yield from held
