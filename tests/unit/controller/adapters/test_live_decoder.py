"""The stream decoder: every unit decoded, due ones as pictures, damage survived."""

from fractions import Fraction

import av
import numpy as np
import pytest

from controller.adapters.jpeg import encode_jpeg
from controller.adapters.live_decoder import StreamDecoder
from shared.errors import Rejected


def encode(count: int, size: tuple[int, int] = (64, 48)) -> list[tuple[int, bytes]]:
    encoder = av.CodecContext.create("libx264", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = *size, "yuv420p"
    encoder.time_base, encoder.framerate, encoder.gop_size = Fraction(1, 25), Fraction(25), 10
    encoder.options = {"preset": "ultrafast", "tune": "zerolatency"}
    units: list[tuple[int, bytes]] = []
    for index in range(count):
        frame = av.VideoFrame.from_ndarray(np.full((size[1], size[0], 3), index * 8, np.uint8), format="bgr24")
        frame.pts = index
        units += [(1_700_000_000_000 + index * 40, bytes(packet)) for packet in encoder.encode(frame)]
    return units


def test_every_unit_is_decoded_and_only_due_ones_become_pictures() -> None:
    units = encode(20)
    pictures = StreamDecoder("avc1.42c01f").decode(units, lambda pts: pts % 200 == 0)
    assert [p.pts_ms - 1_700_000_000_000 for p in pictures] == [0, 200, 400, 600]
    assert [round(float(p.picture.mean()) / 8) for p in pictures] == [0, 5, 10, 15]
    assert pictures[0].source_height_px == 48


def test_large_pictures_are_scaled_down_and_their_height_is_remembered() -> None:
    (picture,) = StreamDecoder("avc1").decode(encode(1, (2560, 1440)), lambda _: True)
    assert picture.picture.shape == (720, 1280, 3)
    assert picture.source_height_px == 1440


def test_damaged_units_are_skipped() -> None:
    units = encode(30)
    units[3] = (units[3][0], b"\x00\x00\x00\x01garbage")
    pictures = StreamDecoder("avc1").decode(units, lambda _: True)
    assert len(pictures) >= 19


def test_nothing_but_damage_is_rejected() -> None:
    decoder = StreamDecoder("avc1")
    with pytest.raises(Rejected, match="cannot be decoded"):
        decoder.decode([(i, b"\x00\x00\x00\x01\x65" + bytes(40)) for i in range(500)], lambda _: True)


def test_an_unknown_codec_is_rejected() -> None:
    with pytest.raises(Rejected, match="vp09"):
        StreamDecoder("vp09.00")
    StreamDecoder("hvc1.1.6.L93.B0")


def test_a_picture_becomes_a_jpeg() -> None:
    assert encode_jpeg(np.zeros((9, 16, 3), np.uint8)).startswith(b"\xff\xd8\xff")
