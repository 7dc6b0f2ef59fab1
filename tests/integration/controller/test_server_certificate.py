"""A server certificate that is renewed while the site runs: who is connected stays, who comes sees the new one."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from controller.adapters.heartbeat import Heartbeat
from controller.adapters.http_server import serve_http
from controller.app.broker import run_broker
from controller.app.certificates import build_certificates
from controller.app.site import Site, prepare_site
from shared.broker import Session
from shared.clock import SystemClock
from shared.server_certificate import ServerCertificate
from tests.servers.processes import program

pytestmark = pytest.mark.integration


class LaterClock(SystemClock):
    """Ten months on."""

    def now(self) -> datetime:
        return super().now() + timedelta(days=300)


@pytest.fixture
def site(tmp_path: Path, free_port: Callable[[], int]) -> Site:
    return prepare_site(tmp_path / "site", host="0.0.0.0", port=free_port(), broker_port=free_port())


def first(file: Path) -> str:
    """The server's own certificate of a chain, as a handshake shows it."""
    return file.read_text().partition("-----END")[0]


async def shown(port: int) -> str:
    found = await asyncio.to_thread(ssl.get_server_certificate, ("127.0.0.1", port), timeout=5)
    return found.partition("-----END")[0]


async def comes(port: int, wanted: str) -> None:
    async with asyncio.timeout(20):
        while await shown(port) != wanted:
            await asyncio.sleep(0.05)


@contextlib.asynccontextmanager
async def running(work: Coroutine[None, None, None]) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def answer(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("ok")


async def test_the_public_port_shows_the_new_one_and_open_connections_go_on(site: Site) -> None:
    files, port = site.server_tls(), site.settings.listen.port
    assert files is not None
    app, ready = Starlette(routes=[Route("/", answer)]), asyncio.Event()
    tls = ServerCertificate(*files, ("tls.cert", "tls.key"), ssl.TLSVersion.TLSv1_3)
    trusted = ssl.create_default_context(cafile=str(site.tls_dir / "ca.pem"))
    async with (
        running(serve_http(app, "127.0.0.1", port, tls=tls, on_ready=ready.set, renewal_s=0.05)),
        httpx.AsyncClient(base_url=f"https://127.0.0.1:{port}", verify=trusted) as client,
    ):
        async with asyncio.timeout(20):
            await ready.wait()
        assert await shown(port) == (before := first(files[0]))
        before_answer = await client.get("/")
        await build_certificates(site, LaterClock()).look()
        assert first(files[0]) != before
        await comes(port, first(files[0]))
        after_answer = await client.get("/")
        assert (before_answer.text, after_answer.text) == ("ok", "ok")
        used = {one.extensions["network_stream"].get_extra_info("ssl_object") for one in (before_answer, after_answer)}
        assert len(used) == 1, "the same connection"


async def test_our_broker_shows_the_new_one_and_never_half_a_pair(site: Site) -> None:
    program("mosquitto", what="mosquitto")
    port, pem = site.settings.broker.port, site.tls_dir / "server.pem"
    key, before = site.tls_dir / "server-key.pem", first(pem)
    session = Session(site.broker_address("api"))
    async with running(run_broker(site, Heartbeat(None))) as broker:
        async with asyncio.timeout(20):
            while not await answers(port):
                assert not broker.done()
                await asyncio.sleep(0.05)
        async with running(session.run()):
            async with asyncio.timeout(20):
                while not session.connected:
                    await asyncio.sleep(0.02)
            old_key = key.read_bytes()
            await build_certificates(site, LaterClock()).look()
            new_key = key.read_bytes()
            key.write_bytes(old_key)
            await asyncio.sleep(2.5)
            assert await shown(port) == before, "mosquitto is not told of a certificate without its key"
            key.write_bytes(new_key)
            await comes(port, first(pem))
            assert first(pem) != before
            assert session.connected


async def answers(port: int) -> bool:
    try:
        await shown(port)
    except OSError:
        return False
    return True
