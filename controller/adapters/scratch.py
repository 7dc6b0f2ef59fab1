"""What processes write on the way: removed when they end, and after those that were killed by the next."""

import contextlib
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

_LEFT_S = 6 * 3600  # another process may still be writing, or sending on what it wrote


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


def remove_leftovers(folder: Path, pattern: str, now_s: float) -> None:
    """Remove files and folders of ours in `folder` that nobody wrote to for hours: who made them was killed.

    `now_s`: Unix s. Blocks; what cannot be removed stays.
    """
    for path in folder.glob(pattern):
        with contextlib.suppress(OSError):
            if path.lstat().st_uid != os.geteuid() or now_s - _written_s(path) < _LEFT_S:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink()


def _written_s(path: Path) -> float:
    return max(one.lstat().st_mtime for one in (path, *path.glob("*")))


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def forget_files(folders: Iterable[Path], pattern: str) -> None:
    """Remove what was made from footage that is deleted now; whoever reads one reads on to its end. Blocks shortly."""
    for path in chain.from_iterable(folder.glob(pattern) for folder in folders):
        path.unlink(missing_ok=True)
