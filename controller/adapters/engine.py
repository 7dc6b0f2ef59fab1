"""What runs a model, wherever it runs: named tensors in, named tensors out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from shared.errors import Broken, Rejected

Feeds = Mapping[str, NDArray[Any]]

STRIDE = 32
DEFAULT_SIDE_PX = 640
MOST_SIDE_PX = 4096
MOST_BATCH = 16
_COLOURS = 3
_KINDS = (np.float32, np.float16, np.uint8, np.float64)


class OutOfMemory(Broken):
    """The device's memory does not hold this batch, or this model."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """A model's input; None: an axis of any length. `kind` None: a type that is not used here."""

    name: str
    kind: type[np.generic] | None
    shape: tuple[int | None, ...]


class Engine(Protocol):
    """A loaded model. `run` blocks and is called from one thread at a time."""

    @property
    def provider(self) -> str: ...

    @property
    def inputs(self) -> tuple[Tensor, ...]: ...

    @property
    def metadata(self) -> Mapping[str, str]: ...

    @property
    def few_shapes(self) -> bool:
        """Whether each new batch size costs it dearly."""
        ...

    def run(self, feeds: Feeds) -> dict[str, NDArray[Any]]:
        """Outputs by name, in the model's order; `OutOfMemory`, `Broken`, or `Transient` where it is far away."""
        ...

    def close(self) -> None:
        """Give back what it holds; nothing is run after that."""
        ...


@dataclass(frozen=True, slots=True)
class PictureInput:
    """A model's picture input, and what it wants beside it."""

    name: str
    kind: type[np.generic]
    batch: int | None  # None: any
    width_px: int
    height_px: int
    channels_last: bool
    sizes: Tensor | None = None  # wants the pictures' sizes, to scale its boxes by
    mask: Tensor | None = None  # wants to know which pixels are picture

    def feeds(self, batch: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """The whole of what goes in: boxes are asked for in pixels of the input, every pixel is picture."""
        feeds: dict[str, NDArray[Any]] = {self.name: batch}
        if self.sizes is not None:
            kind = self.sizes.kind or np.int64
            feeds[self.sizes.name] = np.array([[self.width_px, self.height_px]] * len(batch)).astype(kind)
        if self.mask is not None:
            shape = (len(batch), *(part or 0 for part in self.mask.shape[1:]))
            if 0 in shape:
                shape = (len(batch), self.height_px, self.width_px)
            feeds[self.mask.name] = np.ones(shape, self.mask.kind or np.int64)
        return feeds


def read_input(inputs: tuple[Tensor, ...], metadata: Mapping[str, str]) -> PictureInput:
    """Which input takes the pictures; `Rejected` says what is unfit about them."""
    pictures = [i for i in inputs if len(i.shape) == 4]  # noqa: PLR2004 - batch, channels, height, width
    sizes = next((i for i in inputs if len(i.shape) == 2 and i.shape[1] in (2, None)), None)  # noqa: PLR2004
    mask = next((i for i in inputs if len(i.shape) == 3 and "mask" in i.name), None)  # noqa: PLR2004
    told = ", ".join(f"{i.name} {list(i.shape)}" for i in inputs)
    if len(pictures) != 1 or len(inputs) != 1 + (sizes is not None) + (mask is not None):
        raise Rejected("model", f"has {len(inputs)} inputs ({told[:300]}): one batch of pictures is needed")
    picture = pictures[0]
    if picture.kind not in _KINDS:
        raise Rejected("model", f"input {told[:300]} is not a batch of pictures: its type is not used for them")
    shape = picture.shape
    channels_last = shape[3] == _COLOURS and shape[1] != _COLOURS
    if not channels_last and shape[1] not in (_COLOURS, None):
        raise Rejected("model", f"input {list(shape)} has no axis of 3 colours")
    height, width = (shape[1], shape[2]) if channels_last else (shape[2], shape[3])
    side_height, side_width = _metadata_size(metadata)
    height, width = height or side_height, width or side_width
    if not (STRIDE <= width <= MOST_SIDE_PX and STRIDE <= height <= MOST_SIDE_PX):
        raise Rejected("model", f"input of {width}x{height} pixels")
    if shape[0] is not None and shape[0] > MOST_BATCH:
        raise Rejected("model", f"fixed batch of {shape[0]} pictures (at most {MOST_BATCH})")
    return PictureInput(picture.name, picture.kind, shape[0], width, height, channels_last, sizes, mask)


def _metadata_size(metadata: Mapping[str, str]) -> tuple[int, int]:
    """(height, width) that an exporter noted as `imgsz`, for inputs of any size."""
    signs = "".join(sign if sign.isascii() and sign.isdigit() else " " for sign in metadata.get("imgsz", "")[:100])
    numbers = [int(part) for part in signs.split()[:2]]
    if not numbers or not all(STRIDE <= n <= MOST_SIDE_PX and n % STRIDE == 0 for n in numbers):
        return DEFAULT_SIDE_PX, DEFAULT_SIDE_PX
    return numbers[0], numbers[-1]
