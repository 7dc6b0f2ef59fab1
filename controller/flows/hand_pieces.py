"""Hand pieces: what a node pushes of its ring goes straight to who asked for it; little is kept on the way."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

from controller.errors import Late, Missing
from shared.errors import Rejected, Transient
from shared.ids import CameraId, NodeId, node_of
from shared.live import unpack
from shared.mint import uuid7
from shared.texts import say

_KEPT_MESSAGES = 4
_ASKING = 6  # at one node, the one that is served included
_FIRST_S = 6.0
_NEXT_S = 15.0
_KINDS = frozenset({"piece", "none", "bytes"})


class PieceCommands(Protocol):
    """Tells nodes what to push."""

    async def ring_piece(self, camera: CameraId, from_ms: int, for_ms: int, path: str) -> None:
        """Raises `Transient` when the broker is away."""
        ...


class Piece:
    """One piece on its way, from the node's end to the asker's."""

    def __init__(self, camera: CameraId, first_s: float) -> None:
        self._first_s = first_s
        self.camera = camera
        self.over = asyncio.Event()
        self._messages: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._room = asyncio.Semaphore(_KEPT_MESSAGES)
        self._begun = False

    async def take(self, framed: bytes) -> None:
        """From the node: one message, as soon as the asker has room for it; `Rejected` for what is none of a piece."""
        kind = unpack(framed)[0]["t"]
        if kind not in _KINDS:
            raise Rejected("live frame", f"a piece has no {str(kind)[:40]!r}")
        await self._room.acquire()
        self._messages.put_nowait(framed)

    def end(self) -> None:
        """The node has hung up."""
        self._messages.put_nowait(None)

    async def next(self) -> bytes | None:
        """For the asker: what comes next, None at the end; `Late` when it does not come."""
        try:
            async with asyncio.timeout(_NEXT_S if self._begun else self._first_s):
                found = await self._messages.get()
        except TimeoutError:
            node = node_of(self.camera)
            raise Late("node", say("node_silent", node=node, seconds=round(self._first_s))) from None
        self._begun = True
        self._room.release()
        return found


class HandPieces:
    """One piece at a time of each node; a few more wait for their turn."""

    def __init__(self, commands: PieceCommands, first_s: float = _FIRST_S) -> None:
        self._commands = commands
        self._first_s = first_s
        self._pieces: dict[str, Piece] = {}
        self._turns: dict[NodeId, asyncio.Lock] = {}
        self._asking: Counter[NodeId] = Counter()

    @asynccontextmanager
    async def ask(self, camera: CameraId, from_ms: int, for_ms: int) -> AsyncIterator[Piece]:
        """A piece of what this camera's node has; `Transient` when too many wait there, or the broker is away."""
        node = node_of(camera)
        if self._asking[node] >= _ASKING:
            raise Transient(f"{node}: {_ASKING} pieces are asked for already")
        self._asking[node] += 1
        try:
            async with self._turns.setdefault(node, asyncio.Lock()):
                ticket, piece = uuid7(), Piece(camera, self._first_s)
                self._pieces[ticket] = piece
                try:
                    await self._commands.ring_piece(camera, from_ms, for_ms, f"/live/push/{camera}/ring/{ticket}")
                    yield piece
                finally:
                    del self._pieces[ticket]
                    piece.over.set()
        finally:
            self._asking[node] -= 1

    def wanted(self, camera: CameraId, ticket: str) -> Piece:
        """The piece that a node brings; `Missing` when nobody waits for it, or it is another camera's."""
        piece = self._pieces.get(ticket)
        if piece is None or piece.camera != camera:
            raise Missing("ticket", say("unknown", key=ticket))
        return piece
