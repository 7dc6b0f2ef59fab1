"""A film that a confined process makes: what it writes is bounded and put on the disk here; it is ended when late."""

import asyncio
import contextlib
import json
import sys
import threading
from asyncio.subprocess import Process
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from controller.adapters.blocking import blocking
from controller.adapters.checked_file import CheckedFile, Digest, sync_folder, told
from controller.adapters.child import spawn_talking
from controller.adapters.reel_wire import DONE, FAULT, HEAD, MOST_BYTES, OTHER, READY, WRITE
from controller.core.export_manifest import BLOCK_BYTES
from shared.errors import Rejected, Transient

_START_S = 60
_END_S = 120
_MOST_INDEX_BYTES = 40_000_000


class ReelProcess:
    """One film, nameless until it is finished. What its process cannot do raises `Rejected`; it may be over then."""

    def __init__(self, folder: Path, name: str, file: CheckedFile, process: Process, stop: threading.Event) -> None:
        self.stop = stop
        self._folder = folder
        self._name = name
        self._file = file
        self._process = process
        self._end = 0
        self._ready = False

    @classmethod
    async def open(cls, program: str, folder: Path, name: str) -> "ReelProcess":
        """`program` reads in `folder`; `Transient` where no process can be started."""
        stop = threading.Event()
        try:
            process = await spawn_talking([sys.executable, "-m", program, str(folder)])
        except OSError as fault:
            raise Transient(f"film: no process can be started ({fault.strerror})") from None
        try:
            file = await blocking(lambda _: _opened(folder / f"{name}.part", stop), stop)
        except BaseException:
            await _ended(process)
            raise
        return cls(folder, name, file, process, stop)

    @property
    def over(self) -> bool:
        return self._process.returncode is not None

    async def add(self, order: Mapping[str, Any], most_bytes: int, most_s: float) -> bool:
        """Have it put in; False: it does not fit into this film. `most_s`: that its process may be waited for."""
        await self._come_up()
        await self._ask(json.dumps(order).encode() + b"\n")
        return await self._written(most_bytes, most_s) == DONE

    async def finish(self) -> Digest:
        """Checked, and under its final name."""
        await self._come_up()
        await self._ask(b"\n")
        await self._written(_MOST_INDEX_BYTES, _END_S)
        found = await blocking(lambda _: self._whole(), self.stop)
        await _ended(self._process)
        return found

    async def drop(self) -> None:
        """Remove it, and end who makes it."""
        await _ended(self._process)
        await blocking(lambda _: self._drop())

    async def _come_up(self) -> None:
        """`Transient` where it does not: no film is at fault then."""
        if self._ready:
            return
        try:
            async with asyncio.timeout(_START_S):
                said, _, _ = await self._heard()
        except (TimeoutError, Rejected):
            said = b""
        if said != READY:
            raise Transient("film: the process that makes it does not come up")
        self._ready = True

    async def _ask(self, line: bytes) -> None:
        if self._process.stdin is None:
            raise Rejected("video", "its process is over")
        try:
            self._process.stdin.write(line)
            await self._process.stdin.drain()
        except OSError:
            raise Rejected("video", "its process ended over it") from None

    async def _written(self, most_bytes: int, most_s: float) -> bytes:
        """Take what the process writes until it is done; `Rejected` where it cannot be, or is nonsense."""
        most, left_s, clock = self._end + most_bytes, most_s, asyncio.get_running_loop().time
        while True:
            began_s = clock()
            try:
                async with asyncio.timeout(left_s):
                    said, at, data = await self._heard()
            except TimeoutError:
                raise Rejected("video", "it takes too long") from None
            left_s -= clock() - began_s  # a disk that is slow to take it is none of its faults
            if said == FAULT:
                raise Rejected("video", data.decode("utf-8", "replace"))
            if said in {DONE, OTHER}:
                return said
            fits = at == self._end or 0 <= at <= at + len(data) <= min(self._end, BLOCK_BYTES)
            if said != WRITE or not fits or at + len(data) > most:
                raise Rejected("video", "its process talks nonsense")
            await blocking(lambda _, at=at, data=data: self._file.write(data, at), self.stop)  # type: ignore[misc]
            self._end = max(self._end, at + len(data))

    async def _heard(self) -> tuple[bytes, int, bytes]:
        """What it says, where that belongs, and the bytes."""
        if self._process.stdout is None:
            raise Rejected("video", "its process is over")
        try:
            said, at, length = HEAD.unpack(await self._process.stdout.readexactly(HEAD.size))
            if length > MOST_BYTES:
                raise Rejected("video", "its process talks nonsense")
            return said, at, await self._process.stdout.readexactly(length)
        except asyncio.IncompleteReadError:
            raise Rejected("video", "its process ended over it") from None

    def _whole(self) -> Digest:
        found = self._file.finish()
        with told():
            (self._folder / f"{self._name}.part").rename(self._folder / self._name)
            sync_folder(self._folder)
        return found

    def _drop(self) -> None:
        self._file.close()
        (self._folder / f"{self._name}.part").unlink(missing_ok=True)


def _opened(part: Path, stop: threading.Event) -> CheckedFile:
    part.unlink(missing_ok=True)
    return CheckedFile(part, stop.is_set)


async def _ended(process: Process) -> None:
    """Gone, whatever it was doing."""
    if process.stdin is not None:
        process.stdin.close()
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
    await process.wait()
