"""A media file of a bundle that is being written: in threads, each of which ends within a moment of a cancel."""

import threading
from pathlib import Path

from controller.adapters.blocking import blocking
from controller.adapters.checked_file import Digest, sync_folder, told
from controller.adapters.media_file import MediaFile
from controller.core.export import Take


class GrowingMedia:
    """Its bytes are copied by their places in runs; no codec looks into them."""

    def __init__(self, folder: Path, name: str, media: MediaFile, stop: threading.Event) -> None:
        self._folder = folder
        self._name = name
        self._media = media
        self._stop = stop

    @classmethod
    async def open(cls, folder: Path, name: str) -> "GrowingMedia":
        stop = threading.Event()
        part = folder / f"{name}.part"
        return cls(folder, name, await blocking(lambda _: _opened(part, stop), stop), stop)

    @property
    def init_sha256(self) -> str:
        """Of what its segments begin with."""
        return self._media.init_sha256

    async def add(self, source: Path, take: Take) -> bool:
        """False: the take does not fit into this file. `Rejected`: it cannot be read, and the file is of no use."""
        return await blocking(lambda _: self._media.add(source, take), self._stop)

    async def finish(self) -> Digest:
        """Checked, and under its final name."""
        return await blocking(lambda _: self._finish(), self._stop)

    async def drop(self) -> None:
        """Remove it."""
        await blocking(lambda _: self._drop())

    def _finish(self) -> Digest:
        found = self._media.finish()
        with told():
            (self._folder / f"{self._name}.part").rename(self._folder / self._name)
            sync_folder(self._folder)
        return found

    def _drop(self) -> None:
        self._media.drop()
        (self._folder / f"{self._name}.part").unlink(missing_ok=True)


def _opened(part: Path, stop: threading.Event) -> MediaFile:
    part.unlink(missing_ok=True)
    return MediaFile(part, stop.is_set)
