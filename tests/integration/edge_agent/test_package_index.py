"""The package index, as a real HTTP server: what it lists is told, nothing else is asked of it."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from edge_agent.adapters.package_index import PackageIndex
from shared.errors import Rejected, Transient

pytestmark = pytest.mark.integration


class Index:
    """Answers every GET with `status` and `body`, and keeps what was asked."""

    def __init__(self) -> None:
        self.status, self.body = 200, b'{"versions": ["0.1.0", "0.2.0", 3], "files": []}'
        self.asked: list[tuple[str, str | None]] = []
        index = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                index.asked.append((self.path, self.headers["Accept"]))
                self.send_response(index.status)
                self.send_header("Content-Length", str(len(index.body)))
                self.end_headers()
                self.wfile.write(index.body)

            def log_message(self, *_args: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/simple/"


@pytest.fixture
def index() -> Iterator[Index]:
    found = Index()
    thread = threading.Thread(target=found.server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield found
    found.server.shutdown()
    thread.join()
    found.server.server_close()


async def test_versions_are_listed_and_nothing_else_is_asked(index: Index) -> None:
    assert await PackageIndex(index.url, "sht-cctv").versions() == ("0.1.0", "0.2.0")
    assert index.asked == [("/simple/sht-cctv/", "application/vnd.pypi.simple.v1+json")]


async def test_an_index_that_is_away_and_one_that_is_none_are_told_apart(index: Index) -> None:
    source = PackageIndex(index.url, "sht-cctv")
    index.status = 503
    with pytest.raises(Transient):
        await source.versions()
    index.status = 404
    with pytest.raises(Rejected, match="404"):
        await source.versions()
    index.status = 200
    for body in (b"<html>", b"[]", b'{"versions": 3}', b"[" * 100_000, b" " * 2_000_001):
        index.body = body
        with pytest.raises(Rejected):
            await source.versions()
    index.server.server_close()
    with pytest.raises(Transient):
        await PackageIndex("http://127.0.0.1:9", "sht-cctv").versions()
