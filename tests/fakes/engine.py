"""A fake of the Engine port: a device of so many bytes, which says that it is out of memory as a real one does."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from controller.adapters.engine import Feeds, OutOfMemory, Tensor

SIDE_PX = 64
PLACES = 84  # of strides 8, 16 and 32


class Device:
    """Memory that engines share; `peak` is the most that was ever held."""

    def __init__(self, total_bytes: int) -> None:
        self.total_bytes = total_bytes
        self.held_bytes = 0
        self.peak_bytes = 0
        self.refused = 0

    def take(self, size: int) -> None:
        if self.held_bytes + size > self.total_bytes:
            self.refused += 1
            raise OutOfMemory(f"Failed to allocate memory for requested buffer of size {size}")
        self.held_bytes += size
        self.peak_bytes = max(self.peak_bytes, self.held_bytes)

    def give(self, size: int) -> None:
        self.held_bytes -= size


class FakeEngine:
    """A YOLOv8-like model of one class: a thing where the picture's middle is bright, as sure as it is bright."""

    def __init__(self, device: Device, weights_bytes: int, picture_bytes: int, *, few_shapes: bool = True) -> None:
        self.provider = "FakeExecutionProvider"
        self.few_shapes = few_shapes
        self.metadata: Mapping[str, str] = {"names": "['person']"}
        self.inputs = (Tensor("images", np.float32, (None, 3, SIDE_PX, SIDE_PX)),)
        self.batches: list[int] = []
        self._device = device
        self._picture_bytes = picture_bytes
        self._weights_bytes = weights_bytes
        device.take(weights_bytes)

    def run(self, feeds: Feeds) -> dict[str, NDArray[Any]]:
        pictures = feeds["images"]
        size = len(pictures) * self._picture_bytes
        self._device.take(size)
        try:
            self.batches.append(len(pictures))
            out = np.zeros((len(pictures), 5, PLACES), np.float32)
            out[:, :4, 0] = (32, 32, 16, 16)
            out[:, 4, 0] = pictures[:, 0, SIDE_PX // 2, SIDE_PX // 2]
            return {"output0": out}
        finally:
            self._device.give(size)

    def close(self) -> None:
        self._device.give(self._weights_bytes)
