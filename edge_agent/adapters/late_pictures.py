"""The PictureMaker port, loaded when the first picture is wanted: most nodes are never asked for one."""

import asyncio
from importlib import import_module
from typing import TYPE_CHECKING

from edge_agent.core.media import Packet, StreamInfo

if TYPE_CHECKING:
    from edge_agent.adapters.pictures import KeyframePictures


class LatePictures:
    """One maker of pictures at most."""

    def __init__(self) -> None:
        self._pictures: KeyframePictures | None = None
        self._loading = asyncio.Lock()

    async def jpeg(self, stream: StreamInfo, keyframe: Packet) -> bytes:
        async with self._loading:
            if self._pictures is None:
                await asyncio.to_thread(import_module, "edge_agent.adapters.pictures")
                from edge_agent.adapters.pictures import KeyframePictures

                self._pictures = KeyframePictures()
        return await self._pictures.jpeg(stream, keyframe)

    def close(self) -> None:
        if self._pictures is not None:
            self._pictures.close()
