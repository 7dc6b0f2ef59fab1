"""What a camera module may be asked for."""

import pytest

from shared.errors import Rejected
from shared.module_streams import EncodedStream, parse_module


def test_without_options_there_is_a_small_sub_stream_beside_the_main_one() -> None:
    found = parse_module("picamera://1")
    assert (found.number, found.main, found.sub) == (
        1,
        EncodedStream(1280, 720, 15, 4_000_000),
        EncodedStream(640, 360, 15, 500_000),
    )
    assert found.blocks_per_s == (3600 + 920) * 15


def test_every_option_counts() -> None:
    text = "picamera://0?size=1920x1080&fps=30&bitrate=6000000&sub_size=480x270&sub_fps=10&sub_bitrate=300000"
    found = parse_module(text)
    assert found.main == EncodedStream(1920, 1080, 30, 6_000_000)
    assert found.sub == EncodedStream(480, 270, 10, 300_000)
    assert (found.sub_every, found.blocks_per_s) == (3, 8160 * 30 + 510 * 10)


@pytest.mark.parametrize(
    ("size", "sub"), [("1296x972", (640, 480)), ("320x240", (320, 240)), ("1080x1920", (360, 640)), ("64x64", (64, 64))]
)
def test_the_sub_stream_has_the_shape_of_the_main_one_and_is_never_larger(size: str, sub: tuple[int, int]) -> None:
    assert parse_module(f"picamera://0?size={size}").sub.size_px == sub


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("picamera://", "picamera://0 to"),
        ("picamera://10", "picamera://0 to"),
        ("picamera://0/x", "picamera://0 to"),
        ("picamera://0?", None),
        ("picamera://0?size=1280", "size: like 1280x720"),
        ("picamera://0?size=1281x720", "size: like 1280x720, even"),
        ("picamera://0?size=9999x720", "size: "),
        ("picamera://0?fps=0", "fps: a whole number from 1 to 60"),
        ("picamera://0?fps=15.5", "fps: "),
        ("picamera://0?bitrate=1", "bitrate: "),
        ("picamera://0?sub_size=1280x720", "sub_size: at most 640x640"),
        ("picamera://0?size=320x240&sub_size=640x360", "sub_size: "),
        ("picamera://0?sub_fps=30", "sub_fps: a whole number from 1 to 15"),
        ("picamera://0?fps=15&fps=15", "'fps' is given twice"),
        ("picamera://0?tuning=/etc/passwd", "'tuning' is no option"),
        ("picamera://0?fps", "cannot be read"),
    ],
)
def test_what_is_no_address_says_why(text: str, fault: str | None) -> None:
    if fault is None:
        assert parse_module(text).main.fps == 15
        return
    with pytest.raises(Rejected, match=fault) as told:
        parse_module(text)
    assert told.value.field == "source"
