"""Whose certificate a node believes when it asks to be let in, and when it asks for the next certificate."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from controller.adapters.certificates import ensure_certificates
from edge_agent.adapters.enrolment_client import EnrolmentClient
from shared.clock import SystemClock
from shared.enrolment import EnrolmentOut, RenewalOut
from shared.errors import Rejected

PROOF = "0" * 40
ANSWERS = {
    "/api/v1/enrolment": EnrolmentOut(state="waiting", node="gate", fingerprint="f").model_dump_json(),
    "/api/v1/enrolment/renewal": RenewalOut(certificate="the next").model_dump_json(),
}


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        body = ANSWERS[self.path].encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        return


class Server(ThreadingHTTPServer):
    def handle_error(self, *_args: Any) -> None:
        """Who does not believe the certificate hangs up."""


@contextmanager
def proxy(folder: Path) -> Iterator[str]:
    """A server with a certificate of the CA in `folder`."""
    server = Server(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server-key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"https://localhost:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def authority(tmp_path: Path) -> Callable[[str], Path]:
    def made(name: str) -> Path:
        folder = tmp_path / name
        folder.mkdir(mode=0o700)
        ensure_certificates(folder, ["localhost"], SystemClock().now(), tmp_path / f"{name}-seal")
        return folder

    return made


async def test_a_node_that_has_the_sites_ca_renews_through_a_proxy_that_the_system_trusts(
    authority: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    site, house = authority("site"), authority("house")
    monkeypatch.setenv("SSL_CERT_FILE", str(house / "ca.pem"))
    ca_pem = (site / "ca.pem").read_text()
    for folder in (site, house):
        with proxy(folder) as url:
            assert (await EnrolmentClient(url, ca_pem).renew("", "token")).certificate == "the next"


async def test_who_asks_to_be_let_in_under_a_ca_shows_the_invitation_to_no_other(
    authority: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    site, house = authority("site"), authority("house")
    monkeypatch.setenv("SSL_CERT_FILE", str(house / "ca.pem"))
    ca_pem = (site / "ca.pem").read_text()
    with proxy(site) as url:
        assert (await EnrolmentClient(url, ca_pem).ask(PROOF, "")).node == "gate"
    with proxy(house) as url:
        assert (await EnrolmentClient(url, None).ask(PROOF, "")).node == "gate"
        with pytest.raises(Rejected, match="not trusted"):
            await EnrolmentClient(url, ca_pem).ask(PROOF, "")


async def test_nobody_renews_with_a_server_that_neither_knows(authority: Callable[[str], Path]) -> None:
    site, stranger = authority("site"), authority("stranger")
    with proxy(stranger) as url, pytest.raises(Rejected, match="not trusted"):
        await EnrolmentClient(url, (site / "ca.pem").read_text()).renew("", "token")
