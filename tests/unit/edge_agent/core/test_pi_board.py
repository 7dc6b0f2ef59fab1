"""The encoder follows the board, not what the video devices seem to say; what it cannot encode is refused."""

import pytest

from edge_agent.core.pi_board import EncoderKind, board_of, check_modules
from shared.errors import Rejected
from shared.module_streams import ModuleStreams, parse_module

PI_4 = "Raspberry Pi 4 Model B Rev 1.5\x00"
CM4 = "Raspberry Pi Compute Module 4 Rev 1.1\x00"
CM5 = "Raspberry Pi Compute Module 5 Rev 1.0\x00"
PI_5 = "Raspberry Pi 5 Model B Rev 1.0\x00"
ZERO_2 = "Raspberry Pi Zero 2 W Rev 1.0\x00"


@pytest.mark.parametrize(
    ("model", "kind", "connectors"),
    [
        (PI_4, "hardware", 1),
        (CM4, "hardware", 2),
        ("Raspberry Pi Compute Module 4S Rev 1.0\x00", "hardware", 2),
        (CM5, "software", 2),
        ("Raspberry Pi Compute Module 5 Lite Rev 1.0\x00", "software", 2),
        (PI_5, "software", 2),
        (ZERO_2, "hardware", 1),
        ("Raspberry Pi 500 Rev 1.0", "software", 0),
        ("Raspberry Pi 500+ Rev 1.0", "software", 0),
        ("Raspberry Pi 400 Rev 1.0", "hardware", 0),
        ("Raspberry Pi 3 Model B Plus Rev 1.3", "hardware", 1),
        ("Raspberry Pi Compute Module 3 Plus Rev 1.0", "hardware", 2),
    ],
)
def test_known_boards(model: str, kind: EncoderKind, connectors: int) -> None:
    board = board_of(model)
    assert (board.encoder, board.connectors) == (kind, connectors)


@pytest.mark.parametrize("model", ["", "Orange Pi 5", "Raspberry Pi 6 Model B", "Raspberry Pi 50 Rev 1"])
def test_unknown_boards_are_refused(model: str) -> None:
    with pytest.raises(Rejected, match="source"):
        board_of(model)


HD15, HD30 = "size=1280x720&fps=15", "size=1280x720&fps=30"
FULL15, FULL30, FULL60 = "size=1920x1080&fps=15", "size=1920x1080&fps=30", "size=1920x1080&fps=60"
THIN = "&sub_size=320x180&sub_fps=5"


@pytest.mark.parametrize(
    ("model", "asked", "fault"),
    [
        (PI_4, [HD15], None),
        (PI_4, [HD30], None),
        (PI_4, [FULL15], None),
        (PI_4, [FULL30], "245760 macroblocks a second in all, 272400 are asked for"),
        (PI_4, [FULL30 + THIN], "245760 macroblocks a second in all"),
        (PI_4, ["size=1920x1080&fps=28" + THIN], None),
        (PI_4, ["size=2592x1944&fps=5"], "1920x1080 at most"),
        (PI_4, [HD15, HD15], "1 camera connectors, this is module 2"),
        (ZERO_2, [HD15], None),
        (ZERO_2, [HD15, HD15], "1 camera connectors"),
        (CM4, [HD15, HD15], None),
        (CM4, [HD30, HD30], "245760 macroblocks a second in all, 271200 are asked for"),  # 2 x 720p30 and 2 sub streams
        (CM4, [HD30, HD30 + THIN], None),
        (CM4, [FULL15, FULL15], "245760 macroblocks a second in all, 272400 are asked for"),
        (CM4, ["size=1920x1080&fps=28" + THIN, HD15], "245760 macroblocks a second in all"),
        (CM4, [HD15, HD15, HD15], "2 camera connectors, this is module 3"),
        (PI_5, [HD15, HD15], None),
        (PI_5, [FULL30, FULL30], None),
        (PI_5, [FULL60], None),
        (PI_5, [FULL60, FULL15], "has no video encoder, its processor encodes about"),
        (CM5, [FULL30, FULL30], None),
        (CM5, [FULL60, FULL60], "Compute Module 5 has no video encoder"),
        ("Raspberry Pi 500 Rev 1.0", [HD15], "0 camera connectors"),
    ],
)
def test_what_a_board_cannot_encode_is_refused_with_the_reason(model: str, asked: list[str], fault: str | None) -> None:
    modules: list[ModuleStreams] = []
    board = board_of(model)
    for number, options in enumerate(asked):
        if modules:
            check_modules(board, modules)  # those before the last are not at fault
        modules.append(parse_module(f"picamera://{number}?{options}"))
    if fault is None:
        check_modules(board, modules)
        return
    with pytest.raises(Rejected, match=fault) as told:
        check_modules(board, modules)
    assert told.value.field == "source"


def test_one_module_cannot_be_two_cameras() -> None:
    with pytest.raises(Rejected, match="picamera://0 is taken"):
        check_modules(board_of(PI_5), [parse_module("picamera://0"), parse_module("picamera://0?fps=5")])
