"""Plays a moment from the store, or straight from the node's ring: not uploaded yet, or the store is away."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Literal, Protocol

import structlog

from controller.core.piece import Piece, RingPiece
from controller.flows.play_pieces import AHEAD_MS, PlayPieces
from shared.clock import Clock
from shared.errors import Rejected, Transient
from shared.ids import CameraId, parse_camera

log = structlog.get_logger("play")

_STORE_S = 5.0
_AWAY_MS = 10_000
_SEAM_MS = 1_000


class NodeFootage(Protocol):
    """The database: what nodes say they have."""

    async def first(self, camera: CameraId, from_ms: int, to_ms: int, *, stored_too: bool) -> int | None:
        """Where footage begins that only the node has, or also has; None when it has none, or is not connected."""
        ...


class NodeRings(Protocol):
    """Nodes, as far as they give pieces of their rings."""

    async def open(
        self, camera: CameraId, from_ms: int, for_ms: int
    ) -> tuple[RingPiece, AsyncGenerator[bytes, None]] | None:
        """What plays there and its bytes; None when the node has nothing. `Transient` when it cannot be reached."""
        ...


@dataclass(frozen=True, slots=True)
class Film:
    """What plays, and where it comes from; `chunks` None: whoever asks has it already."""

    tag: str
    codec: str
    start_ms: int
    end_ms: int
    length_bytes: int
    source: Literal["store", "node"]
    chunks: AsyncIterator[bytes] | None


class PlayAnywhere:
    """The store first. One that has just failed is asked second for a while: a page that plays waits for it once."""

    def __init__(self, pieces: PlayPieces, footage: NodeFootage, rings: NodeRings, clock: Clock) -> None:
        self._pieces = pieces
        self._footage = footage
        self._rings = rings
        self._clock = clock
        self._away_until_ms = 0

    async def open(self, camera: str, from_ms: int, for_ms: int, known: str = "") -> Film | None:
        """What plays at `from_ms` or soon after it, None when nobody has it; `known`: tags that the asker has.

        Raises what the store raised when it has the moment, does not give it, and the node cannot either.
        """
        name = parse_camera(camera)
        piece = await self._pieces.find(name, from_ms, for_ms)
        if piece is None or piece.start_ms > from_ms + _SEAM_MS:
            until_ms = from_ms + AHEAD_MS if piece is None else piece.start_ms
            film = await self._from_node(name, from_ms, until_ms, for_ms, stored_too=False)
            if film is not None or piece is None:
                return film
        at_ms = max(from_ms, piece.start_ms)
        if self._clock.monotonic_ms() < self._away_until_ms:
            film = await self._from_node(name, at_ms, at_ms + AHEAD_MS, for_ms, stored_too=True)
            if film is not None:
                return film
        try:
            return await self._from_store(piece, known)
        except (Transient, Rejected) as fault:
            if isinstance(fault, Transient):
                self._away_until_ms = self._clock.monotonic_ms() + _AWAY_MS
            film = await self._from_node(name, at_ms, piece.end_ms, for_ms, stored_too=True)
            if film is None:
                raise
            log.info("played from the node", camera=name, start_ms=film.start_ms, reason=str(fault))
            return film

    async def _from_store(self, piece: Piece, known: str) -> Film:
        tag = f'"{piece.run}-{piece.from_byte}-{piece.to_byte}"'
        length = piece.init_bytes + piece.to_byte - piece.from_byte
        chunks = None if tag in known else await self._begun(self._pieces.read(piece))
        return Film(tag, piece.codec, piece.start_ms, piece.end_ms, length, "store", chunks)

    async def _begun(self, chunks: AsyncGenerator[bytes, None]) -> AsyncIterator[bytes]:
        """What the store cannot give is a fault before the answer begins, not a film that breaks off."""
        try:
            async with asyncio.timeout(_STORE_S):
                return _after(await anext(chunks), chunks)
        except TimeoutError:
            raise Transient(f"store: nothing within {_STORE_S:.0f} s") from None

    async def _from_node(
        self, camera: CameraId, from_ms: int, to_ms: int, for_ms: int, *, stored_too: bool
    ) -> Film | None:
        start_ms = await self._footage.first(camera, from_ms, to_ms, stored_too=stored_too)
        if start_ms is None:
            return None
        try:
            found = await self._rings.open(camera, max(start_ms, from_ms), for_ms)
            if found is None:
                return None
            piece, chunks = found
            first = await anext(chunks)
        except (Transient, Rejected) as fault:
            log.info("node gives nothing", camera=camera, from_ms=from_ms, reason=str(fault))
            return None
        tag = f'"node-{piece.start_ms}-{piece.end_ms}-{piece.length_bytes}"'
        return Film(tag, piece.codec, piece.start_ms, piece.end_ms, piece.length_bytes, "node", _after(first, chunks))


async def _after(first: bytes, rest: AsyncGenerator[bytes, None]) -> AsyncIterator[bytes]:
    async with aclosing(rest):
        yield first
        async for data in rest:
            yield data
