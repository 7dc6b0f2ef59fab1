"""GPUs by the driver's library, as far as it says; none without it."""

import ctypes
from typing import Any

from controller.adapters.gpu import GpuFigures, Gpus


class Nvml:
    """Two GPUs; the second one does not tell how busy it is. `broken`: calls that fail."""

    def __init__(self, *broken: str) -> None:
        self.broken = broken
        self.begun = 0

    def __getattr__(self, name: str) -> Any:
        if name in self.broken:
            return lambda *_: 999
        return {
            "nvmlInit_v2": self._init,
            "nvmlDeviceGetCount_v2": self._count,
            "nvmlDeviceGetHandleByIndex_v2": self._handle,
            "nvmlDeviceGetName": self._name,
            "nvmlDeviceGetMemoryInfo": self._memory,
            "nvmlDeviceGetUtilizationRates": self._busy,
        }[name]

    def _init(self) -> int:
        self.begun += 1
        return 0

    def _count(self, count: Any) -> int:
        count._obj.value = 2
        return 0

    def _handle(self, place: ctypes.c_uint, device: Any) -> int:
        device._obj.value = place.value + 1
        return 0

    def _name(self, device: ctypes.c_void_p, name: Any, _length: object) -> int:
        name.value = b"GPU %d" % (device.value or 0)
        return 0

    def _memory(self, device: ctypes.c_void_p, memory: Any) -> int:
        del device
        memory._obj.total, memory._obj.used = 80 << 30, 3 << 30
        return 0

    def _busy(self, device: ctypes.c_void_p, busy: Any) -> int:
        busy._obj.gpu = 37
        return 0 if device.value == 1 else 3


async def test_each_gpu_is_told_and_what_it_does_not_say_is_unknown() -> None:
    nvml = Nvml()
    gpus = Gpus(lambda _name: nvml)
    told = (GpuFigures("GPU 1", 3 << 30, 80 << 30, 0.37), GpuFigures("GPU 2", 3 << 30, 80 << 30, None))
    assert await gpus.figures() == told
    assert await gpus.figures() == told
    assert nvml.begun == 1


async def test_without_a_driver_there_is_no_gpu() -> None:
    def none(_name: str) -> Any:
        raise OSError("no such library")

    assert await Gpus(none).figures() == ()
    assert await Gpus(lambda _name: Nvml("nvmlInit_v2")).figures() == ()
    assert await Gpus(lambda _name: Nvml("nvmlDeviceGetHandleByIndex_v2")).figures() == ()
    lost = Nvml("nvmlDeviceGetCount_v2")
    gpus = Gpus(lambda _name: lost)
    assert await gpus.figures() == ()
    lost.broken = ()
    assert len(await gpus.figures()) == 2, "it is loaded anew"
