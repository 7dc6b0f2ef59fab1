"""A derived film of an export that is being written: a confined process makes it, its bytes are checked here."""

import asyncio
import contextlib
import json
import sys
import threading
from asyncio.subprocess import Process
from collections.abc import Callable
from functools import partial
from pathlib import Path

from controller.adapters.blocking import blocking
from controller.adapters.checked_file import CheckedFile, Digest, Stopped, sync_folder, told
from controller.adapters.child import spawn_talking
from controller.adapters.reel_wire import DONE, FAULT, HEAD, MOST_BYTES, WRITE
from controller.core.export import Segment, Take
from controller.core.export_manifest import BLOCK_BYTES
from controller.errors import NotDerived
from shared.errors import Rejected, Transient

_CHILD = "controller.adapters.mosaic_export"
_PART = ".segment.part"
_COPY_BYTES = 1_048_576
_MOST_SEGMENT_BYTES = 40_000_000
_LEAST_S = 60
_TIMES = 10
"""As many times as long as a segment lasts may go by until it is derived."""
_END_S = 120


class GrowingDerived:
    """Its source is read by another process alone, and nothing of it is copied."""

    def __init__(self, folder: Path, name: str, file: CheckedFile, process: Process, stop: threading.Event) -> None:
        self._folder = folder
        self._name = name
        self._file = file
        self._process = process
        self._stop = stop
        self._end = 0
        self._start_ms: int | None = None

    @classmethod
    async def open(cls, folder: Path, name: str, program: str = _CHILD) -> "GrowingDerived":
        stop = threading.Event()
        try:
            process = await spawn_talking([sys.executable, "-m", program, str(folder)])
        except OSError as fault:
            raise Transient(f"derived film: no process can be started ({fault.strerror})") from None
        try:
            file = await blocking(lambda _: _opened(folder / f"{name}.part", stop), stop)
        except BaseException:
            await _ended(process)
            raise
        return cls(folder, name, file, process, stop)

    @property
    def init_sha256(self) -> str:
        """Nothing of what nodes wrote is in it."""
        return ""

    async def add(self, source: Path, take: Take) -> bool:
        """Derive it segment by segment; `NotDerived` where one cannot be: the film is of no use then."""
        self._start_ms = take.start_ms if self._start_ms is None else self._start_ms
        part = self._folder / _PART
        for place, segment in enumerate(take.segments):
            cut = partial(_cut, source, take.init_bytes, segment, part)
            await blocking(cut, self._stop)
            try:
                await self._derive(part, segment, segment.start_ms - self._start_ms)
            except Rejected as fault:
                raise NotDerived(place, str(fault)) from None
        return True

    async def finish(self) -> Digest:
        """Checked, and under its final name."""
        await self._ask(b"\n")
        await self._written(_END_S)
        found = await blocking(lambda _: self._whole(), self._stop)
        await _ended(self._process)
        return found

    async def drop(self) -> None:
        """Remove it, and end who makes it."""
        await _ended(self._process)
        await blocking(lambda _: self._drop())

    async def _derive(self, part: Path, segment: Segment, at_ms: int) -> None:
        lasts_ms = segment.end_ms - segment.start_ms
        order = {"source": str(part), "at_ms": at_ms, "lasts_ms": lasts_ms}
        await self._ask(json.dumps(order).encode() + b"\n")
        await self._written(_LEAST_S + _TIMES * lasts_ms / 1000)

    async def _ask(self, line: bytes) -> None:
        if self._process.stdin is None:
            raise Rejected("video", "its process is over")
        try:
            self._process.stdin.write(line)
            await self._process.stdin.drain()
        except OSError:
            raise Rejected("video", "its process ended over it") from None

    async def _written(self, most_s: float) -> None:
        """Take what the process writes until it is done; `Rejected` where it cannot be, or is nonsense."""
        first = self._end
        try:
            async with asyncio.timeout(most_s):
                while await self._take(first):
                    pass
        except TimeoutError:
            raise Rejected("video", "it takes too long") from None
        except asyncio.IncompleteReadError:
            raise Rejected("video", "its process ended over it") from None

    async def _take(self, first: int) -> bool:
        """One message; False: it was the last."""
        if self._process.stdout is None:
            raise Rejected("video", "its process is over")
        said, at, length = HEAD.unpack(await self._process.stdout.readexactly(HEAD.size))
        if length > MOST_BYTES:
            raise Rejected("video", "its process talks nonsense")
        data = await self._process.stdout.readexactly(length)
        if said == FAULT:
            raise Rejected("video", data.decode("utf-8", "replace"))
        if said == DONE:
            return False
        fits = at == self._end or 0 <= at <= at + length <= min(self._end, BLOCK_BYTES)
        if said != WRITE or not fits or at + length - first > _MOST_SEGMENT_BYTES:
            raise Rejected("video", "its process talks nonsense")
        await blocking(lambda _: self._write(at, data), self._stop)
        self._end = max(self._end, at + length)
        return True

    def _write(self, at: int, data: bytes) -> None:
        self._file.seek(at)
        self._file.write(data)

    def _whole(self) -> Digest:
        found = self._file.finish()
        with told():
            (self._folder / _PART).unlink(missing_ok=True)
            (self._folder / f"{self._name}.part").rename(self._folder / self._name)
            sync_folder(self._folder)
        return found

    def _drop(self) -> None:
        self._file.close()
        for left in (_PART, f"{self._name}.part"):
            (self._folder / left).unlink(missing_ok=True)


def _opened(part: Path, stop: threading.Event) -> CheckedFile:
    part.unlink(missing_ok=True)
    return CheckedFile(part, stop.is_set)


def _cut(source: Path, init_bytes: int, segment: Segment, part: Path, stop: Callable[[], bool]) -> None:
    """A segment of a run, with what it begins with, as a film of its own."""
    spans = ((0, init_bytes), (segment.offset_bytes, segment.offset_bytes + segment.length_bytes))
    with told(), source.open("rb") as whole, part.open("wb") as into:
        for start, end in spans:
            whole.seek(start)
            left = end - start
            while left > 0 and (data := whole.read(min(left, _COPY_BYTES))):
                if stop():
                    raise Stopped(part.name)
                into.write(data)
                left -= len(data)


async def _ended(process: Process) -> None:
    """Gone, whatever it was doing."""
    if process.stdin is not None:
        process.stdin.close()
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
    await process.wait()
