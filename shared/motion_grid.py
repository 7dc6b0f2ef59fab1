"""The motion of a camera-minute on a coarse grid, as run lengths: what a node tells and a controller keeps."""

import base64
import binascii
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from shared.errors import Rejected

MINUTE_MS = 60_000
COLUMNS, ROWS, STEP_MS = 32, 18, 5_000
"""What a node tells: see docs/design/recording-and-facts.md for the bytes that this comes to."""

Moved = NDArray[np.bool_]
"""By step, row and column: whether something moved there."""

_MOST_SIDE = 64
_MOST_CELLS_TEXT = 12_288
_LONGEST_RUN_BYTES = 3
_MORE = 0x80


class MotionGrid(BaseModel):
    """Where something moved in one minute. `cells`: base64 of `pack`; empty when nothing moved."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    columns: Annotated[int, Field(ge=1, le=_MOST_SIDE)]
    rows: Annotated[int, Field(ge=1, le=_MOST_SIDE)]
    step_ms: Annotated[int, Field(ge=1_000, le=MINUTE_MS)]
    cells: Annotated[str, Field(max_length=_MOST_CELLS_TEXT)] = ""

    @field_validator("step_ms")
    @classmethod
    def _divides_the_minute(cls, step_ms: int) -> int:
        if MINUTE_MS % step_ms:
            raise ValueError("a minute is not a whole number of steps")
        return step_ms

    @field_validator("cells")
    @classmethod
    def _can_be_unpacked(cls, cells: str, info: ValidationInfo) -> str:
        known: dict[str, Any] = info.data
        if {"columns", "rows", "step_ms"} <= known.keys():  # else one of them is told as the fault
            shape = (MINUTE_MS // known["step_ms"], known["rows"], known["columns"])
            try:
                unpack(_decoded(cells), shape)
            except Rejected as fault:
                raise ValueError(fault.fault) from None
        return cells

    @property
    def packed(self) -> bytes:
        """The run lengths themselves."""
        return _decoded(self.cells)


def grid_of(moved: Moved, step_ms: int = STEP_MS) -> MotionGrid:
    """What is told of a minute; `moved` has a layer for each of its steps."""
    _, rows, columns = moved.shape
    return MotionGrid(
        columns=columns, rows=rows, step_ms=step_ms, cells=base64.b64encode(pack(moved)).decode()
    )  # fmt: skip


def pack(moved: Moved) -> bytes:
    """Lengths of still and moving runs in turn, still first, as LEB128; the last run moves. No byte: nothing moved."""
    flat = np.concatenate(([False], moved.ravel(), [False]))
    edges = np.flatnonzero(flat[1:] != flat[:-1])
    lengths = np.diff(edges, prepend=0)
    found = bytearray()
    for length in lengths.tolist():
        while length >= _MORE:
            found.append(length % _MORE | _MORE)
            length //= _MORE  # noqa: PLW2901 - its next seven bits
        found.append(length)
    return bytes(found)


def unpack(packed: bytes, shape: tuple[int, int, int]) -> Moved:
    """The same as `pack` was given; `Rejected` for what it would not have written."""
    size = shape[0] * shape[1] * shape[2]
    flat = np.zeros(size + 1, np.int8)
    if packed:
        ends = np.cumsum(_lengths(packed))
        if ends[-1] > size:
            raise Rejected("cells", f"{ends[-1]} cells where the minute has {size}")
        if len(ends) % 2:
            raise Rejected("cells", "the last run stands still")
        flat[ends[0::2]] = 1
        flat[ends[1::2]] = -1
    return np.cumsum(flat[:-1], dtype=np.int8).astype(np.bool_).reshape(shape)


def _lengths(packed: bytes) -> NDArray[np.int64]:
    read = np.frombuffer(packed, np.uint8)
    last = np.flatnonzero(read < _MORE)
    if read[-1] >= _MORE:
        raise Rejected("cells", "ends within a run's length")
    first = np.concatenate(([0], last[:-1] + 1))
    widths = last - first + 1
    if widths.max() > _LONGEST_RUN_BYTES:
        raise Rejected("cells", f"a run's length has more than {_LONGEST_RUN_BYTES} bytes")
    place = np.arange(len(read)) - np.repeat(first, widths)
    lengths: NDArray[np.int64] = np.add.reduceat((read & (_MORE - 1)).astype(np.int64) << (7 * place), first)
    if (lengths[1:] == 0).any():
        raise Rejected("cells", "a run without a cell")
    if (read[last[widths > 1]] == 0).any():
        raise Rejected("cells", "a run's length is written longer than it is")
    return lengths


def _decoded(cells: str) -> bytes:
    try:
        return base64.b64decode(cells, validate=True)
    except (binascii.Error, ValueError):
        raise Rejected("cells", "not base64") from None
