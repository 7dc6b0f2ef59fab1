"""A camera module for tests: the real picamera2 where it is installed, a rendered camera below it."""

import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent / "pi"
_STUBBED = (
    *("picamera2", "libcamera", "prctl", "simplejpeg", "piexif", "pidng", "videodev2"),
    *("Imath", "OpenEXR", "libarchive"),
)


@contextmanager
def camera_module(control: Path) -> Iterator[Path]:
    """Put the module on the path of this process and of camera processes that it starts; `control` hangs it."""
    if importlib.util.find_spec("picamera2") is None:
        pytest.skip("picamera2 is not installed")
    control = control / "pi-control"
    control.mkdir()
    sys.path[:0] = [str(HERE), str(control)]
    try:
        yield control
    finally:
        del sys.path[:2]
        for name in [name for name in sys.modules if name.partition(".")[0] in _STUBBED]:
            del sys.modules[name]
