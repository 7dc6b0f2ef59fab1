"""Finding ONVIF cameras: over real sockets, against a camera on loopback."""

import json
import os
import stat
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from edge_agent.adapters.onvif_network import OnvifDevice, find_devices
from edge_agent.cli import app
from edge_agent.settings import parse_settings
from shared.errors import Rejected, Transient
from tests.servers.onvif import Offer, OnvifCamera

pytestmark = pytest.mark.integration

OFFERS: tuple[Offer, ...] = (
    ("small", "H264", 640, 360, 10),
    ("large", "H264", 2560, 1440, 20),
    ("picture", "JPEG", 640, 480, 1),
)
NODE = {
    "node": "n1",
    "site": "site",
    "data_dir": "data",
    "controller_url": "http://127.0.0.1:8080",
    "broker": {"password": "word"},
    "key_pem": "key",
}


@pytest.fixture
def camera() -> Iterator[Callable[..., OnvifCamera]]:
    """Starts cameras that end with the test."""
    started: list[OnvifCamera] = []

    def start(*given: object, **named: object) -> OnvifCamera:
        started.append(OnvifCamera(*given, **named))  # type: ignore[arg-type]
        return started[-1]

    yield start
    for one in started:
        one.close()


def test_the_one_that_answers_is_found_once_where_it_can_be_reached(camera: Callable[..., OnvifCamera]) -> None:
    one = camera(OFFERS)
    assert find_devices(1.0, one.discovery) == (one.address,)


def test_streams_are_chosen_at_the_address_that_was_asked_whatever_the_camera_calls_itself(
    camera: Callable[..., OnvifCamera],
) -> None:
    one = camera(OFFERS)
    found = OnvifDevice(one.address, "", "").describe()
    assert (found.main.token, found.main_uri) == ("large", "rtsp://127.0.0.1:554/large?a=1&b=2")
    assert found.sub is not None
    assert (found.sub.token, found.sub_uri) == ("small", "rtsp://127.0.0.1:554/small?a=1&b=2")
    assert one.asked == ["GetSystemDateAndTime", "GetCapabilities", "GetProfiles", "GetStreamUri", "GetStreamUri"]


@pytest.mark.parametrize("ahead_s", [0, -86_400, 40_000_000])
def test_a_password_is_proved_by_the_cameras_own_clock(camera: Callable[..., OnvifCamera], ahead_s: int) -> None:
    one = camera(OFFERS, "admin", "secret-word", ahead_s=ahead_s)
    assert OnvifDevice(one.address, "admin", "secret-word").describe().main.token == "large"
    for user, password in (("admin", "wrong"), ("", "")):
        with pytest.raises(Rejected, match="credentials: the camera refuses them"):
            OnvifDevice(one.address, user, password).describe()


@pytest.mark.parametrize("answer", [b"<a", b"<a/>", b"<a>" + b" " * 1_100_000 + b"</a>"])
def test_a_camera_that_talks_nonsense_is_told(camera: Callable[..., OnvifCamera], answer: bytes) -> None:
    one = camera(OFFERS, answer=answer)
    with pytest.raises(Rejected, match="camera: "):
        OnvifDevice(one.address, "", "").describe()


def test_a_camera_that_is_away_is_told(free_port: Callable[[], int]) -> None:
    with pytest.raises(Transient, match=r"127\.0\.0\.1"):
        OnvifDevice(f"http://127.0.0.1:{free_port()}/", "", "").describe()


def test_the_command_prints_settings_that_a_node_takes_and_keeps_the_password_in_a_file_of_ones_own(
    camera: Callable[..., OnvifCamera], tmp_path: Path
) -> None:
    one, open_one = camera(OFFERS, "admin", "sec:ret"), camera(OFFERS[1:2])
    out = tmp_path / "cameras.toml"
    arguments = ["discover", "--user", "admin", "--out", str(out)]
    for found in (one, open_one):
        arguments += ["--address", f"127.0.0.1:{found.port}"]
    ran = CliRunner().invoke(app, arguments, env={"CCTV_CAMERA_PASSWORD": "sec:ret"})
    assert ran.exit_code == 0, ran.output
    assert "sec:ret" not in ran.output
    assert "sec%3Aret" not in ran.output
    printed = tomllib.loads(ran.stdout)
    assert [entry["source"] for entry in printed["cameras"]] == [
        "rtsp://admin:PASSWORD@127.0.0.1:554/large?a=1&b=2"
    ] * 2
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    written = tomllib.loads(out.read_text(encoding="utf-8"))
    settings = parse_settings({**NODE, **written}, tmp_path)
    assert [entry.source for entry in settings.cameras] == ["rtsp://admin:sec%3Aret@127.0.0.1:554/large?a=1&b=2"] * 2
    assert settings.cameras[0].sub_source == "rtsp://admin:sec%3Aret@127.0.0.1:554/small?a=1&b=2"
    assert settings.cameras[1].sub_source is None
    assert len({entry.name for entry in settings.cameras}) == 2
    again = CliRunner().invoke(app, arguments, env={"CCTV_CAMERA_PASSWORD": "sec:ret"})
    assert again.exit_code == 2  # nothing is written over
    assert "--out" in again.stderr


def test_what_one_camera_refuses_does_not_hide_the_others(camera: Callable[..., OnvifCamera]) -> None:
    closed, one = camera(OFFERS, "admin", "word"), camera(OFFERS)
    arguments = ["discover", "--address", closed.address, "--address", "http://[::1", "--address", one.address]
    ran = CliRunner().invoke(app, arguments)
    assert ran.exit_code == 1
    assert len(tomllib.loads(ran.stdout)["cameras"]) == 1
    assert f"127.0.0.1:{closed.port}: credentials: the camera refuses them" in ran.stderr
    assert "--address: 'http://[::1' is no http address of a camera" in ran.stderr


def test_without_anybody_to_ask_the_password_has_to_be_given(camera: Callable[..., OnvifCamera]) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "CCTV_CAMERA_PASSWORD"}
    one = camera(OFFERS)
    arguments = ["discover", "--user", "admin", "--address", one.address]
    ran = CliRunner().invoke(app, arguments, env={**environment, "CCTV_CAMERA_PASSWORD": None})
    assert ran.exit_code == 2
    assert "CCTV_CAMERA_PASSWORD" in ran.stderr
    assert json.dumps(one.asked) == "[]"
