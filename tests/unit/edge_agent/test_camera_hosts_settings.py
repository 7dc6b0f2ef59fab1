"""The hosts that network cameras may be, as the node's file says them."""

from pathlib import Path

import pytest

from edge_agent.settings import parse_settings
from shared.errors import Rejected
from tests.unit.edge_agent.test_settings import changed


@pytest.mark.parametrize("source", ["rtsp://169.254.169.254/latest", "rtsp://[fe80::1]/a"])
def test_an_address_that_is_no_cameras_is_refused_by_name(source: str) -> None:
    with pytest.raises(Rejected, match=r"cameras\[0\]\.source: .* camera_hosts"):
        parse_settings(changed("cameras.source", source), Path())
    assert parse_settings(changed("cameras.source", source) | {"camera_hosts": ["169.254.0.0/16", "fe80::/10"]}, Path())


@pytest.mark.parametrize("text", ["10.0.0.1/8", "a b", "http://a", ""])
def test_a_camera_host_that_is_none(text: str) -> None:
    with pytest.raises(Rejected, match="camera_hosts"):
        parse_settings(changed("cameras.source", "scene://yard") | {"camera_hosts": [text]}, Path())
