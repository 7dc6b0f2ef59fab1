"""The node's data folder: made private, and claimed by one agent at a time."""

import fcntl
import os
from pathlib import Path

from shared.errors import Rejected


class DataFolder:
    """Where a node keeps its outbox, its ring and what is held."""

    def __init__(self, path: Path) -> None:
        """Make the folder and claim it; raises `Rejected` when it cannot be made or another agent has it."""
        self.path = path
        try:
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock = os.open(path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as fault:
            raise Rejected("data_dir", f"{path}: {fault.strerror}") from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._lock)
            raise Rejected("data_dir", f"{path} is in use by another agent") from None

    @property
    def database(self) -> Path:
        return self.path / "node.sqlite3"

    def keep_ca(self, pem: str) -> Path:
        """Write the CA that the configuration holds where TLS libraries can read it."""
        file = self.path / "ca.pem"
        fresh = file.with_suffix(".new")
        fresh.write_text(pem, encoding="ascii")
        fresh.replace(file)
        return file

    def release(self) -> None:
        os.close(self._lock)
