"""`cctv-edge check` against a real broker, a real web server and a real RTSP stream."""

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from typer.testing import CliRunner

from controller.adapters.certificates import ensure_certificates
from edge_agent.cli import app
from shared.clock import SystemClock
from tests.fakes.footage import packets
from tests.servers.mosquitto import Mosquitto
from tests.servers.rtsp import RtspServer

pytestmark = pytest.mark.integration

CONFIG = """
node = "n1"
site = "yard"
data_dir = "data"
controller_url = "{controller}"
key_pem = "key"
[broker]
host = "127.0.0.1"
port = {broker}
password = "{password}"
[[cameras]]
name = "gate"
source = "rtsp://admin:{camera_password}@127.0.0.1:{camera}/main"
[[cameras]]
name = "film"
source = "{film}"
{detector}{server}"""


class Quiet(http.server.BaseHTTPRequestHandler):
    """Answers everything."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture
def controller() -> Iterator[str]:
    server = http.server.HTTPServer(("127.0.0.1", 0), Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def camera() -> Iterator[RtspServer]:
    server = RtspServer(packets(40), password="camera-word")
    yield server
    server.close()


@pytest.fixture
def broker(mosquitto: Callable[..., Mosquitto]) -> Mosquitto:
    return mosquitto(users={"n1": "node-word"})


@pytest.fixture
def check(
    tmp_path: Path, broker: Mosquitto, controller: str, camera: RtspServer
) -> Callable[..., tuple[int, dict[str, dict[str, str]]]]:
    film = tmp_path / "film.mp4"
    film.write_bytes(b"film")

    def run(**changed: Any) -> tuple[int, dict[str, dict[str, str]]]:
        given = {
            "controller": controller,
            "broker": broker.port,
            "password": "node-word",
            "camera": camera.port,
            "camera_password": "camera-word",
            "film": film,
            "detector": "",
            "server": "",
        }
        config = tmp_path / "n1.toml"
        config.write_text(CONFIG.format(**(given | changed)))
        config.chmod(0o600)
        done = CliRunner().invoke(app, ["check", "--config", str(config), "--json"])
        assert not any(word in done.output for word in ("node-word", "camera-word", "wrong-word"))
        found = json.loads(done.stdout)
        assert found["ok"] == (done.exit_code == 0)
        return done.exit_code, {finding["check"]: finding for finding in found["findings"]}

    return run


def test_what_is_there_is_found_there(check: Callable[..., tuple[int, dict[str, dict[str, str]]]]) -> None:
    code, found = check()
    levels = {name: finding["level"] for name, finding in found.items()}
    reached = ("broker", "controller", "camera gate", "camera film", "data folder", "file system")
    assert {levels[name] for name in reached} == {"ok"}, found
    assert "192x112" in found["camera gate"]["says"]
    assert {"clock", "disk speed", "memory", "time zone"} <= levels.keys()
    if not Path("/proc/device-tree/model").exists():
        assert "no Raspberry Pi" in found["board"]["says"]
    assert code == (1 if "trouble" in levels.values() else 0)


def test_the_running_agent_keeps_its_place_at_the_broker(
    check: Callable[..., tuple[int, dict[str, dict[str, str]]]], broker: Mosquitto
) -> None:
    agent = paho.Client(CallbackAPIVersion.VERSION2, client_id="n1", reconnect_on_failure=False)
    agent.username_pw_set("n1", "node-word")
    lost: list[str] = []
    agent.on_disconnect = lambda _c, _d, _f, reason, _p: lost.append(str(reason))
    agent.connect(broker.host, broker.port)
    agent.loop_start()
    assert check()[1]["broker"]["level"] == "ok"
    assert agent.is_connected()
    assert lost == []
    agent.disconnect()
    agent.loop_stop()


def test_every_fault_is_told_apart_with_its_remedy(
    check: Callable[..., tuple[int, dict[str, dict[str, str]]]], free_port: Callable[[], int]
) -> None:
    code, found = check(
        password="wrong-word", camera_password="wrong-word", film="nowhere.mp4", controller="http://127.0.0.1:1"
    )
    assert code == 1
    for name, part in (
        ("broker", "cctv node invite"),
        ("camera gate", "password"),
        ("camera film", "not on this machine"),
        ("controller", "controller_url"),
    ):
        assert found[name]["level"] == "trouble"
        assert part in found[name]["remedy"], found[name]
    code, found = check(broker=free_port(), camera=free_port())
    assert code == 1
    assert "broker.host" in found["broker"]["remedy"]
    assert "power and cable" in found["camera gate"]["remedy"]


def test_a_detector_that_cannot_start_is_a_warning_with_the_reason(
    check: Callable[..., tuple[int, dict[str, dict[str, str]]]],
) -> None:
    found = check(detector='[detector]\nkind = "litert"\nmodel = "none.tflite"\n')[1]["detector"]
    assert found["level"] == "warning"
    assert found["says"].startswith("none.tflite: model: ")
    assert found["says"].endswith("the node runs on without it")


def test_it_speaks_korean_when_it_is_asked_to(tmp_path: Path) -> None:
    config = tmp_path / "n1.toml"
    given = {"controller": "http://127.0.0.1:1", "broker": 1, "password": "x", "camera": 1, "camera_password": "x"}
    config.write_text(CONFIG.format(**given, film="nowhere.mp4", detector="", server=""))
    config.chmod(0o600)
    done = CliRunner().invoke(app, ["check", "--config", str(config), "--language", "ko"])
    assert done.exit_code == 1
    assert "문제     브로커: 127.0.0.1:1: " in done.stdout
    assert "broker.host와 port, 네트워크와 방화벽" in done.stdout
    again = CliRunner().invoke(app, ["check", "--config", str(config), "--language", "ko", "--json"])
    found = {one["check"]: one for one in json.loads(again.stdout)["findings"]}
    assert found["broker"]["remedy"].startswith("broker.host와 port")
    assert CliRunner().invoke(app, ["check", "--config", str(config), "--language", "fr"]).exit_code == 2


def test_settings_that_are_wrong_are_told_like_everywhere(tmp_path: Path) -> None:
    config = tmp_path / "n1.toml"
    config.write_text("colour = 1")
    done = CliRunner().invoke(app, ["check", "--config", str(config)])
    assert done.exit_code == 2
    assert "cctv-edge check:" in done.stderr
    korean = CliRunner().invoke(app, ["check", "--config", str(config), "--language", "ko"])
    assert (korean.exit_code, korean.stdout) == (2, "")
    assert "항목" in korean.stderr


def test_what_is_logged_meanwhile_is_no_part_of_the_json(tmp_path: Path) -> None:
    config = tmp_path / "n1.toml"
    given = {"controller": "http://127.0.0.1:1", "broker": 1, "password": "x", "camera": 1, "camera_password": "x"}
    config.write_text(CONFIG.format(**given, film="nowhere.mp4", detector="", server=""))
    config.chmod(0o600)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "config.json").write_text("{broken")
    done = CliRunner().invoke(app, ["check", "--config", str(config), "--json"])
    assert json.loads(done.stdout)["ok"] is False
    assert "the node's own file counts" in done.stderr


def test_the_own_servers_certificate_is_looked_at_and_its_absence_told(
    check: Callable[..., tuple[int, dict[str, dict[str, str]]]], tmp_path: Path, free_port: Callable[[], int]
) -> None:
    ensure_certificates(tmp_path, ["127.0.0.1"], SystemClock().now())
    token = "t" * 32
    files = 'certificate = "server.pem"\nkey = "server-key.pem"\n'
    server = f'[server]\nlisten = "0.0.0.0:{free_port()}"\ntoken = "{token}"\n'
    name = "certificate of the node's server"
    assert check(server=server + files)[1][name]["level"] == "ok"
    (tmp_path / "server-key.pem").unlink()
    gone = check(server=server + files)[1][name]
    assert (gone["level"], "server.key" in gone["says"]) == ("trouble", True)
    clear = check(server=server + "clear_text = true\n")[1]
    assert (clear["server"]["level"], name in clear) == ("warning", False)
