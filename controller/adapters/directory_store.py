"""Objects as files under one directory: temporary file, sync, rename; never outside its root or on an empty mount."""

import contextlib
import errno
import hashlib
import os
import re
import shutil
import stat
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import TypeVar

from controller.adapters.scratch import remove_leftovers
from controller.adapters.upload_door import UploadDoor, off_loop
from controller.core.fsck import ListedObject
from controller.errors import NoRoom
from shared.clock import Clock
from shared.errors import Rejected, Transient
from shared.messages import Grant
from shared.mint import uuid7

_MARKER = ".cctv-store"
_INCOMING = ".incoming"
_LISTED = 1_000
_PIECE_BYTES = 1 << 20
_FULL = {errno.ENOSPC, errno.EDQUOT}
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,100}(?:/[A-Za-z0-9][A-Za-z0-9._-]{0,100}){0,9}")

R = TypeVar("R")


def prepare_directory(root: Path, field: str = "store.path") -> None:
    """Make a new, empty store. Called once for a site, never at a start: a start must find the marker."""
    root.mkdir(parents=True, exist_ok=True)
    if any(root.iterdir()) and not (root / _MARKER).exists():
        raise Rejected(field, f"{root} holds other things")
    (root / _INCOMING).mkdir(exist_ok=True)
    with (root / _MARKER).open("w", encoding="utf-8") as marker:
        marker.write("the controller's object store; without this file nothing is written here\n")
        marker.flush()
        os.fsync(marker.fileno())
    _sync_directory(root)


class DirectoryStore:
    """`ObjectStore` on a local or mounted directory; uploads come through the controller's own door."""

    def __init__(self, root: Path, secret: bytes, clock: Clock) -> None:
        self._root = root.resolve()
        self._clock = clock
        self._executor = ThreadPoolExecutor(4, thread_name_prefix="directory store")
        self._door = UploadDoor(secret, clock, self._executor)

    async def grant_put(self, key: str, length_bytes: int, sha256: str, md5: str) -> Grant:
        """A path on the controller's own address for exactly these bytes."""
        return self._door.grant(key, length_bytes, sha256, md5)

    async def accept_put(
        self, key: str, query: Mapping[str, str], content_length: int | None, stream: AsyncIterator[bytes]
    ) -> bool:
        """Take an upload. False: the object is there already. `Refused`: no leave; `Rejected`: other bytes."""
        await self._door.admit(key, query, stream)
        path = self._path(key)
        if await self.head(key) == (int(query["length"]), query["md5"]):
            await self._door.drain(query, stream)
            return False
        part = await off_loop(self._executor, self._part)
        try:
            await self._door.receive(query, content_length, stream, part)
            await off_loop(self._executor, self._keep, part, path)
        finally:
            await off_loop(self._executor, _remove, part)
        return True

    async def head(self, key: str) -> tuple[int, str] | None:
        """Length and MD5 by reading the file: the disk's word, not a note from when it was written."""
        return await off_loop(self._executor, self._head, self._path(key))

    async def fetch(self, key: str, into: Path) -> None:
        await self._present(key, lambda path: shutil.copyfile(path, into))

    async def put(self, key: str, data: bytes, content_type: str) -> None:
        del content_type
        path = self._path(key)

        def write() -> None:
            part = self._part()
            try:
                with part.open("xb") as file:
                    file.write(data)
                    file.flush()
                    os.fdatasync(file.fileno())
                self._keep(part, path)
            finally:
                _remove(part)

        await off_loop(self._executor, write)

    async def put_file(self, key: str, file: Path, md5: str) -> None:
        """A copy of a file; what is read of it afterwards comes from the disk. `NoRoom`: the disk is full."""
        del md5
        path = self._path(key)

        def write() -> None:
            part = self._part()
            try:
                with file.open("rb") as source, part.open("xb") as copy:
                    shutil.copyfileobj(source, copy, _PIECE_BYTES)
                    copy.flush()
                    os.fsync(copy.fileno())
                    os.posix_fadvise(copy.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
                self._keep(part, path)
            except OSError as fault:
                if fault.errno in _FULL:
                    raise NoRoom(f"store: {fault.strerror}") from fault
                raise
            finally:
                _remove(part)

        await off_loop(self._executor, write)

    async def get(self, key: str) -> bytes:
        return await self._present(key, Path.read_bytes)

    async def read(self, key: str, offset: int, length: int) -> bytes:
        def part(path: Path) -> bytes:
            with path.open("rb") as file:
                file.seek(offset)
                return file.read(length)

        data = await self._present(key, part)
        if len(data) != length:
            raise Rejected("object", f"{key} ends before it should")
        return data

    async def delete(self, key: str) -> None:
        """Idempotent; `Transient` where the disk is not mounted: what lies there may not be taken for deleted."""
        await off_loop(self._executor, self._delete, self._path(key))

    async def listed(self, after: str) -> AsyncIterator[list[ListedObject]]:
        """Every object behind a key, folder by folder, some at a time. `Transient` where the disk is not mounted."""
        self._see_marker()
        walk = _walk(self._root, "", tuple(after.split("/")) if after else ())
        while part := await off_loop(self._executor, lambda: list(islice(walk, _LISTED))):
            yield part

    def close(self) -> None:
        """Let go of the threads; nothing waits for a hanging disk."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    async def _present(self, key: str, call: Callable[[Path], R]) -> R:
        """What is asked of an object's file. That it is not there counts only while its disk is."""
        path = self._path(key)
        try:
            return await off_loop(self._executor, call, path)
        except Transient as fault:
            if not isinstance(fault.__cause__, FileNotFoundError):
                raise
        await off_loop(self._executor, self._see_marker)
        raise Rejected("object", f"{key} is not in the store")

    def _see_marker(self) -> None:
        if not (self._root / _MARKER).is_file():
            raise Transient(f"store: {self._root} has no marker: is the disk mounted?")

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise Rejected("object key", f"{key[:200]!r} is not one of ours")
        return self._root / key

    def _part(self) -> Path:
        self._see_marker()
        (self._root / _INCOMING).mkdir(exist_ok=True)
        remove_leftovers(self._root / _INCOMING, "*.part", self._clock.unix_ms() / 1000)
        return self._root / _INCOMING / f"{uuid7()}.part"

    def _keep(self, part: Path, path: Path) -> None:
        """Give it its name. A disk that went meanwhile has it not, and nothing is left on the bare folder below it."""
        self._see_marker()
        made = [folder for folder in path.parents if folder.is_relative_to(self._root) and not folder.exists()]
        path.parent.mkdir(parents=True, exist_ok=True)
        part.replace(path)
        for folder in {path.parent, *(folder.parent for folder in made)}:
            _sync_directory(folder)
        self._see_marker()

    def _head(self, path: Path) -> tuple[int, str] | None:
        self._see_marker()
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False))
                return file.tell(), digest.hexdigest()
        except FileNotFoundError:
            self._see_marker()
            return None

    def _delete(self, path: Path) -> None:
        _remove(path)
        self._see_marker()
        for folder in path.parents:
            if folder == self._root:
                break
            try:
                folder.rmdir()
            except OSError:
                break


def _walk(folder: Path, place: str, after: tuple[str, ...]) -> Iterator[ListedObject]:
    for path in sorted(folder.iterdir(), key=lambda one: one.name):
        key, here = f"{place}{path.name}", path.name == next(iter(after), None)
        if path.name < next(iter(after), "") or not _KEY.fullmatch(key):
            continue  # no key of ours begins with a dot
        try:
            told = path.lstat()
        except FileNotFoundError:
            continue
        if stat.S_ISDIR(told.st_mode):
            yield from _walk(path, f"{key}/", after[1:] if here else ())
        elif stat.S_ISREG(told.st_mode) and not here:
            yield ListedObject(key, told.st_size, int(told.st_mtime * 1000))


def _remove(path: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        path.unlink()


def _sync_directory(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
