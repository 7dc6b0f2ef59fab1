"""Which devices may be named, and what they may be asked for."""

import pytest

from shared.errors import Rejected
from shared.source_url import parse_source
from shared.video_device import VideoDevice, parse_device


def test_a_device_is_asked_for_motion_jpeg_unless_told_otherwise() -> None:
    assert parse_device("v4l2:///dev/video0") == VideoDevice("/dev/video0", (1280, 720), 15, "mjpeg")
    found = parse_device("v4l2:///dev/v4l/by-id/usb-046d_HD_C920-video-index0?size=1920x1080&fps=30&format=h264")
    assert found.path == "/dev/v4l/by-id/usb-046d_HD_C920-video-index0"
    assert found.options == {"video_size": "1920x1080", "framerate": "30", "input_format": "h264"}
    assert parse_device("v4l2:///dev/video2?format=yuyv").options["input_format"] == "yuyv422"


def test_only_its_h264_is_passed_through() -> None:
    given = {
        name: parse_source(f"v4l2:///dev/video0?format={name}").passed_through for name in ("h264", "mjpeg", "yuyv")
    }
    assert given == {"h264": True, "mjpeg": False, "yuyv": False}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("v4l2://dev/video0", "a USB camera is"),
        ("v4l2:///dev/sda", "a USB camera is"),
        ("v4l2:///dev/video0/../sda", "a USB camera is"),
        ("v4l2:///dev/v4l/by-id/../../sda", "a USB camera is"),
        ("v4l2:///dev/v4l/by-id/..", "a USB camera is"),
        ("v4l2:///etc/passwd", "a USB camera is"),
        ("v4l2:///dev/video0?input_format=h264", "'input_format' is no option"),
        ("v4l2:///dev/video0?format=rawvideo", "format: one of h264, mjpeg, yuyv"),
        ("v4l2:///dev/video0?size=1x1", "size: "),
        ("v4l2:///dev/video0?fps=1000", "fps: "),
    ],
)
def test_nothing_else_reaches_the_demuxer(text: str, fault: str) -> None:
    with pytest.raises(Rejected, match=fault) as told:
        parse_source(text)
    assert told.value.field == "source"
