"""Push piece: a piece of the ring goes to the relay once, for who plays footage that the store cannot give."""

import asyncio

import structlog

from edge_agent.core.media import Run
from edge_agent.core.playback import piece_run
from edge_agent.flows.share_uplink import UplinkSharing
from edge_agent.ports import LivePush, LiveSocket, Ring
from shared.errors import CctvError, Rejected
from shared.ids import CameraId
from shared.kinds import MediaClass
from shared.live import PIECE_BYTES, pack

log = structlog.get_logger("piece")

_AHEAD_MS = 60_000
_LONGEST_S = 60.0
_CLASS: MediaClass = "promoted"  # somebody waits for it; live views and facts come before any upload


class PiecePushing:
    """One piece at a time: the relay asks for one after the other, so that what still runs is wanted no more."""

    def __init__(self, ring: Ring, push: LivePush, sharing: UplinkSharing) -> None:
        self._ring = ring
        self._push = push
        self._sharing = sharing
        self._sending: asyncio.Task[None] | None = None

    def start(self, camera: CameraId, from_ms: int, for_ms: int, path: str) -> None:
        """Begin; what becomes of it is told on the socket. One that runs is ended."""
        if self._sending is not None:
            self._sending.cancel()
        self._sending = asyncio.create_task(self._run(camera, from_ms, for_ms, path), name=f"piece {camera}")
        self._sending.add_done_callback(_ended)

    async def close(self) -> None:
        """End what runs."""
        if self._sending is not None:
            self._sending.cancel()
            await asyncio.gather(self._sending, return_exceptions=True)

    async def _run(self, camera: CameraId, from_ms: int, for_ms: int, path: str) -> None:
        try:
            async with asyncio.timeout(_LONGEST_S), self._push.connect(path) as socket:
                try:
                    found = await asyncio.to_thread(self._ring.between, camera, from_ms, from_ms + _AHEAD_MS)
                    run = piece_run(found, from_ms, for_ms, PIECE_BYTES)
                except Rejected as fault:
                    await socket.send(pack({"t": "none", "reason": fault.fault[:200]}))
                    return
                await self._send(socket, run)
        except TimeoutError:
            log.info("piece given up: it took too long", camera=camera)
        except CctvError as fault:
            log.info("piece ended early", camera=camera, reason=str(fault))

    async def _send(self, socket: LiveSocket, run: Run) -> None:
        first, last = run.segments[0], run.segments[-1]
        head = {"t": "piece", "codec": first.stream.codec_string, "start_ms": first.start_ms, "end_ms": last.end_ms}
        await socket.send(pack({**head, "init_bytes": run.init_bytes, "length_bytes": run.length_bytes}))
        with self._sharing.transfer(_CLASS):
            async for data in self._ring.read(run):
                await self._sharing.pay(_CLASS, len(data))
                await socket.send(pack({"t": "bytes"}, data))
        log.info("piece sent", camera=run.camera, start_ms=first.start_ms, bytes=run.length_bytes)


def _ended(task: "asyncio.Task[None]") -> None:
    if not task.cancelled() and (fault := task.exception()) is not None:
        log.error("piece broke", error=repr(fault))
