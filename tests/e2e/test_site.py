"""`cctv up` for real use: an own node, rules by file, HTTPS and mosquitto, PostgreSQL and an S3 store."""

import contextlib
import json
import os
import re
import signal
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.sync.connection import Connection

from shared.trace import PARENTS
from tests.servers.otlp import Traces, collector
from tests.servers.processes import program
from tests.servers.running_demo import until
from tests.servers.stores import S3Store

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
CCTV = (sys.executable, "-m", "controller.cli")
EDGE = (sys.executable, "-m", "edge_agent.cli")
RULES = """
rules:
  - name: helmet
    kind: ppe_missing
    required: [helmet]
    persistence_s: 1.0
    severity: critical
"""


@contextlib.contextmanager
def running(command: list[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is stopped by SIGINT at the end."""
    with log.open("wb") as sink:
        process = subprocess.Popen(command, stdout=sink, stderr=sink, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def first_login(log: Path, verify: ssl.SSLContext | bool) -> httpx.Client:
    text = until("the welcome", lambda: (t := log.read_text()) and "/#/login?code=" in t and t, 90)
    address = re.search(r"https?://[^\s]+", text)
    code = re.search(r"/#/login\?code=(\S+)", text)
    assert address is not None, text
    assert code is not None, text
    client = httpx.Client(base_url=address[0], verify=verify, timeout=10, headers={"Origin": address[0]})
    session = client.post("/api/v1/session", json={"code": code[1]}).raise_for_status().json()
    client.headers["X-CSRF-Token"] = session["csrf"]
    again = client.post("/api/v1/session/password", json={"new": "a password of the tests"}).raise_for_status()
    if again.content:
        client.headers["X-CSRF-Token"] = again.json()["csrf"]
    return client


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def _alarm_with_clip(client: httpx.Client) -> dict[str, object]:
    def ready() -> dict[str, object] | None:
        items = client.get("/api/v1/alarms?state=all").raise_for_status().json()["items"]
        return next((item for item in items if item["clip_ready"] and item["kind"] == "ppe_missing"), None)

    found: dict[str, object] = until("an alarm with its clip", ready, 120, every_s=1)
    return found


def test_an_own_node_beyond_loopback(tmp_path: Path, free_port: Callable[[], int]) -> None:
    program("mosquitto", what="mosquitto")
    data, node_file, rules = tmp_path / "site", tmp_path / "n1.toml", tmp_path / "rules.yaml"
    rules.write_text(RULES)
    up = [*CCTV, "up", "--data", str(data), "--listen", f"0.0.0.0:{free_port()}", "--site", "plant"]
    up += ["--broker-port", str(free_port())]
    with running(up, tmp_path / "up.log"):
        until(
            "the CA", lambda: (data / "tls" / "ca.pem").exists() and "is ready" in (tmp_path / "up.log").read_text(), 90
        )
        trusted = ssl.create_default_context(cafile=str(data / "tls" / "ca.pem"))
        trusted.minimum_version = ssl.TLSVersion.TLSv1_3
        with contextlib.closing(first_login(tmp_path / "up.log", trusted)) as client:
            _run(
                *CCTV,
                "node",
                "add",
                "n1",
                "--out",
                str(node_file),
                "--camera",
                "yard=scene://yard?seed=9&fps=6",
                "--data",
                str(data),
            )
            assert node_file.stat().st_mode & 0o077 == 0
            _run(*CCTV, "rule", "apply", str(rules), "--data", str(data))
            assert client.get("/api/v1/rules").json()["rules"][0]["name"] == "helmet"
            with running([*EDGE, "run", "--config", str(node_file)], tmp_path / "node.log"):
                until("the camera", lambda: client.get("/api/v1/cameras").json(), 60)
                assert _alarm_with_clip(client)["rule_name"] == "helmet"
            until("the node away", lambda: client.get("/api/v1/nodes").json()[0]["state"] == "offline", 30)


def test_postgresql_an_s3_store_and_a_collector_of_traces(
    tmp_path: Path, free_port: Callable[[], int], postgres_url: str, s3: S3Store, traces: Traces
) -> None:
    data, node_file = tmp_path / "site", tmp_path / "n1.toml"
    for name, text in (("access", s3.access_key), ("secret", s3.secret_key), ("database", postgres_url)):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o600)
    data.mkdir(mode=0o700)
    config = data / "cctv.toml"
    config.write_text(
        f"""
site = "plant"
database_url_file = "{tmp_path / "database"}"
[listen]
port = {free_port()}
[relay]
port = {free_port()}
[broker]
port = {free_port()}
[store]
kind = "s3"
endpoint = "http://{s3.endpoint}"
bucket = "{s3.bucket}"
access_key_file = "{tmp_path / "access"}"
secret_key_file = "{tmp_path / "secret"}"
[tracing]
endpoint = "{traces.url}"
"""
    )
    config.chmod(0o600)
    with (
        running([*CCTV, "up", "--data", str(data)], tmp_path / "up.log"),
        contextlib.closing(first_login(tmp_path / "up.log", True)) as client,
        _dashboard(client),
    ):
        _run(
            *CCTV,
            "node",
            "add",
            "n1",
            "--out",
            str(node_file),
            "--camera",
            "yard=scene://yard?seed=9&fps=6",
            "--data",
            str(data),
        )
        document = {"rules": [{"name": "helmet", "kind": "ppe_missing", "required": ["helmet"]}]}
        client.put("/api/v1/rules", json=document).raise_for_status()
        wrong = client.put("/api/v1/rules", json={"rules": [{"name": "x", "kind": "ppe_missing", "colour": "red"}]})
        assert wrong.status_code == 422
        assert "colour" in json.dumps(wrong.json())
        with node_file.open("a") as settings:
            settings.write(f'\n[tracing]\nendpoint = "{traces.url}"\n')
        with running([*EDGE, "run", "--config", str(node_file)], tmp_path / "node.log"):
            _one_trace(client, traces)
            alarm = _alarm_with_clip(client)
            clip = client.get(f"/api/v1/alarms/{alarm['id']}/clip.mp4").raise_for_status()
            assert clip.content[4:8] == b"ftyp"
            _plays_without_the_store(client, alarm, s3)


@pytest.fixture
def traces() -> Iterator[Traces]:
    with collector() as traces:
        yield traces


@contextlib.contextmanager
def _dashboard(client: httpx.Client) -> Iterator[None]:
    """Somebody who has the alarms on the screen."""
    cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    place = f"{client.base_url}".replace("http", "ws", 1).rstrip("/") + "/api/v1/feed"
    headers = {"Cookie": cookie, "Origin": client.headers["Origin"]}
    with connect(place, additional_headers=headers, proxy=None, ping_interval=None) as socket:
        reading = threading.Thread(target=lambda: _read(socket), daemon=True)
        reading.start()
        yield
    reading.join(10)


def _read(socket: Connection) -> None:
    with contextlib.suppress(ConnectionClosed):
        for _ in socket:
            pass


def _one_trace(client: httpx.Client, traces: Traces) -> None:
    """From motion on the node to the alarm on the screen, each step under the one that it came from."""

    def whole() -> dict[str, list[dict[str, Any]]]:
        alarms = client.get("/api/v1/alarms").raise_for_status().json()["items"]
        found = [traces.of(str(one["event"]).replace("-", "")) for one in alarms]
        return next((one for one in found if set(one) == set(PARENTS) and _hangs_together(one)), {})

    found = until("a whole trace", whole, 240)
    above = {str(step): parent for step, parent in PARENTS.items()}
    by_id = {span["spanId"]: span for spans in found.values() for span in spans}
    for step, spans in found.items():
        parents = {by_id[span["parentSpanId"]]["name"] if "parentSpanId" in span else None for span in spans}
        assert parents == {above[step]}, step
    said = {span["resource"]["service.name"] for span in by_id.values()}
    assert said == {"cctv-edge", "cctv-ingest", "cctv-worker", "cctv-notify", "cctv-api"}
    person = client.get("/api/v1/session").raise_for_status().json()["username"]
    told = "".join(traces.raw)
    assert not [word for word in (f'"{person}"', "://", "X-Amz", "password", "?") if word in told]


def _hangs_together(found: dict[str, list[dict[str, Any]]]) -> bool:
    """Whether each span's parent has come, too: who judges an event a second time sends its spans later."""
    spans = [span for one in found.values() for span in one]
    return {span["parentSpanId"] for span in spans if "parentSpanId" in span} <= {span["spanId"] for span in spans}


def _plays_without_the_store(client: httpx.Client, alarm: dict[str, object], s3: S3Store) -> None:
    """The same moment from the store, and then from the node, byte for byte."""
    asked = {"camera": str(alarm["camera"]), "from_ms": str(alarm["condition_ms"]), "for_ms": "1000"}
    stored = client.get("/api/v1/playback", params=asked).raise_for_status()
    assert stored.headers["x-source"] == "store"
    s3.server.kill()
    try:
        away = client.get("/api/v1/playback", params=asked).raise_for_status()
    finally:
        s3.server.start()
    assert away.headers["x-source"] == "node"
    start_ms, end_ms = int(stored.headers["x-start-ms"]), int(stored.headers["x-end-ms"])
    assert int(away.headers["x-start-ms"]) == start_ms
    assert int(away.headers["x-end-ms"]) == end_ms
    assert away.content == stored.content
