"""Single derived pictures: one process for all who ask, one picture at a time."""

import asyncio
from dataclasses import dataclass, field

from controller.adapters.mosaic_process import MosaicProcess


@dataclass(slots=True)
class MosaicStills:
    """`StillMaker`; the process comes up with the first question."""

    _process: MosaicProcess = field(default_factory=MosaicProcess)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def picture(self, data: bytes, cells: int) -> bytes:
        async with self._turn:
            return await self._process.picture(data, cells)
