"""One camera's pictures: a snapshot, live, and what the ring holds."""

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Annotated

import structlog
from fastapi import APIRouter, Query, WebSocket, WebSocketDisconnect
from fastapi.responses import Response
from starlette.types import Receive, Scope, Send

from edge_agent.api.problems import NotFound
from edge_agent.core.media import Quality, Run
from edge_agent.flows.play_back import Playback
from edge_agent.flows.push_live import framed
from edge_agent.flows.take_snapshot import Snapshots
from edge_agent.ports import CameraFeed
from shared.ids import CameraId

log = structlog.get_logger("server")

_VIEWERS_MAX = 8
_BAD_REQUEST = 4400
_TRY_LATER = 1013
_ENDED = 1001
_QUALITIES: Mapping[str, Quality] = {"main": "main", "sub": "sub"}

Milliseconds = Annotated[int, Query(ge=0, le=2**53)]


def camera_routes(feeds: Mapping[CameraId, CameraFeed], snapshots: Snapshots, playback: Playback) -> APIRouter:
    """Routes below `/cameras/{camera}`; the camera is `node.camera`."""
    router = APIRouter(prefix="/cameras/{camera}")
    viewers = 0

    def known(camera: str) -> CameraId:
        if CameraId(camera) not in feeds:
            raise NotFound("camera", f"this node has no camera {camera[:80]!r}")
        return CameraId(camera)

    @router.get("/snapshot.jpg")
    async def snapshot(camera: str) -> Response:
        taken = await snapshots.take(known(camera))
        return Response(taken.jpeg, media_type="image/jpeg", headers={"X-Picture-Ms": str(taken.pts_ms)})

    @router.get("/playback.mp4")
    async def play(camera: str, from_ms: Milliseconds, to_ms: Milliseconds) -> Response:
        run = await playback.find(known(camera), from_ms, to_ms)
        return _Film(playback, run)

    @router.websocket("/live")
    async def live(socket: WebSocket, camera: str, quality: str = "main") -> None:
        nonlocal viewers
        wanted = _QUALITIES.get(quality)
        if wanted is None or CameraId(camera) not in feeds:
            await socket.accept()
            reason = "quality: main or sub" if wanted is None else "camera: this node has none of that name"
            await socket.close(_BAD_REQUEST, reason)
            return
        await socket.accept()
        if viewers >= _VIEWERS_MAX:
            await socket.close(_TRY_LATER, f"{_VIEWERS_MAX} live views are open already")
            return
        viewers += 1
        try:
            await _show(socket, feeds[CameraId(camera)], wanted)
        finally:
            viewers -= 1

    return router


class _Film(Response):
    """A run as it comes from the disk; reading stops when the client is gone, or takes nothing for long."""

    media_type = "video/mp4"

    def __init__(self, playback: Playback, run: Run) -> None:
        super().__init__(
            headers={
                "Content-Length": str(run.length_bytes),
                "Accept-Ranges": "none",
                "X-From-Ms": str(run.segments[0].start_ms),
                "X-To-Ms": str(run.segments[-1].end_ms),
            }
        )
        self._playback = playback
        self._run = run

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        async with self._playback.film(self._run) as pieces:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            gone = asyncio.create_task(_gone(receive))
            try:
                async for piece in pieces:
                    if gone.done():
                        return
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
                await send({"type": "http.response.body", "body": b""})
            except OSError as fault:
                log.info("film cut", camera=self._run.camera, reason=type(fault).__name__)
            finally:
                gone.cancel()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _show(socket: WebSocket, feed: CameraFeed, quality: Quality) -> None:
    """Send until either side ends; a viewer who is slow loses pictures, and one who takes nothing is cut."""

    async def send() -> None:
        async with feed.live(quality, None) as packets:
            async for frame in framed(feed.camera, quality, packets):
                await socket.send_bytes(frame)

    async def hear() -> None:
        while True:
            await socket.receive_bytes()

    tasks = [asyncio.create_task(send()), asyncio.create_task(hear())]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            fault = task.exception()
            if fault is not None and not isinstance(fault, WebSocketDisconnect | RuntimeError | KeyError | OSError):
                raise fault
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    with contextlib.suppress(RuntimeError, WebSocketDisconnect):
        await socket.close(_ENDED, "the stream ended")
