"""Which encoder a Raspberry Pi has and what it can encode, by its model's name in the device tree. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from shared.errors import Rejected
from shared.module_streams import ModuleStreams

EncoderKind = Literal["hardware", "software"]

# H.264 level 4.0, which the VC4 encoder is made for: all streams of a board share it.
_VC4_BLOCKS_PER_S = 245_760
_VC4_BLOCKS = 8_192
# Two of 1920x1080 at 30 with their sub streams: one to two of a Pi 5's four cores. An estimate, not measured.
_CPU_BLOCKS_PER_S = 550_000


@dataclass(frozen=True, slots=True)
class Board:
    """A board that takes camera modules, or has too few connectors for one."""

    name: str
    encoder: EncoderKind
    connectors: int


_BOARDS = (
    ("Pi 5", Board("Raspberry Pi 5", "software", 2)),
    ("Compute Module 5", Board("Compute Module 5", "software", 2)),
    (r"Pi 500\+?", Board("Raspberry Pi 500", "software", 0)),
    ("Pi 4", Board("Raspberry Pi 4", "hardware", 1)),
    ("Compute Module 4S?", Board("Compute Module 4", "hardware", 2)),
    ("Pi 400", Board("Raspberry Pi 400", "hardware", 0)),
    (r"Compute Module 3\+?", Board("Compute Module 3", "hardware", 2)),
    ("Pi 3", Board("Raspberry Pi 3", "hardware", 1)),
    ("Pi 2", Board("Raspberry Pi 2", "hardware", 1)),
    ("Pi Zero 2", Board("Raspberry Pi Zero 2", "hardware", 1)),
    ("Pi Zero", Board("Raspberry Pi Zero", "hardware", 1)),
)


def board_of(model: str, field: str = "source") -> Board:
    """The board of that model; one that is not known raises `Rejected`."""
    name = model.rstrip("\x00\n")
    for pattern, board in _BOARDS:
        if re.match(rf"Raspberry (Pi )?{pattern}(?![\w+])", name):
            return board
    raise Rejected(field, f"{name or 'this machine'!r} is no Raspberry Pi that is known to take a camera module")


def check_modules(board: Board, modules: Sequence[ModuleStreams], field: str = "source") -> None:
    """Raises `Rejected` where the last of these camera modules is too much for the board that has the others."""
    last = modules[-1]
    if len(modules) > board.connectors:
        raise Rejected(field, f"{board.name} has {board.connectors} camera connectors, this is module {len(modules)}")
    if any(module.number == last.number for module in modules[:-1]):
        raise Rejected(field, f"picamera://{last.number} is taken by another camera")
    needed = round(sum(module.blocks_per_s for module in modules))
    streams = ", ".join(f"{module.main} and {module.sub.width_px}x{module.sub.height_px}" for module in modules)
    if board.encoder == "hardware":
        if last.main.blocks > _VC4_BLOCKS:
            raise Rejected(field, f"{board.name} encodes pictures of 1920x1080 at most, not {last.main}")
        if needed > _VC4_BLOCKS_PER_S:
            raise Rejected(
                field,
                f"{board.name} encodes {_VC4_BLOCKS_PER_S} macroblocks a second in all, {needed} are asked for "
                f"({streams}): lower size, fps, sub_size or sub_fps",
            )
    elif needed > _CPU_BLOCKS_PER_S:
        raise Rejected(
            field,
            f"{board.name} has no video encoder, its processor encodes about {_CPU_BLOCKS_PER_S} macroblocks a second, "
            f"{needed} are asked for ({streams}): lower size, fps, sub_size or sub_fps",
        )
