"""Who may connect: by the address that the socket has, or that a known proxy tells, before anything is read."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx
import pytest
from fastapi import FastAPI
from structlog.testing import capture_logs

from controller.api.auth import COOKIE
from controller.api.server import PREFIX, build_api
from controller.core.callers import Callers, callers
from scripts.openapi import openapi
from tests.fakes.asgi_socket import AsgiSocket, Closed
from tests.integration.controller.conftest import PASSWORD, Served

pytestmark = pytest.mark.integration
PROXY, OFFICE, ELSEWHERE = "10.0.0.2", "10.1.2.3", "203.0.113.9"


def api(served: Served, who: Callers) -> FastAPI:
    return build_api(replace(served.parts, callers=who))


@asynccontextmanager
async def from_address(app: FastAPI, address: str) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, client=(address, 40_000))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client


async def login(client: httpx.AsyncClient, **headers: str) -> httpx.Response:
    body = {"username": "viewer", "password": PASSWORD}
    return await client.post(f"{PREFIX}/session", json=body, headers=headers)


async def test_every_path_refuses_who_is_on_no_list(served: Served) -> None:
    app = api(served, callers(["10.0.0.0/8"], [], []))
    async with from_address(app, ELSEWHERE) as client:
        for path in ("/", "/metrics", "/media/put/a", "/assets/a.js", *openapi("0")["paths"]):
            answer = await client.get(path)
            assert (answer.status_code, answer.json()["said"]["code"]) == (403, "address_refused"), path
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert (await login(client)).status_code == 403
    async with from_address(app, OFFICE) as client:
        assert (await login(client)).status_code == 200


@pytest.mark.parametrize("path", ["/api/v1/ws", "/live/gate.yard/main"])
async def test_sockets_too(served: Served, path: str) -> None:
    app = api(served, callers(["10.0.0.0/8"], [], []))
    async with served.client("viewer") as client:
        cookie = f"{COOKIE}={client.cookies[COOKIE]}"
    async with AsgiSocket(app, path, {"host": "127.0.0.1", "cookie": cookie}) as socket:
        with pytest.raises(Closed) as closed:
            await socket.receive()
    assert closed.value.code == 4403


async def test_who_a_known_proxy_tells_of(served: Served) -> None:
    app = api(served, callers(["10.1.0.0/16"], [f"{PROXY}/32"], []))
    async with from_address(app, PROXY) as client:
        assert (await login(client)).status_code == 403  # the proxy itself is nobody's browser
        assert (await login(client, **{"X-Forwarded-For": ELSEWHERE})).status_code == 403
        assert (await login(client, **{"X-Forwarded-For": f"{OFFICE}, {ELSEWHERE}"})).status_code == 403
        assert (await login(client, **{"X-Forwarded-For": f"{ELSEWHERE}, {OFFICE}"})).status_code == 200
    async with from_address(app, f"::ffff:{PROXY}") as client:
        assert (await login(client, **{"X-Forwarded-For": OFFICE})).status_code == 200
    async with from_address(app, ELSEWHERE) as client:
        assert (await login(client, **{"X-Forwarded-For": OFFICE})).status_code == 403


async def test_guesses_count_for_who_calls_and_not_for_the_proxy(served: Served) -> None:
    app = api(served, callers([], [f"{PROXY}/32"], []))
    async with from_address(app, PROXY) as client:
        body = {"username": "viewer", "password": "wrong and long enough"}
        for _ in range(8):
            await client.post(f"{PREFIX}/session", json=body, headers={"X-Forwarded-For": ELSEWHERE})
        assert (await login(client, **{"X-Forwarded-For": ELSEWHERE})).status_code == 429
        assert (await login(client, **{"X-Forwarded-For": OFFICE})).status_code == 200


async def test_pages_of_other_sites_ask_without_a_login(served: Served) -> None:
    asked = {"Origin": "https://wall.example", "Access-Control-Request-Method": "GET"}
    wanted = {**asked, "Access-Control-Request-Headers": "authorization"}
    async with from_address(api(served, callers([], [], ["https://wall.example"])), OFFICE) as client:
        answer = await client.options(f"{PREFIX}/alarms", headers=wanted)
        assert answer.headers["Access-Control-Allow-Origin"] == "https://wall.example"
        assert "Access-Control-Allow-Credentials" not in answer.headers
        other = await client.options(f"{PREFIX}/alarms", headers={**wanted, "Origin": "https://evil.example"})
        assert "Access-Control-Allow-Origin" not in other.headers
        assert (await login(client, Origin="https://wall.example")).status_code == 403
    async with from_address(served.app, OFFICE) as client:
        answer = await client.options(f"{PREFIX}/alarms", headers=wanted)
        assert "Access-Control-Allow-Origin" not in answer.headers


async def test_who_asks_for_what_they_may_not_stands_in_the_log(served: Served) -> None:
    with capture_logs() as lines:
        async with served.client("viewer") as viewer:
            assert (await viewer.get(f"{PREFIX}/users")).status_code == 403
    (line,) = [line for line in lines if line["event"] == "refused"]
    assert (line["who"], line["why"], line["path"]) == ("viewer", "role", f"{PREFIX}/users")


async def test_who_logs_out_leaves_no_pictures_in_the_browser(served: Served) -> None:
    async with served.client("viewer") as viewer:
        assert (await viewer.delete(f"{PREFIX}/session")).headers["Clear-Site-Data"] == '"cache"'
