"""Plays the store piece by piece: verbatim bytes of the camera's encoder, a bounded piece at a time."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Protocol

from controller.core.piece import Piece, PlayableRun, piece_of
from shared.ids import parse_camera

AHEAD_MS = 60_000
"""What begins later than this after the moment is not looked for: the timeline tells where to go on."""
_AT_ONCE = 1 << 20


class PieceRuns(Protocol):
    """The database as this flow sees it."""

    async def playable(self, camera: str, from_ms: int, to_ms: int) -> Sequence[PlayableRun]:
        """Stored runs that overlap [from_ms, to_ms), oldest first."""
        ...


class ByteStore(Protocol):
    """The object store as this flow sees it."""

    async def read(self, key: str, offset: int, length: int) -> bytes:
        """Bytes [offset, offset + length) of an object; `Rejected` when there is no such object, or it is shorter."""
        ...


@dataclass(frozen=True, slots=True)
class PlayPieces:
    """Finds pieces and reads them."""

    _runs: PieceRuns
    _objects: ByteStore

    async def find(self, camera: str, from_ms: int, for_ms: int) -> Piece | None:
        """What plays at `from_ms` or within `AHEAD_MS` after it; None when the store has nothing there."""
        name = parse_camera(camera)
        return piece_of(await self._runs.playable(name, from_ms, from_ms + AHEAD_MS), from_ms, for_ms)

    async def read(self, piece: Piece) -> AsyncGenerator[bytes, None]:
        """The piece's bytes, one read of the store at a time: who goes away costs one more at most."""
        spans = [(0, piece.init_bytes), (piece.from_byte, piece.to_byte)]
        if piece.from_byte == piece.init_bytes:
            spans = [(0, piece.to_byte)]
        for begin, end in spans:
            for at in range(begin, end, _AT_ONCE):
                yield await self._objects.read(piece.key, at, min(_AT_ONCE, end - at))
