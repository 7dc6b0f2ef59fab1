"""A process's own scratch folder: emptied when it ends, and after it by the next when it was killed."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def scratch_folder(root: Path, role: str) -> Iterator[Path]:
    """A fresh folder `role-PID` under `root`; those of processes that are gone are removed."""
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in root.glob(f"{role}-*"):
        pid = left.name.removeprefix(f"{role}-")
        if pid.isdecimal() and not _alive(int(pid)):
            shutil.rmtree(left, ignore_errors=True)
    folder = root / f"{role}-{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
