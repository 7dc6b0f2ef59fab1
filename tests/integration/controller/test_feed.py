"""The feed's WebSocket, the way of `/live` through the API, and uploads, on a real server."""

import asyncio
import contextlib
import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from controller.adapters.http_server import serve_http
from controller.adapters.people_store import PeopleStore
from controller.adapters.relay_link import RelayLink
from controller.api.live import WS_LIMITS, build_relay_app
from controller.api.server import build_api
from controller.core.grants import Right
from controller.flows.follow import FeedFollower
from controller.flows.relay import Relay
from shared.clock import SystemClock
from shared.ids import CameraId
from shared.live import pack, unpack
from tests.integration.controller.conftest import PollingBell, Served

pytestmark = pytest.mark.integration
RULES = {"rules": [{"name": "lawn", "kind": "zone_intrusion", "zone": [[0, 0], [1, 0], [1, 1]]}]}


@contextlib.asynccontextmanager
async def _running(app: object, port: int) -> AsyncIterator[None]:
    started = asyncio.Event()
    task = asyncio.create_task(serve_http(app, "127.0.0.1", port, on_ready=started.set, limits=WS_LIMITS))
    try:
        async with asyncio.timeout(20):
            await started.wait()
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@contextlib.asynccontextmanager
async def _api(served: Served, port: int) -> AsyncIterator[str]:
    following = asyncio.create_task(served.parts.feed.run())
    try:
        async with _running(served.app, port):
            yield f"127.0.0.1:{port}"
    finally:
        following.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await following


async def _cookie(served: Served, user: str) -> dict[str, str]:
    async with served.client(user) as client:
        return {"Cookie": f"cctv_session={client.cookies['cctv_session']}"}


async def _item(socket: ClientConnection) -> dict[str, object]:
    async with asyncio.timeout(10):
        found: dict[str, object] = json.loads(await socket.recv())
        return found


async def _rules(served: Served) -> None:
    async with served.client("admin") as admin:
        assert (await admin.put("/api/v1/rules", json=RULES)).status_code == 200


async def test_the_feed_says_hello_then_news_and_replays_what_was_missed(
    served: Served, free_port: Callable[[], int]
) -> None:
    cookie = await _cookie(served, "viewer")
    async with _api(served, free_port()) as host:
        url = f"ws://{host}/api/v1/feed"
        async with connect(url, additional_headers=cookie, origin=f"http://{host}") as socket:  # type: ignore[arg-type]
            hello = await _item(socket)
            assert hello["kind"] == "hello"
            await _rules(served)
            first = await _item(socket)
            assert first["kind"] == "rules"
        await _rules(served)
        async with connect(f"{url}?since={first['id']}", additional_headers=cookie) as socket:
            assert (await _item(socket))["kind"] == "hello"
            missed = await _item(socket)
            assert isinstance(first["id"], int)
            assert (missed["id"], missed["kind"]) == (first["id"] + 1, "rules")


@pytest.mark.parametrize("path", ["/api/v1/feed", "/live/n1.yard"])
async def test_no_websocket_answers_without_a_session_of_ours(
    served: Served, free_port: Callable[[], int], path: str
) -> None:
    viewer, fresh = await _cookie(served, "viewer"), await _cookie(served, "fresh")
    async with _api(served, free_port()) as host:
        for headers in (
            {},
            {"Cookie": "cctv_session=forged"},
            viewer | {"Origin": "http://evil.example"},
            fresh,
        ):
            with pytest.raises(InvalidStatus) as refusal:
                async with connect(f"ws://{host}{path}", additional_headers=headers):
                    pass
            assert refusal.value.response.status_code == 403


async def test_a_session_that_ends_ends_its_feed_listener(served: Served) -> None:
    slow = FeedFollower(served.parts.feed._feed, PollingBell())
    async with slow.listen() as (newest, listener):
        for number in range(501):
            listener.give({"id": newest + number, "kind": "rules", "data": None})
        assert listener.slow
        got = 0
        while await listener.next() is not None:
            got += 1
        assert got == 500


class Gate:
    async def viewer_may(
        self, right: Right, cookie: str | None, origin: str | None, host: str, camera: CameraId
    ) -> bool:
        del right, origin, host, camera
        return cookie is not None

    async def is_service(self, bearer: str | None) -> bool:
        return bearer == "service"

    async def node_may_push(self, bearer: str | None, camera: CameraId) -> bool:
        return bearer == "node" and camera.startswith("n1.")


class Nobody:
    async def live_start(self, camera: CameraId, quality: str, since_ms: int | None) -> None: ...

    async def live_stop(self, camera: CameraId, quality: str) -> None: ...


async def test_live_goes_through_to_the_relay_and_back(served: Served, free_port: Callable[[], int]) -> None:
    relay_port, port = free_port(), free_port()
    served.app = build_api(replace(served.parts, live=RelayLink("127.0.0.1", relay_port)))
    cookie = await _cookie(served, "viewer")
    relay = build_relay_app(Relay(Nobody(), SystemClock()), Gate())
    async with _running(relay, relay_port), _api(served, port) as host:
        url = f"ws://{host}/live"
        with pytest.raises(InvalidStatus):
            async with connect(f"{url}/push/n2.yard/main", additional_headers={"Authorization": "Bearer node"}):
                pass
        async with (
            connect(f"{url}/push/n1.yard/main", additional_headers={"Authorization": "Bearer node"}) as node,
            connect(f"{url}/n1.yard", additional_headers=cookie) as viewer,
        ):
            sent = [
                pack({"t": "init", "codec": "avc1.42c01f"}),
                pack({"t": "au", "pts": 1, "key": True, "seq": 0}, b"x"),
            ]
            for message in sent:
                await node.send(message)
            got: list[bytes] = []
            while len(got) < 2:
                async with asyncio.timeout(10):
                    framed = await viewer.recv()
                assert isinstance(framed, bytes)
                if unpack(framed)[0]["t"] in {"init", "au"}:
                    got.append(framed)
            assert got == sent
            await viewer.send(pack({"t": "boxes", "pts": 5, "tracks": []}))
            async with asyncio.timeout(10):
                await viewer.wait_closed()


@contextlib.asynccontextmanager
async def _every(period_s: float, work: Callable[[], Awaitable[object]]) -> AsyncIterator[None]:
    async def repeat() -> None:
        while True:
            await work()
            await asyncio.sleep(period_s)

    task = asyncio.create_task(repeat())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _close_code(socket: ClientConnection) -> int | None:
    async with asyncio.timeout(20):
        with contextlib.suppress(ConnectionClosed):
            while True:
                await socket.recv()
    return socket.close_code


async def test_who_is_shut_out_stops_reading_a_feed_that_is_never_silent(
    served: Served, free_port: Callable[[], int]
) -> None:
    served.app = build_api(replace(served.parts, recheck_s=0.5))
    cookie = await _cookie(served, "viewer")
    people = PeopleStore(served.database, SystemClock())
    busy = served.parts.feed._listeners

    async def give() -> None:
        for listener in busy:
            listener.give({"id": 1, "kind": "rules", "data": None})

    async with (
        _api(served, free_port()) as host,
        connect(f"ws://{host}/api/v1/feed", additional_headers=cookie) as socket,
        _every(0.02, give),
    ):
        assert (await _item(socket))["kind"] == "hello"
        await people.change("viewer", "root", role=None, enabled=False)
        assert await _close_code(socket) == 4401


async def test_who_is_shut_out_stops_watching_pictures_that_keep_coming(
    served: Served, free_port: Callable[[], int]
) -> None:
    relay_port, port = free_port(), free_port()
    served.app = build_api(replace(served.parts, live=RelayLink("127.0.0.1", relay_port), recheck_s=0.5))
    cookie = await _cookie(served, "viewer")
    people = PeopleStore(served.database, SystemClock())
    relay = build_relay_app(Relay(Nobody(), SystemClock()), Gate())
    async with _running(relay, relay_port), _api(served, port) as host:
        url = f"ws://{host}/live"
        async with (
            connect(f"{url}/push/n1.yard/main", additional_headers={"Authorization": "Bearer node"}) as node,
            connect(f"{url}/n1.yard", additional_headers=cookie) as viewer,
            _every(0.02, lambda: node.send(pack({"t": "au", "pts": 1, "key": True, "seq": 0}, b"x"))),
        ):
            await asyncio.sleep(1)
            assert viewer.close_code is None
            await people.change("viewer", "root", role=None, enabled=False)
            assert await _close_code(viewer) == 4401


@pytest.mark.parametrize("path", ["/live/n1.yard?quality=huge", "/live/push/n1.yard/huge"])
async def test_a_quality_that_there_is_not_is_refused(served: Served, free_port: Callable[[], int], path: str) -> None:
    relay_port, port = free_port(), free_port()
    served.app = build_api(replace(served.parts, live=RelayLink("127.0.0.1", relay_port)))
    headers = await _cookie(served, "viewer") | {"Authorization": "Bearer node"}
    async with (
        _running(build_relay_app(Relay(Nobody(), SystemClock()), Gate()), relay_port),
        _api(served, port) as host,
    ):
        with pytest.raises(InvalidStatus):
            async with connect(f"ws://{host}{path}", additional_headers=headers):
                pass


async def test_an_upload_needs_its_signature_and_its_bytes(served: Served, free_port: Callable[[], int]) -> None:
    data = b"footage" * 1000
    key = "site/n1/yard/1970/01/01/motion/1-0190b0c0-0000-7000-8000-000000000000.mp4"
    grant = await served.door.grant_put(
        key, len(data), hashlib.sha256(data).hexdigest(), hashlib.md5(data, usedforsecurity=False).hexdigest()
    )
    async with _api(served, free_port()) as host, httpx.AsyncClient(base_url=f"http://{host}") as node:
        assert (await node.put(grant.url.partition("?")[0], content=data)).status_code in {403, 422}
        assert (await node.put(grant.url, content=data[::-1], headers=grant.headers)).status_code == 422
        assert (await node.put(grant.url + "0", content=data, headers=grant.headers)).status_code in {403, 422}
        assert await served.door.head(key) is None
        assert (await node.put(grant.url, content=data, headers=grant.headers)).status_code == 200
        assert (await node.put(grant.url, content=data, headers=grant.headers)).status_code == 412
        found = await served.door.head(key)
        assert found is not None
        assert found[0] == len(data)
