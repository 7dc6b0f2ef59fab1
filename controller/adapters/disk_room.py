"""Free room on the disk that a folder of ours lies on."""

import asyncio
import shutil
from pathlib import Path


class DiskRoom:
    """No folder: what is stored lies elsewhere, and nobody knows its room."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    async def free_bytes(self) -> int | None:
        """Bytes that may be written still; None: nobody knows."""
        return None if self._folder is None else await asyncio.to_thread(_free, self._folder)


def _free(folder: Path) -> int | None:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None
