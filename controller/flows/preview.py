"""Shows what a stretch of footage looks like: a few of its pictures side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from controller.core.piece import Piece
from controller.core.preview import moments_of
from controller.flows.play_pieces import PlayPieces

MOST_BYTES = 1_500_000
"""What of a piece is read for a picture: a segment's keyframes come early in it."""


class StripMaker(Protocol):
    """Decodes and puts pictures together."""

    def known(self, name: str) -> bytes | None:
        """A strip that was made lately."""
        ...

    async def strip(self, name: str, films: Sequence[tuple[bytes, int, tuple[int, ...]]]) -> bytes | None:
        """A JPEG of `core.preview.PICTURES` pictures of one size; None: nothing of it can be read.

        `films`: init and fragments, when they begin, and the moments wanted of them, Unix ms; in order of time.
        """
        ...


@dataclass(frozen=True, slots=True)
class Preview:
    """Reads only what the pictures need."""

    _pieces: PlayPieces
    _maker: StripMaker

    async def strip(self, camera: str, from_ms: int, to_ms: int) -> bytes | None:
        """A JPEG of pictures from [from_ms, to_ms) side by side; None when the store has nothing of it."""
        wanted: dict[Piece, list[int]] = {}
        for at_ms in moments_of(from_ms, to_ms):
            piece = await self._pieces.find(camera, at_ms, 1)
            if piece is not None and piece.start_ms < to_ms:
                wanted.setdefault(piece, []).append(at_ms)
        if not wanted:
            return None
        name = ";".join(f"{one.run}/{one.from_byte}/{','.join(map(str, at))}" for one, at in wanted.items())
        known = self._maker.known(name)
        if known is not None:
            return known
        films = [(await self._bytes(piece), piece.start_ms, tuple(at)) for piece, at in wanted.items()]
        return await self._maker.strip(name, films)

    async def _bytes(self, piece: Piece) -> bytes:
        found = bytearray()
        async for data in self._pieces.read(piece):
            found += data
            if len(found) >= MOST_BYTES:
                break
        return bytes(found)
