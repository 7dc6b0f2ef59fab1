"""A bundle as it was made: plain files side by side."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

from controller.adapters.verify_bundle.reading import Unfit


class Folder:
    """A bundle as it was made: plain files side by side."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def names(self) -> list[str]:
        return sorted(entry.name for entry in os.scandir(self.path))

    def open(self, name: str) -> tuple[Any, int]:
        """A plain file and its length: no link leads out of the folder, and no device or pipe is waited for."""
        number = os.open(self.path / name, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        about = os.fstat(number)
        if not stat.S_ISREG(about.st_mode):
            os.close(number)
            raise Unfit("is no plain file")
        return os.fdopen(number, "rb"), about.st_size

    def close(self) -> None:
        """Nothing of it is open between two files."""
