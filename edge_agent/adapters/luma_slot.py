"""Small grey pictures from a camera process to the agent through shared memory: the newest wins, nobody waits."""

import fcntl
import mmap
import os
import struct

import numpy as np
from numpy.typing import NDArray

from edge_agent.core.media import LumaFrame

_SLOTS = 3
_LARGEST_PX = 640 * 640
_LATEST = struct.Struct("<Q")
_HEAD = struct.Struct("<QqII")  # sequence (0 while it is written), pts_ms, height, width
_SLOT_BYTES = _HEAD.size + _LARGEST_PX
_TOTAL_BYTES = _LATEST.size + _SLOTS * _SLOT_BYTES
_TRIES = 8


def create_luma_memory() -> int:
    """A descriptor of anonymous memory of this size for good: who reads a memory that was shortened is ended by it."""
    number = os.memfd_create("cctv-luma", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(number, _TOTAL_BYTES)
    fcntl.fcntl(number, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL)
    return number


class LumaSlot:
    """One end of the memory: one writer and one reader, in different processes."""

    def __init__(self, descriptor: int) -> None:
        self._memory = mmap.mmap(descriptor, _TOTAL_BYTES)
        self._written: int = _LATEST.unpack_from(self._memory, 0)[0]
        self._seen = self._written

    def write(self, pts_ms: int, luma: NDArray[np.uint8]) -> None:
        """Put the newest picture; the slot that a reader may be copying is not touched."""
        height, width = luma.shape
        if luma.size > _LARGEST_PX:
            raise ValueError(f"{width}x{height} is over {_LARGEST_PX} pixels")
        self._written += 1
        place = _LATEST.size + (self._written % _SLOTS) * _SLOT_BYTES
        _HEAD.pack_into(self._memory, place, 0, pts_ms, height, width)
        at = place + _HEAD.size
        self._memory[at : at + luma.size] = luma.tobytes()
        _HEAD.pack_into(self._memory, place, self._written, pts_ms, height, width)
        _LATEST.pack_into(self._memory, 0, self._written)

    def read(self) -> LumaFrame | None:
        """The newest picture, once; None when there is none that was not given yet."""
        for _ in range(_TRIES):
            latest: int = _LATEST.unpack_from(self._memory, 0)[0]
            if latest == self._seen:
                return None
            place = _LATEST.size + (latest % _SLOTS) * _SLOT_BYTES
            sequence, pts_ms, height, width = _HEAD.unpack_from(self._memory, place)
            if sequence != latest or height * width > _LARGEST_PX:
                continue
            at = place + _HEAD.size
            data = self._memory[at : at + height * width]
            if _HEAD.unpack_from(self._memory, place)[0] == latest:
                self._seen = latest
                return LumaFrame(pts_ms, np.frombuffer(data, np.uint8).reshape(height, width))
        return None

    def close(self) -> None:
        """Unmap; the descriptor is the owner's."""
        self._memory.close()
