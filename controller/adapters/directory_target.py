"""A directory of the operator's as the destination of exports: a mounted disk, a share. It is never made here."""

import contextlib
import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from controller.adapters.checked_file import digest_of, sync_folder, told
from controller.adapters.patience import Patience, Pulse
from controller.core.export_target import Sum, TargetFault, There
from controller.errors import AtTarget
from shared.errors import Transient
from shared.mint import uuid7

_PIECE_BYTES = 1_048_576
_SYNC_BYTES = 16_777_216
_FAULTS: dict[int, TargetFault] = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), "target_full"),
    **dict.fromkeys((errno.ENOENT, errno.ENOTDIR, errno.ESTALE, errno.ENXIO, errno.ENODEV), "target_gone"),
    **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), "target_refused"),
}


class DirectoryTarget:
    """`Target` on a directory. A folder is `NAME.part` until all of it is there."""

    def __init__(self, root: Path, *, mounted: bool = False, patience: Patience | None = None) -> None:
        self._root = root
        self._mounted = mounted
        self._patience = patience or Patience()

    async def begin(self, folder: str) -> None:
        """Make it ready for files. What had its final name loses it until `finish`."""
        await self._patience.run(lambda _: self._begin(folder))

    async def has(self, folder: str, name: str, expected: Sum) -> bool:
        """Whether the disk gives back exactly this file."""
        return await self._patience.run(lambda pulse: self._has(folder, name, expected, pulse))

    async def put(self, folder: str, name: str, source: Path, expected: Sum, more: Callable[[int], None]) -> None:
        """Copy a file; it has its name only once the disk gave back every byte of it."""
        await self._patience.run(lambda pulse: self._put(folder, name, source, expected, pulse), more)

    async def finish(self, folder: str) -> None:
        """All its files are there: it gets its name."""
        await self._patience.run(lambda _: self._finish(folder))

    async def drop(self, folder: str) -> None:
        """Remove it, finished or not. Idempotent."""
        await self._patience.run(lambda _: self._drop(folder))

    async def files(self, start: str) -> list[There]:
        """What is in the whole folders whose names begin so, by name."""
        return await self._patience.run(lambda _: self._files(start))

    async def fetch(self, folder: str, name: str, into: Path) -> None:
        """Copy a file of a whole folder to this disk. `AtTarget` (gone) where there is none."""
        await self._patience.run(lambda pulse: self._fetch(self._root / folder / name, into, pulse))

    async def probe(self) -> int | None:
        """Write, read back and remove a small file; bytes that are free."""
        return await self._patience.run(self._probe)

    def _draft(self, folder: str) -> Path:
        return self._root / f"{folder}.part"

    def _ready(self) -> None:
        """The directory is the operator's: were it made here, a disk that is not mounted would fill this one."""
        if not self._root.is_dir():
            raise AtTarget("target_gone", f"{self._root} is no directory: is it mounted?")
        if self._mounted and not os.path.ismount(self._root):
            raise AtTarget("target_gone", f"nothing is mounted at {self._root}")

    def _begin(self, folder: str) -> None:
        with _at_target():
            self._ready()
            draft, whole = self._draft(folder), self._root / folder
            if whole.is_dir() and not draft.exists():
                whole.rename(draft)
            draft.mkdir(mode=0o750, exist_ok=True)
            for left in draft.glob(".*.part"):
                left.unlink()

    def _has(self, folder: str, name: str, expected: Sum, pulse: Pulse) -> bool:
        with _at_target():
            return _is(self._draft(folder) / name, expected, pulse)

    def _put(self, folder: str, name: str, source: Path, expected: Sum, pulse: Pulse) -> None:
        draft = self._draft(folder)
        part = draft / f".{name}.part"
        with _at_target():
            self._ready()
            if shutil.disk_usage(draft).free < expected.length_bytes:
                raise AtTarget("target_full", f"{name} needs {expected.length_bytes} bytes")
        try:
            with told(), source.open("rb") as reads:
                _copy(reads.read, part, pulse)
            with _at_target():
                if not _is(part, expected, pulse):
                    raise AtTarget("target_altered", name)
                part.rename(draft / name)
                sync_folder(draft)
        finally:
            with contextlib.suppress(OSError):
                part.unlink()

    def _finish(self, folder: str) -> None:
        with _at_target():
            sync_folder(self._draft(folder))
            self._draft(folder).rename(self._root / folder)
            sync_folder(self._root)

    def _drop(self, folder: str) -> None:
        with _at_target():
            self._ready()
            for path in (self._draft(folder), self._root / folder):
                if path.is_dir():
                    shutil.rmtree(path)

    def _files(self, start: str) -> list[There]:
        with _at_target():
            self._ready()
            folders = [one for one in self._root.glob(f"{start}*") if one.is_dir() and one.suffix != ".part"]
            found = [path for folder in folders for path in folder.iterdir() if path.is_file()]
            return sorted(
                (There(path.parent.name, path.name, path.stat().st_size) for path in found), key=lambda one: one.name
            )

    def _fetch(self, path: Path, into: Path, pulse: Pulse) -> None:
        with _at_target():
            self._ready()
            file = path.open("rb")
        with file, told(), into.open("xb") as out:
            while True:
                with _at_target():
                    piece = file.read(_PIECE_BYTES)
                if not piece:
                    break
                out.write(piece)
                pulse.more(len(piece))

    def _probe(self, pulse: Pulse) -> int:
        data = os.urandom(64)
        path = self._root / f".cctv-test-{uuid7()}"
        with _at_target():
            self._ready()
            try:
                with path.open("xb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                pulse.beat()
                if path.read_bytes() != data:
                    raise AtTarget("target_altered", path.name)
            finally:
                path.unlink(missing_ok=True)
            return shutil.disk_usage(self._root).free


def _copy(read: Callable[[int], bytes], part: Path, pulse: Pulse) -> None:
    """All that `read` gives, onto the disk."""
    with _at_target():
        number = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o640)
    try:
        unsynced = 0
        while piece := read(_PIECE_BYTES):
            with _at_target():
                left = memoryview(piece)
                while left:
                    left = left[os.write(number, left) :]
                unsynced += len(piece)
                if unsynced >= _SYNC_BYTES:
                    os.fdatasync(number)
                    unsynced = 0
            pulse.more(len(piece))
        with _at_target():
            os.fsync(number)
    finally:
        os.close(number)


def _is(path: Path, expected: Sum, pulse: Pulse) -> bool:
    try:
        found = digest_of(path, pulse.beat)
    except Transient as fault:
        if isinstance(fault.__cause__, OSError):
            raise fault.__cause__ from None
        raise
    return found is not None and (found.length_bytes, found.sha256) == (expected.length_bytes, expected.sha256)


@contextmanager
def _at_target() -> Iterator[None]:
    """What the directory says leaves as `AtTarget`."""
    try:
        yield
    except OSError as fault:
        raise AtTarget(_FAULTS.get(fault.errno or 0, "target_away"), fault.strerror or type(fault).__name__) from fault
