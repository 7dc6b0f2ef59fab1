"""The agent's flows with a real broker and a real HTTP store: whatever fails, nothing is lost or doubled."""

import asyncio
import contextlib
import hashlib
import re
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from controller.adapters.certificates import ensure_certificates
from edge_agent.adapters.data_folder import DataFolder
from edge_agent.app.agent import Agent
from edge_agent.app.cameras import Cameras
from edge_agent.detector_settings import DetectorSettings
from edge_agent.server_settings import ServerSettings
from edge_agent.settings import Settings, parse_settings
from shared.clock import SystemClock
from shared.topics import node_acl
from tests.fakes.controller import PutStore, ScriptedController
from tests.fakes.edge import FakeFeed, FakeRing, judge, segment
from tests.servers.mosquitto import Mosquitto

pytestmark = pytest.mark.integration

SEGMENT_MS = 2_000


def acl() -> str:
    lines = ["user controller", "topic readwrite cctv/v1/#", "user n1"]
    for mode, filters in node_acl("n1").items():
        lines += [f"topic {mode} {topic}" for topic in filters]
    return "\n".join(lines) + "\n"


@pytest.fixture
def broker(mosquitto: Callable[..., Mosquitto]) -> Mosquitto:
    return mosquitto(users={"n1": "node-password", "controller": "controller-password"}, acl=acl())


@pytest.fixture
def store() -> Iterator[PutStore]:
    store = PutStore()
    yield store
    store.close()


class Site:
    """A node whose camera the test plays, beside a broker, a store and a scripted controller."""

    def __init__(self, folder: Path, broker: Mosquitto, store: PutStore) -> None:
        self.folder = folder
        self.store = store
        self.feed = FakeFeed()
        self.ring = FakeRing()
        self.broker = broker
        self.media_ms = SystemClock().unix_ms() - 600_000
        self.controller = ScriptedController(broker.host, broker.port, "controller-password", store)
        key = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self.settings: Settings = parse_settings(
            {
                "node": "n1",
                "site": "site",
                "data_dir": "data",
                "controller_url": store.url,
                "broker": {"host": broker.host, "port": broker.port, "password": "node-password"},
                "key_pem": key.decode(),
                "cameras": [{"name": "gate", "source": "scene://yard"}],
            },
            folder,
        )

    @asynccontextmanager
    async def agent(self) -> AsyncIterator[Agent]:
        """One life of the agent."""
        data = DataFolder(self.settings.data_dir)
        agent = Agent(self.settings, data, Cameras((self.feed,), (judge,), self.ring), SystemClock())
        stop, ready = asyncio.Event(), asyncio.Event()
        task = asyncio.create_task(agent.run(stop, ready.set))
        try:
            async with asyncio.timeout(10):
                await ready.wait()
            yield agent
        finally:
            stop.set()
            async with asyncio.timeout(3):
                await task
            data.release()

    def play(self, seconds: int, *, motion: bool) -> None:
        """Let the camera run on."""
        end_ms = self.media_ms + seconds * 1000
        while self.media_ms < end_ms:
            for offset_ms in range(0, SEGMENT_MS, 500):
                self.feed.frame(self.media_ms + offset_ms, 128 if motion else 0)
            self.feed.segments.put_nowait(self.ring.add(segment(start_ms=self.media_ms)))
            self.media_ms += SEGMENT_MS

    def stored_segments(self) -> list[str]:
        """Names of segments in the store, one for each time."""
        names: list[str] = []
        for body in self.store.objects.values():
            names += [name + ".mp4" for name in body.decode().split(".mp4")[:-1]]
        return names

    def due_segments(self) -> set[str]:
        closed = [event for event in self.controller.events() if event.state == "closed"]
        return {
            part.name
            for event in closed
            for part in self.ring.between(self.feed.camera, event.clip_start_ms, event.clip_end_ms or 0)
        }

    def settled(self) -> bool:
        """Every event told and closed, every due segment stored, nothing held or waiting."""
        events = {event.event for event in self.controller.events()}
        closed = {event.event for event in self.controller.events() if event.state == "closed"}
        return (
            bool(events)
            and events == closed
            and not self.ring.held
            and self.due_segments() <= set(self.stored_segments())
        )


@pytest.fixture
def site(tmp_path: Path, broker: Mosquitto, store: PutStore) -> Site:
    return Site(tmp_path, broker, store)


async def until(true: Callable[[], bool], seconds: float = 40) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.05)


async def test_motion_becomes_an_event_and_stored_footage(site: Site) -> None:
    async with site.controller, site.agent():
        site.play(4, motion=False)
        site.play(20, motion=True)
        site.play(12, motion=False)
        await until(site.settled)
        assert len({event.event for event in site.controller.events()}) == 1
        await until(lambda: bool(site.controller.healths))
    assert len(site.stored_segments()) == len(set(site.stored_segments()))
    for run in site.controller.last_runs().values():
        body = site.store.objects[f"/store/{run.run}"]
        assert hashlib.sha256(body).hexdigest() == run.sha256
    online, *_, offline = site.controller.statuses
    assert (online.state, offline.state) == ("online", "offline")
    assert online.cameras[0].id == "n1.gate"
    assert site.controller.healths[0].cameras[0].state == "live"


async def test_a_person_on_the_sub_stream_raises_the_event(site: Site, tmp_path: Path) -> None:
    pytest.importorskip("ai_edge_litert", reason="ai-edge-litert comes with the dev extra")
    from tests.integration.edge_agent.test_detector_process import NAMES, film
    from tests.litert_models import build_model

    model = build_model(tmp_path / "m.tflite", "yolox", files=NAMES)
    detector = DetectorSettings(kind="litert", model=model)
    site.settings = site.settings.model_copy(update={"detector": detector})
    async with site.controller, site.agent():
        async with asyncio.timeout(40):
            while not any(event.media_class == "gated" for event in site.controller.events()):
                for packet in film(2, site.media_ms):
                    site.feed.packets.put_nowait(packet)
                site.play(2, motion=True)
                await asyncio.sleep(0.3)
        site.play(12, motion=False)
        await until(site.settled)
    assert ("sub", None) in site.feed.live_calls
    assert "gated" in {run.media_class for run in site.controller.last_runs().values()}


async def test_a_store_that_fails_gets_everything_in_the_end(site: Site) -> None:
    site.store.faults.extend([503, 403, 500])
    async with site.controller, site.agent():
        site.play(4, motion=True)
        site.play(12, motion=False)
        await until(site.settled)
    assert set(site.store.accepted.values()) == {1}


async def test_a_controller_that_is_away_or_mute_misses_nothing(site: Site) -> None:
    async with site.controller, site.agent():
        await until(lambda: bool(site.controller.statuses))
        await site.controller.tell(online=False)
        await asyncio.sleep(0.3)
        site.play(4, motion=True)
        site.play(12, motion=False)
        await asyncio.sleep(1)
        assert not site.controller.deliveries
        site.controller.mute = True
        await site.controller.tell(online=True)
        await until(lambda: bool(site.controller.deliveries))
        site.controller.mute = False
        await until(site.settled)


async def test_a_broker_that_is_killed_and_started_again_loses_nothing(site: Site) -> None:
    async with site.controller, site.agent():
        site.play(6, motion=True)
        await until(lambda: bool(site.controller.events()))
        site.broker.server.kill()
        site.play(6, motion=True)
        site.play(12, motion=False)
        await asyncio.sleep(1)
        site.broker.server.start()
        await until(site.settled)
    assert len(site.stored_segments()) == len(set(site.stored_segments()))


async def test_an_agent_that_is_started_again_goes_on_where_it_was(site: Site) -> None:
    async with site.controller:
        site.store.faults.extend([503] * 3)
        async with site.agent():
            site.play(14, motion=True)
            await until(lambda: bool(site.controller.last_runs()))
        first = {event.event for event in site.controller.events()}
        site.play(2, motion=False)
        async with site.agent():
            site.play(6, motion=True)
            site.play(12, motion=False)
            await until(lambda: len({event.event for event in site.controller.events()}) > len(first))
            await until(site.settled)
    assert len(site.stored_segments()) == len(set(site.stored_segments()))
    starts = {status.agent_start for status in site.controller.statuses}
    assert len(starts) == 2


async def test_a_promoted_span_is_stored_without_an_event(site: Site) -> None:
    async with site.controller, site.agent():
        begin_ms = site.media_ms
        site.play(20, motion=False)
        await until(lambda: bool(site.controller.statuses))
        id_ = await site.controller.command(
            kind="promote", camera="n1.gate", start_ms=begin_ms + 4_000, end_ms=begin_ms + 8_000
        )
        await until(lambda: id_ in site.controller.replies)
        assert site.controller.replies[id_].ok
        await until(lambda: len(site.stored_segments()) == 2)
    (run,) = site.controller.last_runs().values()
    assert run.media_class == "promoted"


async def test_the_nodes_own_server_is_there_when_told_and_a_port_in_use_disturbs_nothing(
    site: Site, tmp_path: Path, free_port: Callable[[], int]
) -> None:
    port = free_port()
    ensure_certificates(tmp_path, ["127.0.0.1"], SystemClock().now())
    section = ServerSettings(
        listen=f"127.0.0.1:{port}", certificate=tmp_path / "server.pem", key=tmp_path / "server-key.pem"
    )
    trust = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
    site.settings = site.settings.model_copy(update={"server": section})
    taken = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", port)
    async with site.controller, site.agent(), httpx.AsyncClient(trust_env=False, verify=trust) as client:
        site.play(4, motion=True)
        site.play(12, motion=False)
        await until(site.settled)
        taken.close()
        await taken.wait_closed()

        async def metrics() -> str:
            async with asyncio.timeout(20):
                while True:
                    with contextlib.suppress(httpx.TransportError):
                        return (await client.get(f"https://127.0.0.1:{port}/metrics")).text
                    await asyncio.sleep(0.1)

        text = await metrics()
        stored = re.search(r'cctv_node_uploads_total\{outcome="stored"\} ([0-9.]+)', text)
        assert stored is not None
        assert float(stored[1]) == len(site.controller.last_runs())
        assert "cctv_node_broker_connected 1.0" in text


async def test_a_second_agent_on_the_same_folder_is_refused(site: Site) -> None:
    async with site.agent():
        with pytest.raises(Exception, match="another agent"):
            DataFolder(site.settings.data_dir)


async def test_an_event_that_runs_at_a_clean_stop_is_told_as_closed(site: Site) -> None:
    async with site.controller:
        async with site.agent():
            site.play(4, motion=True)
            await until(lambda: bool(site.controller.events()))
        await until(lambda: site.controller.statuses[-1].state == "offline", 5)
        stopped_ms = site.media_ms
        async with site.agent():
            await until(lambda: site.controller.events()[-1].state == "closed")
    end_ms = site.controller.events()[-1].end_ms
    assert end_ms is not None
    assert end_ms <= stopped_ms
