"""What an init says of its video is what FFmpeg reads of it; what is damaged says nothing, and nothing worse."""

import io
from fractions import Fraction
from functools import cache

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.core.fragments import init_length, read_layout
from edge_agent.core.stream_box import stream_box


@cache
def film(encoder: str) -> bytes:
    made = io.BytesIO()
    flags = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
    with av.open(made, "w", format="mp4", options=flags) as container:
        stream = container.add_stream(encoder, rate=10)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 320, 176, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 10)
        for number in range(12):
            frame = av.VideoFrame.from_ndarray(np.full((264, 320), 20 * number, np.uint8), format="yuv420p")
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return made.getvalue()


@pytest.mark.parametrize(("encoder", "codec"), [("libx264", "h264"), ("libx265", "hevc")])
def test_it_is_what_ffmpeg_reads(encoder: str, codec: str) -> None:
    data = film(encoder)
    found = stream_box(data[: init_length(data)])
    assert found is not None
    with av.open(io.BytesIO(data)) as container:
        context = container.streams.video[0].codec_context
        assert (found.codec, found.width_px, found.height_px) == (codec, context.width, context.height)
        assert found.config == context.extradata
    assert read_layout(data).pictures == 12


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2_000), st.integers(0, 255), st.integers(0, 2_000))
def test_a_damaged_init_says_something_or_nothing(at: int, byte: int, cut: int) -> None:
    init = bytearray(film("libx264")[: init_length(film("libx264"))])
    init[at % len(init)] = byte
    found = stream_box(bytes(init)[: max(0, len(init) - cut)])
    assert found is None or (found.codec in {"h264", "hevc"} and len(found.config) < len(init))


@given(st.binary(max_size=400))
def test_rubbish_says_nothing(data: bytes) -> None:
    assert stream_box(data) is None
