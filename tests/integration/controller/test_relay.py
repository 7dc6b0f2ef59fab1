"""The relay's WebSockets for real: credentials, fan-out, a viewer that reads nothing."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable
from itertools import pairwise

import pytest
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from controller.api.live import VIEWER_BEHIND_MS, WS_LIMITS, build_relay_app
from controller.core.grants import Right
from controller.flows.relay import Relay, Subscription
from shared.clock import SystemClock
from shared.ids import CameraId
from shared.live import pack, unpack

pytestmark = pytest.mark.integration


class Gate:
    """Says yes to `Bearer node`, `Bearer service` and the cookie `viewer`, until it is shut."""

    def __init__(self) -> None:
        self.shut = False
        self.listens = True

    async def viewer_may(
        self, right: Right, cookie: str | None, origin: str | None, host: str, camera: CameraId
    ) -> bool:
        if right == "listen" and not self.listens:
            return False
        return not self.shut and cookie == "viewer" and origin in (None, f"http://{host}") and camera == "n1.yard"

    async def is_service(self, bearer: str | None) -> bool:
        return bearer == "service"

    async def node_may_push(self, bearer: str | None, camera: CameraId) -> bool:
        return not self.shut and bearer == "node" and camera.startswith("n1.")


class Nobody:
    async def live_start(self, camera: CameraId, quality: str, since_ms: int | None) -> None: ...

    async def live_stop(self, camera: CameraId, quality: str) -> None: ...


class Noting(Relay):
    """Notes how far behind each subscriber may be."""

    def __init__(self) -> None:
        super().__init__(Nobody(), SystemClock())
        self.behind_ms: list[int | None] = []

    @contextlib.asynccontextmanager
    async def subscribe(
        self, camera: CameraId, quality: str, since_ms: int | None, *, behind_ms: int | None = None
    ) -> AsyncIterator[Subscription]:
        self.behind_ms.append(behind_ms)
        async with super().subscribe(camera, quality, since_ms, behind_ms=behind_ms) as subscription:
            yield subscription


@contextlib.asynccontextmanager
async def _served(
    port: int, gate: Gate | None = None, recheck_s: float = 30, relay: Relay | None = None
) -> AsyncIterator[str]:
    app = build_relay_app(relay or Relay(Nobody(), SystemClock()), gate or Gate(), recheck_s=recheck_s)
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", lifespan="off", **WS_LIMITS)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.02)
    try:
        yield f"ws://127.0.0.1:{port}/live"
    finally:
        server.should_exit = True
        await task


def _node(url: str) -> connect:
    return connect(f"{url}/push/n1.yard/main", additional_headers={"Authorization": "Bearer node"})


def _viewer(url: str, **options: object) -> connect:
    return connect(f"{url}/n1.yard", additional_headers={"Cookie": "cctv_session=viewer"}, **options)  # type: ignore[arg-type]


async def _next_au(socket: ClientConnection) -> int:
    while True:
        message = await asyncio.wait_for(socket.recv(), 5)
        assert isinstance(message, bytes)
        metadata, _ = unpack(message)
        if metadata["t"] == "au":
            return int(metadata["seq"])


async def test_nothing_answers_without_a_credential(free_port: Callable[[], int]) -> None:
    async with _served(free_port()) as url:
        for path, headers in (
            ("/n1.yard", {}),
            ("/n1.yard", {"Cookie": "cctv_session=other"}),
            ("/n1.gate", {"Cookie": "cctv_session=viewer"}),
            ("/n1.yard", {"Cookie": "cctv_session=viewer", "Origin": "http://evil.example"}),
            ("/n1.yard", {"Authorization": "Bearer node"}),
            ("/push/n1.yard/main", {"Authorization": "Bearer service"}),
            ("/push/n2.yard/main", {"Authorization": "Bearer node"}),
            ("/push/n1.yard/huge", {"Authorization": "Bearer node"}),
            ("/../etc", {"Authorization": "Bearer service"}),
        ):
            with pytest.raises(InvalidStatus) as refusal:
                async with connect(url + path, additional_headers=headers):
                    pass
            assert refusal.value.response.status_code in (403, 404)


async def test_a_viewer_that_reads_nothing_delays_nobody(free_port: Callable[[], int]) -> None:
    async with (
        _served(free_port()) as url,
        _node(url) as node,
        _viewer(url, max_queue=1) as sleeper,
        _viewer(url) as eager,
    ):
        await node.send(pack({"t": "init", "codec": "avc1.42c01f"}))
        picture = os.urandom(200_000)
        for seq in range(300):
            await node.send(pack({"t": "au", "pts": seq * 66, "key": seq % 30 == 0, "seq": seq}, picture))
            assert await _next_au(eager) == seq
        seen = []
        with contextlib.suppress(TimeoutError):
            while True:
                seen.append(await asyncio.wait_for(_next_au(sleeper), 2))
        assert len(seen) < 290, "the sleeper's pictures were dropped, not buffered without bound"
        for before, after in pairwise(seen):
            assert after == before + 1 or after % 30 == 0


async def test_a_node_and_a_viewer_that_are_shut_out_are_closed_and_a_worker_is_not(
    free_port: Callable[[], int],
) -> None:
    gate = Gate()
    service = {"Authorization": "Bearer service"}
    async with (
        _served(free_port(), gate, recheck_s=0.2) as url,
        _node(url) as node,
        _viewer(url) as viewer,
        connect(f"{url}/n1.yard", additional_headers=service) as worker,
    ):
        await asyncio.sleep(0.5)
        assert (node.close_code, viewer.close_code) == (None, None)
        gate.shut = True
        await asyncio.wait_for(node.wait_closed(), 5)
        await asyncio.wait_for(viewer.wait_closed(), 5)
        assert (node.close_code, viewer.close_code) == (4401, 4401)
        await asyncio.sleep(0.5)
        assert worker.close_code is None


async def test_viewers_skip_and_workers_get_every_picture(free_port: Callable[[], int]) -> None:
    relay = Noting()
    async with _served(free_port(), relay=relay) as url, _viewer(url) as viewer:
        await asyncio.wait_for(viewer.recv(), 5)
        async with connect(f"{url}/n1.yard", additional_headers={"Authorization": "Bearer service"}) as worker:
            await asyncio.wait_for(worker.recv(), 5)
    assert relay.behind_ms == [VIEWER_BEHIND_MS, None]


async def test_a_worker_gives_boxes_and_a_viewer_may_not(free_port: Callable[[], int]) -> None:
    boxes = pack({"t": "boxes", "pts": 5, "tracks": []})
    async with _served(free_port()) as url, _viewer(url) as viewer:
        async with connect(
            f"{url}/n1.yard?since_ms=0", additional_headers={"Authorization": "Bearer service"}
        ) as worker:
            await worker.send(boxes)
            got = []
            while boxes not in got:
                got.append(await asyncio.wait_for(viewer.recv(), 5))
        await viewer.send(boxes)
        await asyncio.wait_for(viewer.wait_closed(), 5)
        assert viewer.close_code == 4400


async def test_a_malformed_push_is_closed_with_its_reason(free_port: Callable[[], int]) -> None:
    async with _served(free_port()) as url, _node(url) as node:
        await node.send(b"\xff\xff\xff\xffgarbage")
        with pytest.raises(ConnectionClosed) as end:
            await asyncio.wait_for(node.recv(), 5)
        assert end.value.rcvd is not None
        assert "live frame" in end.value.rcvd.reason
