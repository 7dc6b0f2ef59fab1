"""A file that a muxer writes, and that is whole only when the disk gave back every byte that it was given."""

import errno
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from controller.core.export_manifest import BLOCK_BYTES
from controller.errors import NoRoom
from shared.errors import Broken, CctvError, Transient

_SYNC_BYTES = 16_777_216  # the last flush is then a short one, and can be cancelled before it
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Stopped(CctvError):
    """Somebody wants no more of it."""


@dataclass(frozen=True, slots=True)
class Digest:
    """A file as the disk gives it back: SHA-256 of all and of each block, hex."""

    length_bytes: int
    sha256: str
    blocks: tuple[str, ...]


class CheckedFile:
    """It appends, and goes back only into the first block, which is kept.

    `stop` is asked at every write and read; once it says yes, they raise `Stopped`. All of it blocks.
    """

    def __init__(self, path: Path, stop: Callable[[], bool]) -> None:
        self._path = path
        self._stop = stop
        with told():
            self._number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        self._open = True
        self._end = self._synced = 0
        self._first = bytearray()
        self._running = hashlib.sha256()
        self._blocks: list[str] = []

    def write(self, data: bytes, at: int | None = None) -> int:
        """At its end, or at a place before it."""
        if self._stop():
            raise Stopped(self._path.name)
        start = self._end if at is None else at
        with told():
            left = memoryview(data)
            while left:
                left = left[os.pwrite(self._number, left, start + len(data) - len(left)) :]
            self._note(start, data)
            if self._end - self._synced >= _SYNC_BYTES:
                os.fdatasync(self._number)
                self._synced = self._end
        return len(data)

    def finish(self) -> Digest:
        """Onto the disk, and back from it: raises `Transient` when it gives back other bytes than it was given."""
        with told():
            os.fsync(self._number)
            self.close()
        if self._end % BLOCK_BYTES and self._end > BLOCK_BYTES:
            self._blocks.append(self._running.hexdigest())
        expected = (hashlib.sha256(self._first).hexdigest(), *self._blocks) if self._end else ()
        found = digest_of(self._path, self._stop)
        if found is None or (found.length_bytes, found.blocks) != (self._end, expected):
            raise Transient(f"{self._path.name}: the disk gives back other bytes than it was given")
        return found

    def close(self) -> None:
        if self._open:
            self._open = False
            os.close(self._number)

    def _note(self, start: int, data: bytes) -> None:
        """Keep the first block, for the muxer writes its lengths there at the end; count the hashes of the others."""
        end = start + len(data)
        if start != self._end and end > min(self._end, BLOCK_BYTES):
            raise Broken(f"the muxer wrote back at {start} of {self._end}")
        if start < BLOCK_BYTES:
            self._first[start : min(end, BLOCK_BYTES)] = data[: BLOCK_BYTES - start]
        place = max(start, BLOCK_BYTES)
        while place < end:
            until = min(end, (place // BLOCK_BYTES + 1) * BLOCK_BYTES)
            self._running.update(data[place - start : until - start])
            if until % BLOCK_BYTES == 0:
                self._blocks.append(self._running.hexdigest())
                self._running = hashlib.sha256()
            place = until
        self._end = max(self._end, end)


def digest_of(path: Path, stop: Callable[[], bool] = lambda: False) -> Digest | None:
    """What the disk gives back of a file, not what memory still holds; None: it is not there. Blocks."""
    whole, length = hashlib.sha256(), 0
    blocks: list[str] = []
    try:
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            while block := file.read(BLOCK_BYTES):
                if stop():
                    raise Stopped(str(path))
                whole.update(block)
                blocks.append(hashlib.sha256(block).hexdigest())
                length += len(block)
    except FileNotFoundError:
        return None
    except OSError as fault:
        raise Transient(f"{path.name}: {fault.strerror or fault}") from fault
    return Digest(length, whole.hexdigest(), tuple(blocks))


@contextmanager
def told() -> Iterator[None]:
    """What a disk says leaves as `NoRoom` where it is full, else as `Transient`."""
    try:
        yield
    except OSError as fault:
        if fault.errno in _FULL:
            raise NoRoom(fault.strerror or "the disk is full") from fault
        raise Transient(f"exports: {fault.strerror or fault}") from fault


def sync_folder(folder: Path) -> None:
    """Its names are on the disk when this returns."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
