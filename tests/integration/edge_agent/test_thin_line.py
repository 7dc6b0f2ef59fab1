"""A line cut to 1 Mbit/s and restored: live views and uploads give way and come back, facts arrive throughout."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from websockets.asyncio.server import ServerConnection, serve

from edge_agent.adapters.live_push import WebSocketPush
from edge_agent.adapters.node_database import NodeDatabase
from edge_agent.adapters.outbox import SqliteOutbox
from edge_agent.adapters.uplink import HttpUplink
from edge_agent.adapters.uploads import SqliteUploads
from edge_agent.core.media import Packet, Quality, StreamInfo
from edge_agent.core.recorder import Event
from edge_agent.core.uplink_share import ShareRules
from edge_agent.core.upload_policy import Upload
from edge_agent.flows.deliver import Delivery
from edge_agent.flows.facts import Facts
from edge_agent.flows.publish import Publishing
from edge_agent.flows.push_live import LivePushing
from edge_agent.flows.share_uplink import UplinkSharing
from shared.broker import BrokerAddress, Session
from shared.clock import SystemClock
from shared.ids import CameraId, EventId, FactId, NodeId, RunId
from shared.live import unpack
from shared.mint import uuid7
from shared.topics import ACK, CONTROLLER_STATUS
from tests.fakes.controller import PutStore, ScriptedController
from tests.fakes.edge import STREAM, FakeFeed, FakeRing, segment
from tests.servers.mosquitto import Mosquitto
from tests.servers.thin_line import ThinLine

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]

SMALL = replace(STREAM, width_px=320, height_px=180)
MEGABIT_BYTES_S = 125_000
RULES = ShareRules(  # the same in a fraction of the time
    live_lag_ms=400,
    fact_delay_ms=400,
    step_ms=200,
    fall_ms=400,
    first_pause_ms=2_000,
    longest_pause_ms=3_000,
    settled_ms=3_000,
)


class Encoder(FakeFeed):
    """A camera of 4 Mbit/s with a small stream of 0.2: ten pictures a second, a keyframe every second."""

    def __init__(self) -> None:
        super().__init__()
        self.sub = SMALL
        self._clock = SystemClock()

    @asynccontextmanager
    async def live(
        self,
        quality: Quality,
        since_ms: int | None,
    ) -> AsyncIterator[AsyncIterator[tuple[StreamInfo, Packet]]]:
        self.live_calls.append((quality, since_ms))
        stream, length_bytes = (SMALL, 2_500) if quality == "sub" else (STREAM, 50_000)

        async def packets() -> AsyncIterator[tuple[StreamInfo, Packet]]:
            shown_ms = self._clock.monotonic_ms() // 100 * 100
            while True:
                shown_ms += 100
                await asyncio.sleep(max(0, shown_ms - self._clock.monotonic_ms()) / 1000)
                yield stream, Packet(os.urandom(length_bytes), shown_ms, shown_ms % 1_000 == 0)

        yield packets()


class Relay:
    """Takes one push and keeps what it tells of its pictures."""

    def __init__(self) -> None:
        self.pushes = 0
        self.widths: list[int] = []

    async def take(self, connection: ServerConnection) -> None:
        self.pushes += 1
        async for frame in connection:
            assert isinstance(frame, bytes)
            metadata, _ = unpack(frame)
            if metadata["t"] == "init":
                self.widths.append(metadata["width"])


@pytest.fixture
def store() -> Iterator[PutStore]:
    store = PutStore()
    yield store
    store.close()


async def until(true: Callable[[], bool], seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.05)


class Node:
    """A node's flows on real adapters, all behind one line."""

    def __init__(self, folder: Path, ports: tuple[int, int, int]) -> None:
        broker, store, relay = ports
        clock = SystemClock()
        self._database = NodeDatabase(folder / "node.sqlite")
        self.outbox, uploads = SqliteOutbox(self._database), SqliteUploads(self._database)
        self.facts = Facts(NodeId("n1"), uuid7(), self.outbox, clock, uuid7)
        self.session = Session(BrokerAddress("127.0.0.1", broker, "n1", "n1", "node-password"))
        self.uplink = HttpUplink(f"http://127.0.0.1:{store}", None)
        self.sharing = UplinkSharing(clock, rules=RULES)
        self.ring, self.feed = FakeRing(), Encoder()
        self.delivery = Delivery(
            uploads, self.outbox, self.ring, self.uplink, self.facts, self.sharing, held_budget_bytes=10**9
        )
        self.publishing = Publishing(self.outbox, self.session, self.facts, self.delivery)
        key = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        push = WebSocketPush(f"http://127.0.0.1:{relay}", None, NodeId("n1"), key, clock)
        self.live = LivePushing(push, self.sharing, self.ring)
        self.connected = 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async def connected() -> None:
            self.connected += 1

        self.session.on_connected(self.publishing.connected)
        self.session.on_connected(connected)
        self.session.listen(CONTROLLER_STATUS, self.publishing.controller_is)
        self.session.listen(ACK, self.publishing.answered, node="n1")
        flows = (self.session.run, self.publishing.run, self.delivery.run, self.sharing.run)
        tasks = [asyncio.create_task(flow()) for flow in flows]
        try:
            yield
        finally:
            await self.live.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self.uplink.close()
            self._database.close()

    async def tell(self, number: int) -> str:
        """An event, as motion makes them."""
        event = Event(EventId(uuid7()), number, number, number, 0.5, None, number, 0.5)
        fact = self.facts.opened(CameraId("n1.gate"), event, "motion", 1)
        await self.facts.keep([fact])
        return fact.id

    async def upload(self, number: int, length_bytes: int) -> tuple[str, str]:
        """A run to be delivered: its id and hash."""
        body = os.urandom(length_bytes)
        part = self.ring.add(segment(start_ms=number * 2_000, data=body), body)
        self.ring.hold(part)
        run = self.ring.describe([part])
        upload = Upload(RunId(uuid7()), run, "motion", "motion", None, "announced", 1, FactId(uuid7()))
        await self.delivery.announce(upload)
        return upload.id, hashlib.sha256(body).hexdigest()


async def test_a_thin_line_takes_from_views_and_uploads_nothing_from_facts_and_gives_it_back(
    tmp_path: Path, mosquitto: Callable[..., Mosquitto], store: PutStore
) -> None:
    broker = mosquitto(users={"n1": "node-password", "controller": "controller-password"})
    controller = ScriptedController(broker.host, broker.port, "controller-password", store)
    relay = Relay()
    async with ThinLine() as line, controller, serve(relay.take, "127.0.0.1", 0) as server:
        (listening,) = server.sockets
        ports = (broker.port, int(store.url.rsplit(":", 1)[1]), int(listening.getsockname()[1]))
        b_port, s_port, r_port = [await line.to(port) for port in ports]
        node = Node(tmp_path, (b_port, s_port, r_port))
        async with node.running():
            node.live.start(node.feed, "main", "/live/push/n1.gate/main", None)
            runs = dict([await node.upload(0, 3_000_000)])
            await until(lambda: relay.widths == [1280] and len(store.objects) == 1)

            line.rate_bytes_s = MEGABIT_BYTES_S
            runs |= dict([await node.upload(1, 100_000), await node.upload(2, 100_000)])
            facts = []
            for number in range(25):
                facts.append(await node.tell(number))
                await asyncio.sleep(0.1)
            await until(lambda: relay.widths[:2] == [1280, 320])
            await until(lambda: set(facts) <= set(controller.facts))
            await until(lambda: len(store.objects) == 3)

            line.rate_bytes_s = None
            await until(lambda: relay.widths[-1] == 1280 and node.sharing.report().live == "full")
            runs |= dict([await node.upload(3, 3_000_000)])
            await until(lambda: len(store.objects) == 4)
            await until(lambda: node.delivery.waiting() == (0, 0))
    assert {run: hashlib.sha256(store.objects[f"/store/{run}"]).hexdigest() for run in runs} == runs
    assert set(store.accepted.values()) == {1}
    assert (relay.pushes, node.connected) == (1, 1)
    assert node.feed.records == []  # nobody told the recorder anything
