"""Play back: a span of the ring as the film that it is on disk, a piece at a time, few films at once."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator

import structlog

from edge_agent.core.media import Run
from edge_agent.core.playback import check_span, playable_run
from edge_agent.ports import Ring
from shared.errors import Rejected, Transient
from shared.ids import CameraId

log = structlog.get_logger("playback")

_AT_ONCE = 2


class Playback:
    """Films of the ring. A film that is being watched keeps nothing from being overwritten: it may end early."""

    def __init__(self, ring: Ring, at_once: int = _AT_ONCE) -> None:
        self._ring = ring
        self._at_once = at_once
        self._open = 0

    async def find(self, camera: CameraId, from_ms: int, to_ms: int) -> Run:
        """What there is of the span, whole segments; raises `Rejected` for what one film cannot be."""
        check_span(from_ms, to_ms)
        return playable_run(await asyncio.to_thread(self._ring.between, camera, from_ms, to_ms))

    @contextlib.asynccontextmanager
    async def film(self, run: Run) -> AsyncGenerator[AsyncIterator[bytes], None]:
        """The run's bytes, ending early where the ring has overwritten it; raises `Transient` when too many watch."""
        if self._open >= self._at_once:
            raise Transient(f"{self._at_once} films are being watched already")
        self._open += 1
        try:
            async with contextlib.aclosing(self._pieces(run)) as pieces:
                yield pieces
        finally:
            self._open -= 1

    async def _pieces(self, run: Run) -> AsyncGenerator[bytes, None]:
        try:
            async for piece in self._ring.read(run):
                yield piece
        except Rejected as fault:
            log.warning("film ends early", camera=run.camera, reason=str(fault))
