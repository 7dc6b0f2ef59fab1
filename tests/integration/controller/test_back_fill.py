"""A node and its controller over a real broker: an outage, a request, and a card that was put back to an older copy."""

import asyncio
import hashlib
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlmodel import col, delete, select

from controller.adapters.backfill_store import SqlBackfillStore
from controller.adapters.fact_seqs import SqlNodeMemory
from controller.adapters.fact_store import SqlFactStore
from controller.adapters.job_queue import JobQueue
from controller.adapters.run_store import SqlRunStore
from controller.adapters.tables import FactSeqRow, LedgerRow, NodeRow, RunRow
from controller.flows.back_fill import BackFilling
from controller.flows.confirm import Confirm
from controller.flows.greet import Greeting
from controller.flows.ingest import Ingest
from edge_agent.adapters.data_folder import DataFolder
from edge_agent.app.agent import Agent
from edge_agent.app.cameras import Cameras
from edge_agent.settings import parse_settings
from shared.broker import BrokerAddress, Session
from shared.clock import SystemClock, to_datetime
from shared.ids import SiteId
from shared.messages import Grant
from shared.mint import uuid7
from shared.topics import node_acl
from tests.fakes.controller import PutStore
from tests.fakes.edge import FakeFeed, FakeRing, judge, segment
from tests.integration.controller.conftest import PollingBell, Served
from tests.servers.mosquitto import Mosquitto

pytestmark = pytest.mark.integration
MINUTE_MS = 60_000
SEGMENT_MS = 10_000


class LeapClock(SystemClock):
    """The machine's clock, set back by an hour and let leap forward."""

    def __init__(self) -> None:
        start_ms = super().unix_ms() - 3_600_000
        self.offset_ms = start_ms - start_ms % MINUTE_MS - super().unix_ms() + 1_000

    def unix_ms(self) -> int:
        return super().unix_ms() + self.offset_ms

    def now(self) -> datetime:
        return to_datetime(self.unix_ms())


class PutObjects:
    """The little HTTP store as the controller's object store."""

    def __init__(self, store: PutStore) -> None:
        self.store = store

    async def grant_put(self, key: str, length_bytes: int, sha256: str, md5: str) -> Grant:
        del length_bytes, sha256, md5
        return Grant(url=f"/{key}", headers={}, expires_at=SystemClock().now())

    async def head(self, key: str) -> tuple[int, str] | None:
        body = self.store.objects.get(f"/{key}")
        return None if body is None else (len(body), hashlib.md5(body, usedforsecurity=False).hexdigest())

    async def delete(self, key: str) -> None:
        self.store.objects.pop(f"/{key}", None)


@pytest.fixture
def broker(mosquitto: Callable[..., Mosquitto]) -> Mosquitto:
    lines = ["user controller", "topic readwrite cctv/v1/#", "user n1"]
    lines += [f"topic {mode} {topic}" for mode, filters in node_acl("n1").items() for topic in filters]
    return mosquitto(users={"n1": "node-password", "controller": "secret"}, acl="\n".join(lines) + "\n")


@pytest.fixture
def store() -> Iterator[PutStore]:
    store = PutStore()
    yield store
    store.close()


class Yard:
    """A node whose camera the test plays, and the controller's role ingest around a site's database."""

    def __init__(self, folder: Path, served: Served, broker: Mosquitto, store: PutStore) -> None:
        self.folder, self.served, self.broker, self.store = folder, served, broker, store
        self.clock, self.ring = LeapClock(), FakeRing()
        self.media_ms = self.clock.unix_ms()
        self.upload = "off"
        key = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self._node = {
            "node": "n1",
            "site": "site",
            "data_dir": "node",
            "controller_url": store.url,
            "broker": {"host": broker.host, "port": broker.port, "password": "node-password"},
            "key_pem": key.decode(),
        }

    @asynccontextmanager
    async def agent(self) -> AsyncIterator[None]:
        """One life of the agent."""
        camera = {"name": "gate", "source": "scene://yard", "upload": self.upload}
        settings = parse_settings({**self._node, "cameras": [camera]}, self.folder)
        data, stop, ready = DataFolder(settings.data_dir), asyncio.Event(), asyncio.Event()
        self.feed = FakeFeed()
        agent = Agent(settings, data, Cameras((self.feed,), (judge,), self.ring), self.clock)
        task = asyncio.create_task(agent.run(stop, ready.set))
        try:
            async with asyncio.timeout(10):
                await ready.wait()
            yield
        finally:
            stop.set()
            async with asyncio.timeout(5):
                await task
            data.release()

    @asynccontextmanager
    async def controller(self) -> AsyncIterator[None]:
        """The role ingest as it is wired, with a clock that leaps."""
        database, clock, name = self.served.database, self.clock, SiteId(self.served.site.settings.site)
        objects: Any = PutObjects(self.store)
        session = Session(
            BrokerAddress(self.broker.host, self.broker.port, f"ingest-{uuid7()}", "controller", "secret")
        )
        bell = PollingBell()
        ingest = Ingest(SqlFactStore(database, clock, name), objects, session, bell, clock, version="1")
        runs = SqlRunStore(database, clock, name)
        confirm = Confirm(runs, JobQueue(database, clock), objects, session, bell, clock, uploaded=ingest.uploaded)
        greeting = Greeting(SqlNodeMemory(database, clock), session, clock)
        back_filling = BackFilling(SqlBackfillStore(database, clock), session, clock)
        for flow in (ingest, greeting, back_filling):
            flow.listen()
        session.on_connected(ingest.announce)
        works = (session.run(), ingest.run(), confirm.run(), greeting.run(), back_filling.run())
        tasks = [asyncio.ensure_future(work) for work in works]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def play(self, minutes: int) -> None:
        """Record so many minutes, and let time leap to their end."""
        for _ in range(minutes * MINUTE_MS // SEGMENT_MS):
            part = segment(start_ms=self.media_ms, length_ms=SEGMENT_MS)
            self.feed.segments.put_nowait(self.ring.add(part))
            self.media_ms = part.end_ms
        await asyncio.sleep(0.1)
        self.clock.offset_ms += self.media_ms - self.clock.unix_ms() + 25_000

    async def rows(self, table: Any) -> list[Any]:
        async with self.served.database.reading() as session:
            return list(await session.scalars(select(table)))

    async def minutes(self) -> list[LedgerRow]:
        return sorted(await self.rows(LedgerRow), key=lambda row: row.minute_ms)

    async def stored(self) -> list[RunRow]:
        return [row for row in await self.rows(RunRow) if row.state == "stored"]


@pytest.fixture
def yard(tmp_path: Path, served: Served, broker: Mosquitto, store: PutStore) -> Yard:
    return Yard(tmp_path, served, broker, store)


async def until(true: Callable[[], Any], seconds: float = 45) -> None:
    async with asyncio.timeout(seconds):
        while not await true():
            await asyncio.sleep(0.1)


async def test_a_span_from_an_outage_is_fetched_when_a_person_asks_for_it(yard: Yard) -> None:
    async with yard.agent():
        async with yard.controller():
            await yard.play(1)
            await until(lambda: enough(yard, 1))
        began_ms = yard.media_ms
        yard.broker.server.kill()
        await yard.play(4)
        yard.broker.server.start()
        async with yard.controller(), yard.served.client("operator") as operator:
            span = {"camera": "n1.gate", "from_ms": began_ms + 30_000, "to_ms": began_ms + 150_000}
            answer = await operator.post("/api/v1/recordings/requests", json=span)
            assert answer.status_code == 200, answer.text
            path = f"/api/v1/recordings/requests/{answer.json()['id']}"

            async def ready() -> bool:
                yard.clock.offset_ms += 2_000
                return bool((await operator.get(path)).json()["request"]["state"] == "stored")

            await until(ready)
            (part,) = (await operator.get(path)).json()["parts"]
    assert part == {"start_ms": span["from_ms"], "end_ms": span["to_ms"], "state": "retrieved"}
    wanted = {s.sha256 for s in yard.ring.between(yard.feed.camera, began_ms + 30_000, began_ms + 150_000)}
    kept = await yard.stored()
    assert Counter(ref["sha256"] for row in kept for ref in row.segments) == Counter(wanted)
    for row in kept:
        assert hashlib.sha256(yard.store.objects[f"/{row.key}"]).hexdigest() == row.sha256
    assert len(yard.store.objects) == len(kept), "nothing else was sent"


async def enough(yard: Yard, minutes: int) -> bool:
    return len(await yard.minutes()) >= minutes


async def test_a_card_put_back_to_an_older_copy_begins_a_new_chain_and_nothing_is_lost_or_doubled(yard: Yard) -> None:
    yard.upload = "continuous"
    database = yard.folder / "node" / "node.sqlite3"
    async with yard.controller():
        async with yard.agent():
            await yard.play(2)
            await until(lambda: enough(yard, 2))
            await until(lambda: all_stored(yard))
        shutil.copy(database, yard.folder / "copy")
        async with yard.agent():
            await yard.play(3)
            await until(lambda: enough(yard, 5))
            await until(lambda: all_stored(yard))
        for file in database.parent.glob("node.sqlite3*"):
            file.unlink()
        shutil.copy(yard.folder / "copy", database)
        lost_ms = (await yard.minutes())[-1].minute_ms
        async with yard.agent():
            await yard.play(3)
            await until(lambda: enough(yard, 8))
            await until(lambda: all_stored(yard))
    told = await yard.minutes()
    assert [row.minute_ms for row in told] == [told[0].minute_ms + n * MINUTE_MS for n in range(len(told))]
    before, after = (
        {row.chain for row in told if row.minute_ms <= lost_ms},
        {row.chain for row in told if row.minute_ms > lost_ms},
    )
    assert (len(before), len(after), before & after) == (1, 1, set())
    for chain in (before, after):
        linked = [row for row in told if row.chain in chain]
        assert [row.previous for row in linked[1:]] == [row.entry for row in linked[:-1]]
    listed = Counter(ref["sha256"] for row in told for ref in row.segments)
    assert set(listed.values()) == {1}
    sent = Counter(ref["sha256"] for row in await yard.stored() for ref in row.segments)
    assert set(sent.values()) == {1}, "no segment is in the store twice"
    assert sent.keys() <= {s.sha256 for s in yard.ring.segments}
    (node,) = await yard.rows(NodeRow)
    assert node.restored_at is not None
    assert [(row.upto > 0, row.ahead) for row in await yard.rows(FactSeqRow)] == [(True, [])] * 3


async def test_a_controller_put_back_to_a_backup_is_told_again_what_it_had_acknowledged(yard: Yard) -> None:
    async with yard.agent():
        async with yard.controller():
            await yard.play(4)
            await until(lambda: enough(yard, 4))
        before = [(row.minute_ms, row.entry) for row in await yard.minutes()]
        async with yard.served.database.writing() as session:
            await session.execute(delete(LedgerRow).where(col(LedgerRow.minute_ms) > before[0][0]))
            await session.execute(delete(FactSeqRow))
        async with yard.controller():
            await until(lambda: enough(yard, 4))
    assert [(row.minute_ms, row.entry) for row in await yard.minutes()] == before


async def all_stored(yard: Yard) -> bool:
    """Everything that was recorded, as far as whole runs go: the last one waits for more."""
    kept = {ref["sha256"] for row in await yard.stored() for ref in row.segments}
    return {s.sha256 for s in yard.ring.segments if s.end_ms <= yard.media_ms - MINUTE_MS} <= kept
