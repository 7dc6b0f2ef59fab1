"""The store of runs and pictures, and what is made of them."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from controller.core.fsck import ListedObject
from controller.core.records import StoredRun
from shared.messages import Grant


class ObjectStore(Protocol):
    """The store of runs and pictures."""

    async def grant_put(self, key: str, length_bytes: int, sha256: str, md5: str) -> Grant:
        """Leave for a node to PUT exactly these bytes (15 min)."""
        ...

    async def head(self, key: str) -> tuple[int, str] | None:
        """Length and MD5, or None when there is no such object."""
        ...

    async def fetch(self, key: str, into: Path) -> None:
        """Copy an object into a local file; `Rejected` when absent."""
        ...

    async def put(self, key: str, data: bytes, content_type: str) -> None: ...

    async def get(self, key: str) -> bytes: ...

    async def delete(self, key: str) -> None:
        """Idempotent."""
        ...


class MediaDoor(Protocol):
    """Where uploads come in that the controller takes itself."""

    async def accept_put(
        self, key: str, query: Mapping[str, str], content_length: int | None, stream: AsyncIterator[bytes]
    ) -> bool:
        """Take an upload. False: the object is there already. `Refused`: no leave; `Rejected`: other bytes."""
        ...


class WholeStore(ObjectStore, MediaDoor, Protocol):
    """A store with all that is asked of it."""

    async def read(self, key: str, offset: int, length: int) -> bytes:
        """Bytes [offset, offset + length) of an object; `Rejected` when there is no such object, or it is shorter."""
        ...

    async def put_file(self, key: str, file: Path, md5: str) -> None:
        """Keep a recording whose bytes are in a file; onto the disk when this returns. `NoRoom`: it takes no more."""
        ...

    def listed(self, after: str) -> AsyncIterator[list[ListedObject]]:
        """Every object behind a key, in the store's own order, some at a time."""
        ...

    def close(self) -> None:
        """Let go of threads and connections; nothing waits for a hanging store."""
        ...


@dataclass(frozen=True, slots=True)
class Clip:
    """A playable file derived from stored runs by copying packets; `start_ms`: media time of its first picture."""

    path: Path
    start_ms: int


class ClipMaker(Protocol):
    """Plain MP4 files for browsers."""

    async def clip(self, runs: Sequence[StoredRun], start_ms: int, end_ms: int) -> Clip:
        """`Missing` when the runs hold no picture of that span."""
        ...
