"""The real picamera2 with a rendered camera: encoders, outputs and mapped memory are its own, the camera is not.

A file `hang-0` in the folder on sys.path that is called `pi-control` hangs camera 0 at its next picture; what it says:
"quiet" (no more pictures, and nothing ends) or "whole" (nothing in the process runs any more).
A file `imx500-0` makes camera 0 an IMX500: JSON, the shapes and numbers that its network gives for every picture.
"""

import contextlib
import ctypes
import importlib
import json
import mmap
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

_HERE = Path(__file__).resolve().parent
_REAL = next(
    (Path(place) / "picamera2" for place in sys.path if (Path(place) / "picamera2" / "picamera2.py").is_file()), None
)
if _REAL is None:
    raise ImportError("the real picamera2 is not installed")
__path__ = [str(_REAL)]

from libcamera import controls as known  # noqa: E402 - needs the path above

from picamera2.request import (  # type: ignore[import-not-found, attr-defined, unused-ignore]  # noqa: E402
    CompletedRequest as CompletedRequest,
)
from picamera2.request import Helpers  # noqa: E402

_CONTROL = next((Path(place) for place in sys.path if Path(place).name == "pi-control"), _HERE)
_FRAME_S = 1.0
_SENSOR_ID = "/base/soc/i2c0mux/i2c@1/imx500@1a"


class _Allocator:
    """Memory of pictures, as the real allocators offer it."""

    def __init__(self) -> None:
        self.mapped_buffers: dict[int, mmap.mmap] = {}

    def sync(self, _allocator: Any, buffer: int, _write: bool) -> contextlib.AbstractContextManager[mmap.mmap]:
        return contextlib.nullcontext(self.mapped_buffers[buffer])


class _Libcamera:
    """The part of a completed request that is libcamera's."""

    def __init__(self, buffers: dict[str, int], taken_ns: int) -> None:
        self.buffers = buffers
        self.metadata = {known.SensorTimestamp: taken_ns}


class Request:
    """One picture of every stream."""

    def __init__(self, camera: "Picamera2", taken_ns: int) -> None:
        self.picam2 = camera
        self.config = camera.config
        self.stream_map = {"main": "main", "lores": "lores"}
        self.taken_ns = taken_ns
        self.request = _Libcamera({}, taken_ns)
        self._used = 1
        for number, (name, size) in enumerate(camera.sizes.items()):
            buffer = taken_ns * 2 + number
            memory = mmap.mmap(-1, camera.config[name]["stride"] * size[1] * 3 // 2)
            np.frombuffer(memory, np.uint8)[:] = 100
            camera.allocator.mapped_buffers[buffer] = memory
            self.request.buffers[name] = buffer

    def acquire(self) -> None:
        self._used += 1

    def release(self) -> None:
        self._used -= 1
        if self._used == 0:
            for buffer in self.request.buffers.values():
                self.picam2.allocator.mapped_buffers.pop(buffer)

    def get_metadata(self) -> dict[str, Any]:
        return {"SensorTimestamp": self.taken_ns} | _sensor_metadata(self.picam2.number)


class Picamera2:
    """Two cameras that show a grey wall, on time to the nanosecond."""

    @staticmethod
    def global_camera_info() -> list[dict[str, object]]:
        return [
            {"Model": "imx500", "Num": number, "Id": _SENSOR_ID}
            if (_CONTROL / f"imx500-{number}").is_file()
            else {"Model": "ov5647", "Num": number, "Id": f"/base/soc/i2c0mux/i2c@{number}/ov5647@36"}
            for number in (0, 1)
        ]

    def __init__(self, number: int = 0) -> None:
        self.number = number
        self.allocator = _Allocator()
        self.helpers = Helpers(self)
        self.pre_callback: Any = None
        self.post_callback: Any = None
        self.config: dict[str, Any] = {}
        self.sizes: dict[str, tuple[int, int]] = {}
        self._fps = 15.0
        self._encoders: list[Any] = []
        self._ending = threading.Event()

    def create_video_configuration(
        self, *, main: Any, lores: Any, raw: Any, controls: Any, buffer_count: int, display: Any, encode: str
    ) -> dict[str, Any]:
        del raw, buffer_count, display, encode
        self._fps = controls["FrameRate"]
        streams = {"main": main, "lores": lores}
        return {name: {**given, "stride": -(-given["size"][0] // 64) * 64} for name, given in streams.items()}

    def configure(self, config: dict[str, Any]) -> None:
        self.config = config
        self.sizes = {name: stream["size"] for name, stream in config.items()}

    def camera_configuration(self) -> dict[str, Any]:
        return {**self.config, "raw": {"size": (2028, 1520)}}

    def start_encoder(self, encoder: Any, output: Any, name: str) -> None:
        encoder.output = output
        encoder.name = name
        encoder.width, encoder.height = self.sizes[name]
        encoder.format, encoder.stride = self.config[name]["format"], self.config[name]["stride"]
        encoder.start()
        self._encoders.append(encoder)

    def start(self) -> None:
        threading.Thread(target=self._run, name="camera events", daemon=True).start()

    def stop_encoder(self) -> None:
        for encoder in self._encoders:
            encoder.stop()

    def stop(self) -> None:
        self._ending.set()

    def close(self) -> None:
        self._ending.set()

    def _run(self) -> None:
        begun_ns, number = time.clock_gettime_ns(time.CLOCK_BOOTTIME), 0
        while not self._ending.is_set():
            taken_ns = begun_ns + round(number * 1e9 / self._fps)
            late_ns = time.clock_gettime_ns(time.CLOCK_BOOTTIME) - taken_ns
            if late_ns < 0 and self._ending.wait(-late_ns / 1e9):
                return
            self._maybe_hang()
            self._deliver(Request(self, taken_ns))
            number += 1

    def _deliver(self, request: Request) -> None:
        if self.pre_callback is not None:
            self.pre_callback(request)
        if self.post_callback is not None:
            self.post_callback(request)
        for encoder in self._encoders:
            encoder.encode(encoder.name, request)
        request.release()

    def _maybe_hang(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            how = (_CONTROL / f"hang-{self.number}").read_text(encoding="utf-8")
            if how == "whole":
                ctypes.PyDLL(None).sleep(3600)  # unlike CDLL this keeps the interpreter's lock
            threading.Event().wait()


class _SensorFiles:
    """In place of `os` in picamera2's IMX500: one sensor's device nodes, and else what there is."""

    def __init__(self, real: Any) -> None:
        self._real = real
        self.path = self

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real.path if hasattr(self._real.path, name) else self._real, name)

    def exists(self, path: str) -> bool:
        return "/v4l-subdev0/" in path

    def islink(self, path: str) -> bool:
        return "/v4l-subdev0/" in path

    def readlink(self, path: str) -> str:
        if path.endswith("module"):
            return "../../../../module/imx500"
        return f"../../../firmware/devicetree{_SENSOR_ID}" if path.endswith("of_node") else "../../10-001a"


def _sensor_metadata(number: int) -> dict[str, Any]:
    """What libcamera tells of an IMX500's network with every picture."""
    try:
        told = json.loads((_CONTROL / f"imx500-{number}").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    module: Any = importlib.import_module("picamera2.devices.imx500.imx500")
    info = module.CnnOutputTensorInfoExported()
    info.network_name, info.num_tensors = b"test", len(told["shapes"])
    for place, shape in enumerate(told["shapes"]):
        info.info[place].tensor_data_num = int(np.prod(shape))
        info.info[place].num_dimensions = len(shape)
        for side, length in enumerate(shape):
            info.info[place].size[side] = length
    whole = (0, 0, 4056, 3040)
    return {"CnnOutputTensor": told["numbers"], "CnnOutputTensorInfo": bytes(info), "ScalerCrop": whole}


def _pretend_sensor() -> None:
    """Give picamera2's own IMX500 a sensor to find; what it orders of the driver is kept in `orders`."""
    module: Any = importlib.import_module("picamera2.devices.imx500.imx500")
    node = _CONTROL / "subdev"
    node.touch()
    orders: list[int] = []

    def refuse(*_given: Any, **_named: Any) -> str:
        raise real.CalledProcessError(1, "cat")

    real = module.subprocess
    module.os = _SensorFiles(module.os)
    module.open = lambda path, *given, **named: (node if "v4l-subdev" in path else Path(path)).open(*given, **named)
    module.subprocess = SimpleNamespace(
        check_output=refuse, DEVNULL=real.DEVNULL, CalledProcessError=real.CalledProcessError
    )
    module.fcntl = SimpleNamespace(ioctl=lambda _file, _request, control: orders.append(control))
    module.orders = orders


if any((_CONTROL / f"imx500-{number}").is_file() for number in (0, 1)):
    _pretend_sensor()
