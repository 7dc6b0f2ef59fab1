"""Which cameras a node encodes itself, and so may slow down."""

from pathlib import Path

from edge_agent.app.cameras import encoded_here
from edge_agent.settings import parse_settings
from tests.fakes.edge import FakeFeed
from tests.unit.edge_agent.test_settings import FIELDS


def test_only_streams_that_the_node_encodes_may_be_slowed_down() -> None:
    cameras: list[dict[str, object]] = [
        {"name": "module", "source": "picamera://0"},
        {"name": "net", "source": "rtsp://10.0.0.5/one", "sub_source": "rtsp://10.0.0.5/two"},
        {
            "name": "drawn",
            "source": "rtsp://10.0.0.6/one",
            "sub_source": "rtsp://10.0.0.6/two",
            "transcode": True,
        },
        {"name": "usb", "source": "v4l2:///dev/video0?format=mjpeg"},
        {"name": "usb-h264", "source": "v4l2:///dev/video1?format=h264"},
        {"name": "scene", "source": "scene://yard"},
    ]
    settings = parse_settings(FIELDS | {"cameras": cameras}, Path())
    feeds = [FakeFeed(settings.camera(camera)) for camera in settings.cameras]
    found = encoded_here(settings, feeds)
    assert [(one.feed.camera.split(".")[1], one.has_sub, one.paced) for one in found] == [
        ("module", True, True),
        ("drawn", True, False),
        ("usb", False, False),
    ]
