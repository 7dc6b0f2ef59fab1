"""An export on a mounted disk: written beside its final name, synced, read back, and only then given that name."""

import contextlib
import errno
import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from edge_agent.adapters.segment_folder import sync_folder
from shared.errors import Broken, Rejected, Transient

_CHUNK_BYTES = 1 << 20
_MARGIN_BYTES = 16_000_000


class ExportFolder:
    """`with ExportFolder(…)` begins it; leaving without `finish` removes everything that was written."""

    def __init__(self, out: Path, name: str) -> None:
        self.final = out / name
        self._out = out
        self._draft = out / f".{name}.part"
        self._finished = False

    def check(self, data_dir: Path, needed_bytes: int, *, same_disk: bool) -> None:
        """Raise `Rejected` when this is no place for so many bytes."""
        if not self._out.is_dir():
            raise Rejected("--out", f"{self._out} is not there: is the disk mounted?")
        if self.final.exists():
            raise Rejected("--out", f"{self.final} is there already")
        if not same_disk and self._out.stat().st_dev == data_dir.stat().st_dev:
            raise Rejected(
                "--out", f"{self._out} is on the disk of the recordings: is the other disk mounted? (else: --same-disk)"
            )
        state = os.statvfs(self._out)
        free_bytes = state.f_bavail * state.f_frsize
        if free_bytes < needed_bytes + _MARGIN_BYTES:
            raise Rejected("--out", f"needs {_mb(needed_bytes + _MARGIN_BYTES)}, {_mb(free_bytes)} are free")

    def __enter__(self) -> Self:
        with _told(self._out):
            try:
                self._draft.mkdir()
            except FileExistsError:
                raise Rejected(
                    "--out", f"{self._draft} is there: another export runs, or one was killed and left it (remove it)"
                ) from None
        return self

    def __exit__(self, *_fault: object) -> None:
        if not self._finished:
            shutil.rmtree(self._draft, ignore_errors=True)

    @contextlib.contextmanager
    def file(self, name: str) -> Iterator["_Growing"]:
        """A new file; on the disk when this returns."""
        path = self._draft / name
        with _told(path), path.open("xb") as opened:
            growing = _Growing(opened.fileno())
            yield growing
            os.fsync(opened.fileno())

    def digest(self, name: str) -> tuple[int, str]:
        """Length and SHA-256 of what the disk gives back, not of what memory still holds."""
        path = self._draft / name
        sha256, length = hashlib.sha256(), 0
        with _told(path), path.open("rb") as opened:
            os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            while chunk := opened.read(_CHUNK_BYTES):
                sha256.update(chunk)
                length += len(chunk)
        return length, sha256.hexdigest()

    def finish(self) -> None:
        """Give the export its name."""
        with _told(self.final):
            sync_folder(self._draft)
            self._draft.rename(self.final)
            self._finished = True
            sync_folder(self._out)


class _Growing:
    """A file that is being written."""

    def __init__(self, number: int) -> None:
        self._number = number

    def add(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            written = os.write(self._number, left)
            if not written:
                raise Broken("the disk takes nothing and says nothing")
            left = left[written:]


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        if fault.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise Rejected("--out", "the disk is full") from None
        if fault.errno == errno.EFBIG:
            raise Rejected("--out", "its file system takes no file of this size: leave out --joined") from None
        raise Transient(f"{path}: {fault.strerror or fault}") from None


def _mb(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:.0f} MB"
