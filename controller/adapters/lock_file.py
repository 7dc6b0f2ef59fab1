"""A lock on a directory, held by an open file: gone with the process that held it, whatever ended it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shared.errors import Rejected


@contextmanager
def in_turn(path: Path) -> Iterator[None]:
    """Wait for `path`, and hold it: several processes change what lies beside it, each what the one before left."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def hold_lock(path: Path, owner: str) -> Iterator[None]:
    """Hold `path` exclusively; `Rejected` tells who has it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 200, 0).decode(errors="replace").strip() or "another process"
            raise Rejected(str(path.parent), f"is in use by {holder}: stop that one first") from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{owner} (process {os.getpid()})".encode(), 0)
        yield
    finally:
        os.close(descriptor)
