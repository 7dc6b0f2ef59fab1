"""Whether a process of a role died while it was busy with something that can end a whole process: a driver, say."""

import contextlib
import os
import threading
from pathlib import Path

_MARK = "busy"


class Busy:
    """A file in the process's scratch folder, there while something is under way; None: nobody is told."""

    def __init__(self, folder: Path | None) -> None:
        self._file = None if folder is None else folder / _MARK
        self._count = 0
        self._lock = threading.Lock()

    def begin(self) -> None:
        """One more."""
        with self._lock:
            self._count += 1
            if self._file is not None and self._count == 1:
                with contextlib.suppress(OSError):  # the folder goes when the process ends
                    self._file.touch()

    def end(self) -> None:
        """One less."""
        with self._lock:
            self._count -= 1
            if self._file is not None and self._count == 0:
                self._file.unlink(missing_ok=True)


def died_busy(root: Path, role: str) -> bool:
    """Whether a process of that role left its scratch folder behind while busy; ask before a folder is made anew."""
    for mark in root.glob(f"{role}-*/{_MARK}"):
        pid = mark.parent.name.removeprefix(f"{role}-")
        if pid == str(os.getpid()) or (pid.isdecimal() and not Path("/proc", pid).exists()):
            return True
    return False
