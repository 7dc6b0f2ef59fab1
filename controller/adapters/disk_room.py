"""Free room on the disk that a folder of ours lies on."""

import asyncio
import shutil
from pathlib import Path

_PATIENCE_S = 2.0


class DiskRoom:
    """No folder: what is stored lies elsewhere, and nobody knows its room."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._asked: asyncio.Task[int | None] | None = None

    async def free_bytes(self) -> int | None:
        """Bytes that may be written still; None: nobody knows, or a share hangs, of which one thread waits."""
        if self._folder is None:
            return None
        asked = self._asked = self._asked or asyncio.create_task(asyncio.to_thread(_free, self._folder))
        done, _ = await asyncio.wait({asked}, timeout=_PATIENCE_S)
        if not done:
            return None
        self._asked = None
        return asked.result()


def _free(folder: Path) -> int | None:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None
