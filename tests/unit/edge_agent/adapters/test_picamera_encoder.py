"""The encoders of the real picamera2 where it is installed."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from edge_agent.adapters.picamera_encoder import make_encoder, set_bitrate
from edge_agent.core.codec import nal_type, nal_units
from shared.errors import Rejected
from shared.module_streams import EncodedStream
from tests.fakes.footage import pictures
from tests.fakes.module import camera_module

STREAM = EncodedStream(192, 112, 15, 1_000_000)


@pytest.fixture(autouse=True)
def module(tmp_path: Path) -> Iterator[None]:
    with camera_module(tmp_path):
        yield


def started(stream: EncodedStream) -> Any:
    """A software encoder as the camera starts it, and its codec context."""
    encoder = make_encoder("software", stream)
    encoder.width, encoder.height = stream.size_px
    encoder._format = "YUV420"
    encoder._output = []
    encoder._start()
    return encoder


def test_the_software_encoder_has_no_delay_and_a_fixed_gop() -> None:
    context = started(STREAM)._stream.codec_context
    keys, units = [], []
    for number, picture in enumerate(pictures(70)):
        picture.pts, picture.time_base = number * 1_000_000 // 15, Fraction(1, 1_000_000)
        made = context.encode(picture)
        assert len(made) == 1  # the frame that went in, not one before it
        if made[0].is_keyframe:
            keys.append(number)
            units.append([nal_type("h264", unit) for unit in nal_units(bytes(made[0]))])
    assert keys == [0, 30, 60]
    assert all({7, 8, 5} <= set(found) for found in units)
    assert isinstance(context, av.VideoCodecContext)


def test_its_rate_changes_while_it_runs_without_a_keyframe() -> None:
    encoder = started(EncodedStream(640, 360, 15, 4_000_000))
    random = np.random.default_rng(7)
    sizes, keys = [], []
    for number in range(180):
        if number == 60:
            set_bitrate(encoder, 800_000)
        noise = random.integers(16, 235, (540, 640), np.uint8)
        picture = av.VideoFrame.from_ndarray(noise, format="yuv420p")
        picture.pts, picture.time_base = number * 1_000_000 // 15, Fraction(1, 1_000_000)
        (packet,) = encoder._stream.codec_context.encode(picture)
        sizes.append(packet.size)
        keys.append(packet.is_keyframe)
    assert [number for number, key in enumerate(keys) if key] == [0, 30, 60, 90, 120, 150]
    before, after = (sum(part) * 8 * 15 / len(part) for part in (sizes[20:60], sizes[120:180]))
    assert before > 2_500_000
    assert after < before / 2


def test_a_sub_stream_may_take_each_second_picture() -> None:
    assert make_encoder("software", STREAM, 2).frame_skip_count == 2


def test_a_board_that_picamera2_took_for_another_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    import picamera2.platform as found

    assert make_encoder("hardware", STREAM).bitrate == 1_000_000  # without video devices it takes any board for this
    monkeypatch.setattr(found, "_platform", found.Platform.PISP)
    with pytest.raises(Rejected, match="video devices do not belong"):
        make_encoder("hardware", STREAM)
