"""Live streams: who pushes, who watches."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from shared.ids import CameraId


class LiveStream(Protocol):
    """One camera's live stream from the relay."""

    def frames(self) -> AsyncIterator[tuple[dict[str, Any], bytes]]:
        """Metadata and payload as in `shared.live`; ends when the relay closes."""
        ...

    async def send_boxes(self, metadata: dict[str, Any]) -> None:
        """Give tracked boxes to everyone who watches this camera."""
        ...


class LiveSource(Protocol):
    def watch(self, camera: CameraId, quality: str, since_ms: int | None) -> AbstractAsyncContextManager[LiveStream]:
        """Subscribe at the relay, from the keyframe before `since_ms` as far as the node's memory reaches."""
        ...


class LiveCommands(Protocol):
    """Tells nodes to push a camera to the relay or to stop; of quality `sound`: its sound."""

    async def live_start(self, camera: CameraId, quality: str, since_ms: int | None) -> None:
        """Raises `Transient` when the broker is away."""
        ...

    async def live_stop(self, camera: CameraId, quality: str) -> None: ...
