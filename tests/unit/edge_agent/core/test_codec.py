"""NAL units, keyframes and codec names, from real encoders and from rubbish."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.core.codec import Codec, codec_string, codec_string_of_config, is_key, nal_units

# SPS of libx264 high@3.1, main@3.1 and libx265 main@3.0 pictures.
HIGH = bytes.fromhex("6764001facd9405005bb016a02020280")
HEVC_SPS = bytes.fromhex("420101016000000300900000030000030 05aa00601e0".replace(" ", ""))


NAME = re.compile(r"avc1\.[0-9a-f]{6}|hvc1\.[ABC]?\d+\.[0-9A-F]+\.[LH]\d+(\.[0-9A-F]+)*")


def annexb(*units: bytes) -> bytes:
    return b"".join(b"\x00\x00\x00\x01" + unit for unit in units)


UNITS = st.lists(
    st.binary(min_size=1, max_size=12).filter(
        lambda unit: b"\x00\x00\x00" not in unit and b"\x00\x00\x01" not in unit and unit[-1] != 0
    ),
    max_size=6,
)


@settings(max_examples=80)
@given(UNITS)
def test_units_come_out_as_they_went_in(units: list[bytes]) -> None:
    assert list(nal_units(annexb(*units))) == units


@given(st.binary(max_size=200), st.sampled_from(["h264", "hevc"]))
def test_rubbish_is_survived(data: bytes, codec: Codec) -> None:
    is_key(codec, data)
    for name in (codec_string(codec, data), codec_string_of_config(codec, data)):
        assert name is None or NAME.fullmatch(name)


def test_names() -> None:
    assert codec_string("h264", annexb(b"\x09\xf0", HIGH, b"\x68\xce")) == "avc1.64001f"
    assert codec_string("h264", annexb(b"\x65\x88")) is None
    assert codec_string("hevc", annexb(HEVC_SPS)) == "hvc1.1.6.L90.90"
    assert codec_string_of_config("h264", bytes.fromhex("014d401fffe1")) == "avc1.4d401f"


@pytest.mark.parametrize(
    ("codec", "unit", "key"),
    [
        ("h264", b"\x65a", True),
        ("h264", b"\x41a", False),
        ("hevc", b"\x26\x01a", True),
        ("hevc", b"\x02\x01a", False),
    ],
)
def test_keys(codec: Codec, unit: bytes, key: bool) -> None:
    assert is_key(codec, annexb(unit)) is key
