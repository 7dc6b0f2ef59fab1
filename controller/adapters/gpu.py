"""What NVIDIA's management library (part of the driver) says of this machine's GPUs."""

import asyncio
import ctypes
from dataclasses import dataclass
from typing import Any

_LIBRARY = "libnvidia-ml.so.1"
_NAME_BYTES = 96
_MOST = 16


@dataclass(frozen=True, slots=True)
class GpuFigures:
    """One GPU; None: it does not say."""

    name: str
    memory_used_bytes: int | None
    memory_total_bytes: int | None
    busy: float | None
    """The share of the last moments in which it computed, 0..1."""


class _Memory(ctypes.Structure):
    _fields_ = (("total", ctypes.c_ulonglong), ("free", ctypes.c_ulonglong), ("used", ctypes.c_ulonglong))


class _Utilisation(ctypes.Structure):
    _fields_ = (("gpu", ctypes.c_uint), ("memory", ctypes.c_uint))


class Gpus:
    """The library is loaded when it is first asked for, and kept; without a driver there is no GPU."""

    def __init__(self, load: Any = ctypes.CDLL) -> None:
        self._load = load
        self._library: Any = None

    async def figures(self) -> tuple[GpuFigures, ...]:
        """All GPUs of this machine; empty where there is none, or none with NVIDIA's driver."""
        return await asyncio.to_thread(self._read)

    def _read(self) -> tuple[GpuFigures, ...]:
        if self._library is None:
            try:
                library = self._load(_LIBRARY)
            except OSError:
                return ()
            if library.nvmlInit_v2() != 0:
                return ()
            self._library = library
        count = ctypes.c_uint()
        if self._library.nvmlDeviceGetCount_v2(ctypes.byref(count)) != 0:
            self._library = None  # a driver that was exchanged: begin anew
            return ()
        found = [self._one(place) for place in range(min(count.value, _MOST))]
        return tuple(one for one in found if one is not None)

    def _one(self, place: int) -> GpuFigures | None:
        nvml, device = self._library, ctypes.c_void_p()
        if nvml.nvmlDeviceGetHandleByIndex_v2(ctypes.c_uint(place), ctypes.byref(device)) != 0:
            return None
        name = ctypes.create_string_buffer(_NAME_BYTES)
        named = nvml.nvmlDeviceGetName(device, name, ctypes.c_uint(_NAME_BYTES)) == 0
        memory, busy = _Memory(), _Utilisation()
        knows_memory = nvml.nvmlDeviceGetMemoryInfo(device, ctypes.byref(memory)) == 0
        knows_busy = nvml.nvmlDeviceGetUtilizationRates(device, ctypes.byref(busy)) == 0
        return GpuFigures(
            name.value.decode("utf-8", "replace") if named else "",
            int(memory.used) if knows_memory else None,
            int(memory.total) if knows_memory else None,
            busy.gpu / 100 if knows_busy else None,
        )
