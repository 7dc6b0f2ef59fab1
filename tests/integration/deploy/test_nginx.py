"""nginx as it is configured, before two controllers: whom it asks, what it repeats, what it passes on."""

import re
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from http.client import HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from controller.api.headers import SecurityHeaders
from controller.api.limits import PICTURE_BYTES
from tests.servers.nginx import HOME, Nginx, configure, running_nginx
from tests.servers.processes import free_port, run_all

pytestmark = pytest.mark.integration

CAMERAS = [f"gate.cam{number}" for number in range(24)]
BYTES = 3_000_000


@dataclass
class Controller:
    """Stands where a controller's public port would be."""

    breaks: bool = False  # takes a request whole and closes without a word
    requests: list[tuple[str, str, dict[str, str], int]] = field(default_factory=list)
    early: threading.Event = field(default_factory=threading.Event)
    server: ThreadingHTTPServer | None = None
    connections: list[socket.socket] = field(default_factory=list)
    port: int = field(default_factory=free_port)

    def start(self) -> None:
        controller = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                super().setup()
                controller.connections.append(self.connection)

            def _do(self) -> None:
                left = int(self.headers.get("Content-Length", "0"))
                taken = 0
                while taken < left:
                    taken += len(self.rfile.read1(left - taken))
                    controller.early.set()
                controller.requests.append((self.command, self.path, dict(self.headers), taken))
                if controller.breaks:
                    self.close_connection = True
                    return
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.send_header("Strict-Transport-Security", "max-age=31536000")
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(b"ok")

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _do  # noqa: N815 - the library's names

            def log_message(self, *_: object) -> None:
                """Nothing on standard error."""

        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self) -> None:
        """As a process that died: nothing listens any more."""
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
            self.server = None
        for connection in self.connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.connections.clear()

    def forget(self) -> None:
        self.requests.clear()

    @property
    def asked(self) -> list[tuple[str, str]]:
        return [(method, path) for method, path, _, _ in self.requests]


@dataclass(frozen=True)
class Pair:
    """nginx, the controllers behind it, and somebody who asks."""

    nginx: Nginx
    first: Controller
    second: Controller
    client: httpx.Client

    def owner(self, path: str) -> tuple[Controller, Controller]:
        """Whom nginx asks for `path`, and the other."""
        self.client.get(path)
        mine = next(one for one in (self.first, self.second) if one.asked)
        self.first.forget()
        self.second.forget()
        return mine, self.second if mine is self.first else self.first


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    first, second = Controller(), Controller()
    first.start()
    second.start()
    with ExitStack() as undo:
        undo.callback(first.stop)
        undo.callback(second.stop)
        nginx = undo.enter_context(running_nginx(tmp_path / "nginx", [first.port, second.port], rest_s=1))
        client = undo.enter_context(httpx.Client(base_url=nginx.url, verify=nginx.trust(), timeout=20))
        yield Pair(nginx, first, second, client)


def test_the_files_are_what_nginx_takes_with_tls_inside_too(tmp_path: Path) -> None:
    clear = configure(tmp_path / "clear", [free_port(), free_port()])
    closed = configure(tmp_path / "closed", [free_port()], inside_ca=clear.ca_file)
    for one in (clear, closed):
        run_all([*one.server.command, "-t"], cwd=tmp_path)


@pytest.mark.parametrize("where", ["compose/nginx", "kubernetes/base/nginx"])
def test_what_containers_are_given_is_what_nginx_takes(tmp_path: Path, where: str) -> None:
    one = configure(tmp_path / "nginx", [free_port()])
    folder = one.access_log.parent
    site = folder / "cctv"
    shutil.rmtree(site)
    shutil.copytree(HOME.parent / where, site)
    if where.startswith("compose"):
        shutil.copy(HOME.parent / "compose" / "store.conf", folder / "conf.d")
    key = one.ca_file.with_name("public-key.pem")
    places = {"certificate": one.ca_file, "crt": one.ca_file, "key": key}
    for file in [*site.iterdir(), *folder.glob("conf.d/*")]:
        text = re.sub(r"server (controller|front-[01]):", "server 127.0.0.1:", file.read_text("utf-8"))
        for name, place in places.items():
            text = re.sub(rf"/run/(secrets|certificate)/(tls[-.])?{name}\b", str(place), text)
        text = text.replace("/etc/nginx/site/ca.pem", str(one.ca_file)).replace("/etc/nginx/", f"{folder}/")
        text = re.sub(r"listen +(127\.0\.0\.1:)?\d+", lambda _: f"listen 127.0.0.1:{free_port()}", text)
        file.write_text(text.replace("/var/cache/nginx/", f"{folder}/"), "utf-8")
    run_all([*one.server.command, "-t"], cwd=tmp_path)
    if (relay := site / "relay.conf").exists():
        run_all([one.server.command[0], "-t", "-p", folder, "-c", relay], cwd=tmp_path)


def test_a_cameras_viewers_its_node_and_its_film_meet_at_one_controller(pair: Pair) -> None:
    owners = {}
    for camera in CAMERAS:
        ways = [
            f"/live/{camera}?quality=main",
            f"/live/{camera}/sound",
            f"/live/{camera}/derived",
            f"/live/push/{camera}/main",
            f"/live/push/{camera}/ring/0190",
            f"/api/v1/playback?camera={camera}&from_ms=1",
        ]
        found = [pair.owner(way)[0].port for way in ways]
        assert len(set(found)) == 1, camera
        owners[camera] = found[0]
    assert set(owners.values()) == {pair.first.port, pair.second.port}

    pair.first.stop()
    after = {camera: pair.owner(f"/live/{camera}")[0].port for camera in CAMERAS}
    assert set(after.values()) == {pair.second.port}
    pair.first.start()
    deadline = time.monotonic() + 30
    while {camera: pair.owner(f"/live/{camera}")[0].port for camera in CAMERAS} != owners:
        assert time.monotonic() < deadline, "the one that came back is not asked again"
        time.sleep(0.2)


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_what_changes_something_and_was_sent_is_never_sent_again(pair: Pair, method: str) -> None:
    mine, other = pair.owner("/api/v1/holds")
    mine.breaks = True
    keyed = {"Idempotency-Key": "once"}
    answer = pair.client.request(method, "/api/v1/holds", json={"why": "x"}, headers=keyed)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == 503
    assert (mine.asked, other.asked) == ([(method, "/api/v1/holds")], [])


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "PUT", "DELETE"])
def test_a_controller_that_is_gone_costs_nobody_a_request(pair: Pair, method: str) -> None:
    mine, other = pair.owner("/api/v1/holds")
    mine.stop()
    for _ in range(3):
        body = None if method in {"GET", "DELETE"} else b"{}"
        assert pair.client.request(method, "/api/v1/holds", content=body).status_code == 200
    assert other.asked == [(method, "/api/v1/holds")] * 3


def test_a_question_that_got_no_answer_is_put_to_the_other_one(pair: Pair) -> None:
    mine, other = pair.owner("/api/v1/alarms")
    mine.breaks = True
    assert pair.client.get("/api/v1/alarms").status_code == 200
    assert (mine.asked, other.asked) == ([("GET", "/api/v1/alarms")], [("GET", "/api/v1/alarms")])


def test_footage_passes_while_it_comes_and_half_of_it_goes_nowhere_else(pair: Pair) -> None:
    mine, other = pair.owner("/media/put/site/run.mp4")

    def pieces() -> Iterator[bytes]:
        yield b"a" * 100_000
        assert mine.early.wait(15), "nothing arrived before the whole had been sent"
        yield b"b" * (BYTES - 100_000)

    whole = {"Content-Length": str(BYTES)}
    assert pair.client.put("/media/put/site/run.mp4", content=pieces(), headers=whole).status_code == 200
    assert [taken for *_, taken in mine.requests] == [BYTES]
    mine.forget()
    mine.breaks = True
    broken = pair.client.put("/media/put/site/run.mp4", content=b"c" * BYTES)
    assert (broken.status_code, len(mine.requests), other.requests) == (503, 1, [])


def test_a_body_beyond_the_controllers_own_bounds_is_refused_before_it(pair: Pair) -> None:
    assert _announced(pair, "POST", "/api/v1/holds", 20_000_000) == 413
    assert _announced(pair, "PUT", "/media/put/site/run.mp4", 2**31 + 1) == 413
    assert _announced(pair, "PUT", "/api/v1/models/hats", 2**31 + 1) == 413
    assert pair.first.requests + pair.second.requests == []
    fits = pair.client.post("/api/v1/models/hats/look", content=bytes(PICTURE_BYTES))
    assert fits.status_code == 200


def _announced(pair: Pair, method: str, path: str, length: int) -> int:
    """The answer to a request that says how long its body will be, and sends none of it."""
    connection = HTTPSConnection("localhost", pair.nginx.port, context=pair.nginx.trust(), timeout=10)
    with closing(connection):
        connection.putrequest(method, path)
        connection.putheader("Content-Length", str(length))
        connection.endheaders()
        return connection.getresponse().status


def test_who_asks_is_told_by_nginx_and_not_by_themselves(pair: Pair) -> None:
    invented = {"X-Forwarded-For": "10.9.9.9", "X-Forwarded-Proto": "http", "Host": "cctv.example:8443"}
    answer = pair.client.get("/api/v1/login", headers=invented)
    (_, _, heard, _) = (pair.first.requests + pair.second.requests)[0]
    assert (heard["X-Forwarded-For"], heard["X-Forwarded-Proto"]) == ("127.0.0.1", "https")
    assert heard["Host"] == "cctv.example:8443"
    assert "Upgrade" not in heard
    assert answer.headers.get_list("Strict-Transport-Security") == ["max-age=31536000"]
    ours = SecurityHeaders(lambda *_: None, secure=True)._headers  # type: ignore[arg-type]
    assert {name.lower() for name in ours} & set(answer.headers) == {"strict-transport-security"}, "nginx adds none"
    pair.first.stop()
    pair.second.stop()
    away = pair.client.get("/api/v1/login")
    assert away.status_code == 503
    assert not {name.lower() for name in ours} & set(away.headers), "what browsers were told before stays as it was"


def test_no_query_is_written_down(pair: Pair) -> None:
    pair.client.put("/media/put/site/run.mp4?signature=verysecret", content=b"x")
    pair.client.get("/api/v1/search?words=private")
    written = pair.nginx.access_log.read_text("utf-8")
    assert "/media/put/site/run.mp4" in written
    assert "verysecret" not in written
    assert "private" not in written


def test_clear_text_leads_people_to_https_and_serves_the_authority_alone(pair: Pair) -> None:
    clear = f"http://127.0.0.1:{pair.nginx.clear_port}"
    with httpx.Client(base_url=clear, timeout=10) as client:
        assert client.get("/").headers["Location"] == "https://localhost/"
        assert client.get("/api/v1/alarms").status_code == 404
        token = pair.nginx.ca_file.parent / ".well-known" / "acme-challenge" / "token"
        token.parent.mkdir(parents=True)
        token.write_text("proof", "utf-8")
        assert client.get("/.well-known/acme-challenge/token").text == "proof"
    assert pair.first.requests + pair.second.requests == []


@pytest.mark.parametrize("path", ["/api/v1/ws", "/api/v1/feed", "/live/gate.yard"])
def test_an_upgrade_and_what_follows_pass_both_ways_and_silence_ends_it(tmp_path: Path, path: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening, ExitStack() as undo:
        port = listening.getsockname()[1]

        def serve() -> None:
            for _ in range(2):  # the start's probe of the port may come first
                connection, _ = listening.accept()
                with connection:
                    head = b""
                    while b"\r\n\r\n" not in head and (piece := connection.recv(4096)):
                        head += piece
                    if b"upgrade: websocket" in head.lower() and b"connection: upgrade" in head.lower():
                        connection.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n")
                        connection.sendall(b"Connection: Upgrade\r\n\r\n")
                        connection.sendall(connection.recv(4096).upper())
                        connection.recv(4096)  # says no more, as one that is frozen
                        return

        answering = threading.Thread(target=serve, daemon=True)
        answering.start()
        nginx = configure(tmp_path / "nginx", [port])
        settings = tmp_path / "nginx" / "conf.d" / "cctv.conf"
        settings.write_text(re.sub(r"(proxy_read_timeout +)30s", r"\g<1>1s", settings.read_text("utf-8")), "utf-8")
        nginx.server.start()
        undo.callback(nginx.server.stop)
        plain = undo.enter_context(socket.create_connection(("127.0.0.1", nginx.port), timeout=10))
        client = undo.enter_context(nginx.trust().wrap_socket(plain, server_hostname="localhost"))
        assert client.version() == "TLSv1.3"
        ask = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
        client.sendall(ask.encode())
        head = client.recv(4096)
        assert head.startswith(b"HTTP/1.1 101")
        client.sendall(b"hello")
        assert client.recv(4096) == b"HELLO"
        assert client.recv(4096) == b"", "left by nginx long before the minute that a request may take"
        answering.join(10)
