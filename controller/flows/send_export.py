"""Sends a finished export to its destination: file by file, each compared there, the manifest last."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from controller.core.export_target import Sum, There, folder_of
from controller.ports import Parcel


class Target(Protocol):
    """A place outside the site. Every fault of it is `AtTarget`; a cancel ends each call within a moment."""

    async def begin(self, folder: str) -> None:
        """Make it ready for files. What had its final name loses it until `finish`."""
        ...

    async def has(self, folder: str, name: str, expected: Sum) -> bool:
        """Whether it gives back exactly this file."""
        ...

    async def put(self, folder: str, name: str, source: Path, expected: Sum, more: Callable[[int], None]) -> None:
        """Copy a file; it stays under its name only where it gave back every byte of it."""
        ...

    async def finish(self, folder: str) -> None: ...

    async def drop(self, folder: str) -> None:
        """Remove it, finished or not. Idempotent."""
        ...

    async def files(self, start: str) -> list[There]:
        """What is in the whole folders whose names begin so, by name."""
        ...

    async def fetch(self, folder: str, name: str, into: Path) -> None:
        """Copy a file of a whole folder to this disk. `AtTarget` (gone) where there is none."""
        ...

    async def probe(self) -> int | None:
        """Write, read back and remove a little; bytes that are free, where it can say."""
        ...


class Targets(Protocol):
    """The destinations of a site."""

    async def open(self, name: str) -> Target:
        """`AtTarget` (unknown) where nobody named it."""
        ...


@dataclass(slots=True)
class Sent:
    """How far it is."""

    done_bytes: int = 0
    total_bytes: int = 0


@dataclass(frozen=True, slots=True)
class SendExport:
    """One verb of the role `export`."""

    targets: Targets

    async def run(
        self, export: str, name: str, parcels: Sequence[Parcel], sent: Sent, got_on: Callable[[], Awaitable[None]]
    ) -> None:
        """Until all of it is at the destination `name`; `got_on` hears of each file that is there.

        What is there already, byte for byte, is not sent again.
        """
        target, folder = await self.targets.open(name), folder_of(export)
        sent.total_bytes = sum(one.sum.length_bytes for one in parcels)
        sent.done_bytes = 0
        await target.begin(folder)
        for one in parcels:
            before = sent.done_bytes

            def more(length_bytes: int) -> None:
                sent.done_bytes += length_bytes

            if not await target.has(folder, one.name, one.sum):
                await target.put(folder, one.name, one.path, one.sum, more)
            sent.done_bytes = before + one.sum.length_bytes
            await got_on()
        await target.finish(folder)

    async def drop(self, export: str, name: str) -> None:
        """Remove what was sent of an export that nobody wants any more."""
        await (await self.targets.open(name)).drop(folder_of(export))
