"""Push sound: while somebody listens, a camera's sound goes to the relay, over a socket of its own."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import structlog

from edge_agent.core.sound import SoundInfo, SoundPacket
from edge_agent.flows.share_uplink import UplinkSharing
from edge_agent.ports import LivePush
from shared.errors import CctvError, Rejected
from shared.ids import CameraId
from shared.live import pack

log = structlog.get_logger("sound")

_WANTS_BYTES_S = 4_000.0


class Ear(Protocol):
    """One camera's sound, where it is switched on."""

    def listen(self) -> AbstractAsyncContextManager[AsyncIterator[tuple[SoundInfo, SoundPacket]]]:
        """Packets from now on, while the camera gives any; a slow listener loses what is oldest."""
        ...


class SoundPushing:
    """The pushes of sound that run now, of the cameras where it is switched on."""

    def __init__(self, ears: Mapping[CameraId, Ear], push: LivePush, sharing: UplinkSharing) -> None:
        self._ears = ears
        self._push = push
        self._sharing = sharing
        self._tasks: dict[CameraId, asyncio.Task[None]] = {}

    def start(self, camera: CameraId, path: str) -> None:
        """Begin; one that runs is replaced. Raises `Rejected` where sound is not switched on."""
        ear = self._ears.get(camera)
        if ear is None:
            raise Rejected("camera", f"{camera!r} has no sound switched on (its `audio`)")
        self.stop(camera)
        task = asyncio.create_task(self._run(camera, ear, path), name=f"sound {camera}")
        self._tasks[camera] = task
        task.add_done_callback(lambda done: self._ended(camera, done))

    def stop(self, camera: CameraId) -> None:
        """End a push; none is fine."""
        task = self._tasks.pop(camera, None)
        if task is not None:
            task.cancel()

    async def close(self) -> None:
        """End all."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ended(self, camera: CameraId, task: asyncio.Task[None]) -> None:
        if self._tasks.get(camera) is task:
            del self._tasks[camera]
        if not task.cancelled() and (fault := task.exception()) is not None:
            log.error("sound broke", camera=camera, error=repr(fault))

    async def _run(self, camera: CameraId, ear: Ear, path: str) -> None:
        log.info("sound begins", camera=camera)
        told: SoundInfo | None = None
        try:
            async with self._push.connect(path) as socket, ear.listen() as packets:
                with self._sharing.view(lambda: _WANTS_BYTES_S) as view:
                    async for info, packet in packets:
                        if info != told:
                            await socket.send(_init(camera, info))
                            told = info
                        frame = pack({"t": "sound", "pts": packet.pts_ms}, packet.data)
                        with self._sharing.sending(view, len(frame)):
                            await socket.send(frame)
        except CctvError as fault:
            log.info("sound ended", camera=camera, reason=str(fault))


def _init(camera: CameraId, info: SoundInfo) -> bytes:
    return pack(
        {
            "t": "sound-init",
            "codec": info.codec_string,
            "rate": info.rate_hz,
            "channels": info.channels,
            "camera": camera,
        },
        info.description,
    )
