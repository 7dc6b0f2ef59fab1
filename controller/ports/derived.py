"""Derived pictures, and who makes them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from controller.ports.objects import Clip


@dataclass(frozen=True, slots=True)
class DerivedPicture:
    """A JPEG of blocks, and when the picture that it was made of was taken."""

    pts_ms: int
    width_px: int
    height_px: int
    jpeg: bytes


class PictureMaker(Protocol):
    """Makes derived pictures of one live stream, elsewhere; `Transient` once it is over."""

    async def start(self) -> None: ...

    async def codec(self, codec: str) -> None: ...

    async def unit(self, pts_ms: int, data: bytes) -> None: ...

    def pictures(self) -> AsyncIterator[DerivedPicture]:
        """As they are made; `Rejected` where the stream cannot be decoded."""
        ...

    async def stop(self) -> None: ...


@dataclass(frozen=True, slots=True)
class DerivedFilm:
    """A film of blocks, and its codec as browsers name it."""

    path: Path
    codec: str


class FilmMaker(Protocol):
    """Makes derived films, elsewhere; who is cancelled while it waits ends the making."""

    async def clip(self, who: str, clip: Clip) -> Clip:
        """Of a clip; `Rejected` where that cannot be read."""
        ...

    async def piece(self, who: str, name: str, chunks: AsyncIterator[bytes]) -> DerivedFilm:
        """Of init and fragments."""
        ...


class StillMaker(Protocol):
    """Makes one derived JPEG of another, elsewhere."""

    async def picture(self, data: bytes, cells: int) -> bytes:
        """Of `cells` pictures side by side each by itself; `Rejected` where it is none."""
        ...
