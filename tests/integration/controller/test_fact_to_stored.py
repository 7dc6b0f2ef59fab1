"""A run from its node's announcement to `stored`, over a real broker, database and directory store."""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from controller.adapters.bell import MqttBell
from controller.adapters.database import Database
from controller.adapters.directory_store import DirectoryStore, prepare_directory
from controller.adapters.fact_store import SqlFactStore
from controller.adapters.job_queue import JobQueue
from controller.adapters.people_store import PeopleStore
from controller.adapters.queries import Queries
from controller.adapters.run_store import SqlRunStore
from controller.flows.confirm import Confirm
from controller.flows.ingest import Ingest
from shared.broker import BrokerAddress, Session
from shared.clock import SystemClock
from shared.ids import SiteId
from shared.messages import Ack, AckItem, ControllerStatus, EventFact, NodeStatus, RunFact
from shared.mint import uuid7
from shared.topics import ACK, CONTROLLER_STATUS, FACT, STATUS
from tests.builders import event_fact, node_status, run_fact
from tests.fakes.tables import make_tables
from tests.servers.mosquitto import Mosquitto

pytestmark = pytest.mark.integration
SITE = SiteId("yard")
USERS = {"controller": "secret", "gate": "secret"}


@contextlib.asynccontextmanager
async def connected(session: Session) -> AsyncIterator[Session]:
    task = asyncio.create_task(session.run())
    try:
        await asyncio.wait_for(session.wait_connected(), 10)
        yield session
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class Node:
    """The least that a node is: tells facts, hears acknowledgements, sees whether the controller is there."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.heard: dict[str, AckItem] = {}
        self.news = asyncio.Condition()
        self.controller = ""
        session.listen(ACK, self._acknowledged, node="gate")
        session.listen(CONTROLLER_STATUS, self._controller)

    async def tell(self, fact: EventFact | RunFact, *, stored: bool = False) -> AckItem:
        """Publish until acknowledged, as often as it takes."""
        for _ in range(20):
            await self.session.send(FACT, fact, node="gate")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(3), self.news:
                    await self.news.wait_for(lambda: fact.id in self.heard and self.heard[fact.id].stored >= stored)
                return self.heard[fact.id]
        raise AssertionError("never acknowledged")

    async def _acknowledged(self, _levels: dict[str, str], ack: Ack) -> None:
        async with self.news:
            self.heard |= {item.fact: item for item in ack.items}
            self.news.notify_all()

    async def _controller(self, _levels: dict[str, str], status: ControllerStatus) -> None:
        async with self.news:
            self.controller = status.state
            self.news.notify_all()


@contextlib.asynccontextmanager
async def controller(database: Database, objects: DirectoryStore, broker: Mosquitto) -> AsyncIterator[None]:
    """The role ingest as it is wired, in this process."""
    clock = SystemClock()
    session = Session(BrokerAddress(broker.host, broker.port, f"controller-{uuid7()}", "controller", "secret"))
    bell = MqttBell(session, clock)
    ingest = Ingest(SqlFactStore(database, clock, SITE), objects, session, bell, clock, version="1")
    runs, jobs = SqlRunStore(database, clock, SITE), JobQueue(database, clock)
    confirm = Confirm(runs, jobs, objects, session, bell, clock, uploaded=ingest.uploaded)
    ingest.listen()
    session.on_connected(ingest.announce)
    async with connected(session):
        work = asyncio.gather(ingest.run(), confirm.run())
        try:
            yield
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)


async def test_from_announcement_to_stored(mosquitto: Callable[..., Mosquitto], tmp_path: Path) -> None:
    broker = mosquitto(users=USERS)
    database, clock = Database(f"sqlite:///{tmp_path}/db.sqlite3"), SystemClock()
    await make_tables(database)
    await PeopleStore(database, clock).prepare_site(SITE)
    prepare_directory(tmp_path / "store")
    objects = DirectoryStore(tmp_path / "store", b"k" * 32, clock)
    body = b"footage" * 1000
    event = event_fact(start_ms=clock.unix_ms(), clip_start_ms=clock.unix_ms() - 5_000)
    announced = run_fact(
        event=event.event,
        length_bytes=len(body),
        sha256=hashlib.sha256(body).hexdigest(),
        md5=hashlib.md5(body, usedforsecurity=False).hexdigest(),
    )
    uploaded = announced.model_copy(update={"id": uuid7(), "rev": 2, "state": "uploaded"})

    async def stream() -> AsyncIterator[bytes]:
        yield body

    async with connected(Session(BrokerAddress(broker.host, broker.port, "gate", "gate", "secret"))) as session:
        node = Node(session)
        status: NodeStatus = node_status("gate.yard")
        await session.send(STATUS, status, node="gate")
        async with controller(database, objects, broker):
            assert (await node.tell(event)).outcome in {"accepted", "duplicate"}
            grant = (await node.tell(announced)).grant
            assert grant is not None
            parts = urlsplit(grant.url)
            key = parts.path.removeprefix("/media/put/")
            assert await objects.accept_put(key, dict(parse_qsl(parts.query)), len(body), stream())
            assert (await node.tell(uploaded, stored=True)).stored
            assert node.controller == "online"
        async with controller(database, objects, broker):
            node.heard.clear()
            assert (await node.tell(uploaded)).stored, "a new controller knows what the old one did"
    (camera,) = await Queries(database).cameras()
    assert (camera["state"], camera["open_event"]) == ("live", event.event)
    assert (await JobQueue(database, clock).load()).waiting == 1
    objects.close()
    await database.close()
