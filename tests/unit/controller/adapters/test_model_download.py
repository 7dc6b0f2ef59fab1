"""Fetching a model: only https, only known hosts, resumed, bounded, hashed; redirects lead nowhere else."""

import hashlib
import http.server
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from controller.adapters.certificates import ensure_certificates
from controller.adapters.model_download import download
from shared.errors import Rejected, Transient

CONTENT = bytes(range(256)) * 4000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class Host(http.server.ThreadingHTTPServer):
    """Serves one file over TLS, with whatever trouble is asked for."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        ensure_certificates(folder, ["localhost", "127.0.0.1"], datetime(2026, 11, 21, tzinfo=UTC))
        super().__init__(("127.0.0.1", 0), _Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "server.pem", folder / "server-key.pem")
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.trust = ssl.create_default_context(cafile=str(folder / "ca.pem"))
        self.place = f"localhost:{self.server_port}"
        self.asked: list[str] = []
        self.stop_after = 0
        self.announced: int | None = None
        self.status = 200
        self.content = CONTENT

    def handle_error(self, *_: Any) -> None:
        """Who is cut off says nothing."""


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Host

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        host, span = self.server, self.headers.get("Range", "")
        host.asked.append(f"{self.path} {span}".strip())
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/to/"))
            self.end_headers()
            return
        start = int(span.removeprefix("bytes=").rstrip("-") or 0)
        if start >= len(host.content):
            self.send_response(416)
            self.end_headers()
            return
        part = host.content[start:]
        self.send_response(206 if start and host.status == 200 else host.status)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(host.content) - 1}/{len(host.content)}")
        if host.announced != -1:
            self.send_header("Content-Length", str(host.announced or len(part)))
        self.end_headers()
        self.wfile.write(part[: host.stop_after or len(part)])


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tls")


@pytest.fixture
def host(certificates: Path) -> Iterator[Host]:
    with Host(certificates) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def fetch(host: Host, into: Path, path: str = "/m.onnx", **options: Any) -> None:
    wanted = {"sha256": SHA256, "length_bytes": len(CONTENT), "hosts": frozenset({host.place}), "trust": host.trust}
    download(f"https://{host.place}{path}", into, **{**wanted, **options})


def test_a_file_is_fetched_with_progress(host: Host, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    fetch(host, tmp_path / "m", progress=lambda so_far, in_all: seen.append((so_far, in_all)))
    assert (tmp_path / "m").read_bytes() == CONTENT
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert [f.name for f in tmp_path.iterdir()] == ["m"]


def test_what_stopped_goes_on_where_it_was(host: Host, tmp_path: Path) -> None:
    host.stop_after = 300_000
    with pytest.raises(Transient, match="cannot be reached"):
        fetch(host, tmp_path / "m")
    assert not (tmp_path / "m").exists()
    have = (tmp_path / "m.part").stat().st_size
    assert 0 < have <= 300_000
    host.stop_after = 0
    fetch(host, tmp_path / "m")
    assert host.asked == ["/m.onnx", f"/m.onnx bytes={have}-"]
    assert (tmp_path / "m").read_bytes() == CONTENT


def test_a_cancelled_one_goes_on_too(host: Host, tmp_path: Path) -> None:
    def cancel(so_far: int, _in_all: int) -> None:
        if so_far > 200_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(host, tmp_path / "m", progress=cancel)
    fetch(host, tmp_path / "m")
    assert host.asked[1].startswith("/m.onnx bytes=")
    assert (tmp_path / "m").read_bytes() == CONTENT


def test_one_that_was_there_whole_is_only_checked(host: Host, tmp_path: Path) -> None:
    (tmp_path / "m.part").write_bytes(CONTENT)
    fetch(host, tmp_path / "m")
    assert (tmp_path / "m").read_bytes() == CONTENT


def test_other_content_is_thrown_away(host: Host, tmp_path: Path) -> None:
    host.content = CONTENT[:-1] + b"\x00"
    with pytest.raises(Rejected, match="thrown away"):
        fetch(host, tmp_path / "m")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("announced", [None, -1])
def test_no_more_than_promised_is_taken(host: Host, tmp_path: Path, announced: int | None) -> None:
    host.announced = announced
    with pytest.raises(Rejected, match="more than 5000"):
        fetch(host, tmp_path / "m", length_bytes=5000)
    assert not (tmp_path / "m").exists()
    assert not (tmp_path / "m.part").exists() or (tmp_path / "m.part").stat().st_size <= 5000


def test_redirects_are_followed_among_known_hosts_only(host: Host, tmp_path: Path) -> None:
    fetch(host, tmp_path / "m", f"/to/https://{host.place}/m.onnx")
    with pytest.raises(Rejected, match=r"example\.com is not among the hosts"):
        fetch(host, tmp_path / "n", "/to/https://example.com/m.onnx")
    with pytest.raises(Rejected, match="only https"):
        fetch(host, tmp_path / "n", f"/to/http://{host.place}/m.onnx")
    with pytest.raises(Rejected, match="only https"):
        fetch(host, tmp_path / "n", "/to/file:///etc/hostname")
    with pytest.raises(Rejected, match="only https without a user"):
        fetch(host, tmp_path / "n", f"/to/https://me:you@{host.place}/m.onnx")
    with pytest.raises(Rejected, match="more than 5 redirects"):
        fetch(host, tmp_path / "n", "/to/" * 9 + "x")
    assert [f.name for f in tmp_path.iterdir()] == ["m"]


def test_an_unknown_certificate_is_not_trusted(host: Host, tmp_path: Path) -> None:
    with pytest.raises(Transient, match="cannot be reached"):
        fetch(host, tmp_path / "m", trust=None)


@pytest.mark.parametrize(("status", "kind"), [(404, Rejected), (503, Transient), (429, Transient)])
def test_what_a_host_answers_is_told(host: Host, tmp_path: Path, status: int, kind: type[Exception]) -> None:
    host.status = status
    with pytest.raises(kind, match=str(status)):
        fetch(host, tmp_path / "m")
