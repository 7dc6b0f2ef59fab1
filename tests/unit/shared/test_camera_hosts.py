"""Which hosts may be cameras: by name, by address, and never by accident where credentials lie."""

import ipaddress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.settings import parse_settings
from shared.camera_hosts import ANY_HOST, parse_hosts
from shared.errors import Rejected
from tests.unit.edge_agent.test_settings import changed

NEVER = ["169.254.169.254", "169.254.3.4", "fe80::1", "ff02::1", "239.1.1.1", "0.0.0.0", "::", "fd00:ec2::254"]
NEVER += ["100.100.100.200", "::ffff:169.254.169.254"]


@pytest.mark.parametrize("address", NEVER)
def test_a_name_never_leads_there(address: str) -> None:
    assert not ANY_HOST.allows("cam", address)
    assert not parse_hosts(["cam", "10.0.0.0/8"]).allows("cam", address)


@pytest.mark.parametrize("address", NEVER)
def test_unless_its_network_is_named(address: str) -> None:
    host = address.removeprefix("::ffff:")
    assert parse_hosts([host]).allows("cam", address)


@pytest.mark.parametrize(
    ("host", "address", "may"),
    [
        ("gate.local", "192.0.2.9", True),
        ("GATE.local.", "192.0.2.9", True),
        ("10.1.2.3", "10.1.2.3", True),
        ("other", "10.1.2.3", True),
        ("other", "::ffff:10.1.2.3", True),
        ("other", "192.0.2.9", False),
        ("gate.local", "no address", False),
    ],
)
def test_a_list(host: str, address: str, *, may: bool) -> None:
    assert parse_hosts(["Gate.Local", "10.0.0.0/8"]).allows(host, address) is may


@given(st.ip_addresses())
def test_without_a_list_what_has_an_address_of_its_own(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    inside = getattr(address, "ipv4_mapped", None) or address
    special = inside.is_link_local or inside.is_multicast or inside.is_unspecified or str(inside) in NEVER
    assert ANY_HOST.allows("cam", str(address)) is not special


@pytest.mark.parametrize("text", ["10.0.0.1/8", "fe80::/200", "300.1.1.1", "10.0.0.0/33"])
def test_what_is_no_network(text: str) -> None:
    with pytest.raises(Rejected, match="camera_hosts"):
        parse_hosts([text])


@pytest.mark.parametrize(
    ("source", "may"),
    [
        ("rtsp://10.0.0.5/a", True),
        ("rtsp://user:pw@cam/a", True),
        ("rtsp://169.254.169.254/latest", False),
        ("rtsp://[fe80::1]/a", False),
        ("rtsp://[::ffff:169.254.169.254]:80/a", False),
        ("scene://yard", True),
        ("picamera://0", True),
    ],
)
def test_before_names_are_looked_up(source: str, *, may: bool) -> None:
    assert ANY_HOST.may_be(source) is may


def test_a_name_on_no_list_of_names() -> None:
    assert not parse_hosts(["gate"]).may_be("rtsp://yard/a")
    assert parse_hosts(["gate"]).may_be("rtsp://GATE/a")
    assert parse_hosts(["10.0.0.0/8"]).may_be("rtsp://yard/a")  # its address decides


@pytest.mark.parametrize("source", ["rtsp://169.254.169.254/latest", "rtsp://[fe80::1]/a"])
def test_an_address_that_is_no_cameras_is_refused_by_name(source: str) -> None:
    with pytest.raises(Rejected, match=r"cameras\[0\]\.source: .* camera_hosts"):
        parse_settings(changed("cameras.source", source), Path())
    assert parse_settings(changed("cameras.source", source) | {"camera_hosts": ["169.254.0.0/16", "fe80::/10"]}, Path())


@pytest.mark.parametrize("text", ["10.0.0.1/8", "a b", "http://a", ""])
def test_a_camera_host_that_is_none(text: str) -> None:
    with pytest.raises(Rejected, match="camera_hosts"):
        parse_settings(changed("cameras.source", "scene://yard") | {"camera_hosts": [text]}, Path())
