"""The flow over the real stores: in whatever order, the largest revision stays and all is acknowledged."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from controller.adapters.database import Database
from controller.adapters.fact_store import SqlFactStore
from controller.adapters.judging_store import SqlJudgingStore
from controller.adapters.people_store import PeopleStore
from controller.adapters.run_store import SqlRunStore
from controller.adapters.tables import EventRow, JobRow, RawFactRow, RunRow
from controller.flows.confirm import Confirm
from controller.flows.ingest import Ingest
from controller.ports import Received, Taken
from shared.errors import Transient
from shared.ids import SiteId
from shared.messages import Ack, AckItem, AnyFact, ControllerStatus
from shared.mint import uuid7
from shared.topics import ACK, CONTROLLER_STATUS, FACT, HEALTH, STATUS
from tests.builders import AT, T0, event_fact, node_health, node_status, run_fact
from tests.contract.controller.conftest import SITE, Site
from tests.fakes.site import HandClock, MemoryObjects, Wire
from tests.fakes.tables import make_tables

TOPIC = FACT.topic(node="gate")


class Bells:
    def __init__(self) -> None:
        self.rung: list[str] = []

    async def ring(self, which: str) -> None:
        self.rung.append(which)

    async def wait(self, which: str, timeout_s: float) -> None:
        raise NotImplementedError


class World:
    """Ingest and confirm on one site, driven by hand."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.wire, self.objects, self.bells = Wire(), MemoryObjects(), Bells()
        self.ingest = Ingest(site.facts, self.objects, self.wire, self.bells, site.clock, version="1")
        self.confirm = Confirm(
            site.runs, site.judging, self.objects, self.wire, self.bells, site.clock, uploaded=self.ingest.uploaded
        )

    async def hear(self, *payloads: bytes, topic: str = TOPIC) -> None:
        for payload in payloads:
            await self.ingest.hear_fact(topic, payload)
        await self.settle()

    async def settle(self) -> None:
        task = asyncio.create_task(self.ingest.run())
        while not self.ingest.idle:
            await asyncio.sleep(0.001)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    def items(self) -> list[AckItem]:
        return [item for ack in self.wire.of(Ack) for item in ack.items]


@pytest.fixture
def world(site: Site) -> World:
    return World(site)


def wire_of(fact: AnyFact) -> bytes:
    return FACT.encode(fact)


async def test_a_run_goes_from_announcement_to_stored(world: World) -> None:
    announced = run_fact()
    await world.hear(wire_of(announced))
    (first,) = world.items()
    assert first.grant is not None
    assert first.grant.url.startswith("/media/put/yard/gate/yard/2026/03/01/motion/")
    uploaded = announced.model_copy(update={"id": uuid7(), "rev": 2, "state": "uploaded"})
    await world.hear(wire_of(uploaded))
    assert world.items()[1] == AckItem(fact=uploaded.id, outcome="accepted")
    assert world.ingest.uploaded.is_set()
    await world.confirm.confirm_once()
    again = world.items()[2]
    assert again.grant is not None
    assert (again.fact, again.stored) == (uploaded.id, False)
    key = again.grant.url.removeprefix("/media/put/").partition("?")[0]
    world.objects.held[key] = (b"x" * 1000, "b" * 32)
    third = uploaded.model_copy(update={"id": uuid7(), "rev": 3})
    await world.hear(wire_of(third))
    assert await world.confirm.confirm_once() == 1
    assert world.items()[-1] == AckItem(fact=third.id, outcome="accepted", stored=True)
    assert await world.confirm.confirm_once() == 0
    await world.hear(wire_of(third))
    assert world.items()[-1] == AckItem(fact=third.id, outcome="duplicate", stored=True)


async def test_a_wrong_object_is_not_taken_for_the_run_and_makes_way_for_it(world: World) -> None:
    fact = run_fact(state="uploaded")
    await world.hear(wire_of(fact))
    (run,) = await world.site.runs.runs_to_check(1)
    world.objects.held[run.key] = (b"x" * 1000, "f" * 32)
    world.objects.kept = True
    await world.confirm.confirm_once()
    assert len(world.items()) == 1, "no leave to put what the store would refuse"
    world.objects.kept = False
    world.site.clock.at_ms += 5_000
    await world.confirm.confirm_once()
    assert [item.stored for item in world.items()] == [False, False]
    assert world.items()[1].grant is not None
    assert world.objects.held == {}


async def test_what_the_second_look_misses_is_asked_for_again(world: World) -> None:
    await world.hear(wire_of(run_fact(state="uploaded")))
    (run,) = await world.site.runs.runs_to_check(1)
    world.objects.held[run.key] = (b"x" * 1000, "b" * 32)
    await world.confirm.confirm_once()
    world.objects.held.clear()
    world.site.clock.at_ms += 600_000
    await world.confirm.confirm_once()
    assert world.items()[-1].grant is not None
    (row,) = await rows(world.site.database, RunRow)
    assert (row.state, row.stored_ms) == ("announced", None)


async def test_a_hanging_store_holds_no_fact(world: World) -> None:
    world.objects.hang = asyncio.Event()
    await world.hear(wire_of(run_fact(state="uploaded")))
    looking = asyncio.create_task(world.confirm.confirm_once())
    await asyncio.sleep(0.01)
    await world.hear(wire_of(event_fact()))
    assert len(world.items()) == 2
    assert not looking.done()
    world.objects.hang.set()
    await looking


async def test_a_store_that_is_away_is_asked_later(world: World) -> None:
    await world.hear(wire_of(run_fact(state="uploaded")))
    world.objects.down = True
    assert await world.confirm.confirm_once() == 1
    assert await world.confirm.confirm_once() == 0
    world.site.clock.at_ms += 5_000
    assert await world.confirm.confirm_once() == 1
    await world.hear(wire_of(run_fact()))
    assert len(world.items()) == 1, "no leave to give: the node announces again"


async def test_an_event_rings_for_workers_and_viewers(world: World) -> None:
    await world.hear(wire_of(event_fact()))
    assert set(world.bells.rung) == {"jobs", "feed"}


async def test_lost_acknowledgements_are_given_again(world: World) -> None:
    fact = event_fact()
    world.wire.down = True
    await world.hear(wire_of(fact))
    assert world.items() == []
    world.wire.down = False
    await world.hear(wire_of(fact))
    assert world.items() == [AckItem(fact=fact.id, outcome="duplicate")]


async def test_a_newer_schema_is_kept_and_acknowledged(world: World) -> None:
    new = {"schema": "cctv.fact.smell.v2", "id": uuid7(), "smell": "smoke"}
    await world.hear(json.dumps(new).encode())
    (item,) = world.items()
    assert (item.fact, item.outcome) == (new["id"], "parked")
    (row,) = await rows(world.site.database, RawFactRow)
    assert json.loads(row.payload) == new


async def test_nobody_speaks_on_anothers_topic(world: World) -> None:
    await world.hear(wire_of(event_fact()), topic=FACT.topic(node="roof"))
    await world.ingest.hear_status(STATUS.topic(node="roof"), STATUS.encode(node_status("gate.yard")))
    await world.ingest.hear_health(HEALTH.topic(node="roof"), HEALTH.encode(node_health()))
    await world.settle()
    assert world.items() == []
    assert await world.site.queries.cameras() == []


async def test_status_and_health_reach_the_rows(world: World) -> None:
    await world.ingest.hear_status(STATUS.topic(node="gate"), STATUS.encode(node_status("gate.yard")))
    await world.ingest.hear_health(HEALTH.topic(node="gate"), HEALTH.encode(node_health()))
    await world.ingest.hear_health(HEALTH.topic(node="gate"), b'{"uptime_s": NaN}')
    await world.settle()
    assert [camera["state"] for camera in await world.site.queries.cameras()] == ["live"]
    (node,) = await world.site.queries.nodes()
    assert node["health"]["uptime_s"] == 5


async def test_the_last_word_on_the_controller_is_online(world: World) -> None:
    world.ingest.listen()
    assert [topic for topic, _ in world.wire.handlers] == [
        FACT.filter(),
        STATUS.filter(),
        HEALTH.filter(),
        CONTROLLER_STATUS.filter(),
    ]
    await world.ingest.announce()
    offline = ControllerStatus(id=uuid7(), at=AT, state="offline")
    await world.ingest.hear_controller(CONTROLLER_STATUS.topic(), CONTROLLER_STATUS.encode(offline))
    await world.ingest.leave()
    assert [status.state for status in world.wire.of(ControllerStatus)] == ["online", "online", "offline"]
    await world.ingest.hear_controller(CONTROLLER_STATUS.topic(), CONTROLLER_STATUS.encode(offline))
    assert world.wire.of(ControllerStatus)[-1].state == "offline", "who leaves does not contradict itself"


class Flaky:
    """A fact store that is away for the first calls."""

    def __init__(self, behind: SqlFactStore, away: int) -> None:
        self.behind, self.away = behind, away

    async def save_facts(self, batch: Sequence[Received]) -> tuple[Taken, ...]:
        self.away -= 1
        if self.away >= 0:
            raise Transient("database: locked")
        return await self.behind.save_facts(batch)

    async def save_status(self, status: object) -> None:
        raise NotImplementedError

    async def save_health(self, health: object) -> None:
        raise NotImplementedError


async def test_a_locked_database_delays_and_loses_nothing(site: Site) -> None:
    world = World(site)
    world.ingest = Ingest(Flaky(site.facts, 4), world.objects, world.wire, world.bells, site.clock, version="1")
    facts = [event_fact(camera=f"gate.c{n}") for n in range(25)]
    await world.hear(*map(wire_of, facts))
    assert {item.fact for item in world.items()} == {fact.id for fact in facts}


async def rows(database: Database, table: type) -> list[Any]:
    async with database.reading() as session:
        return list((await session.scalars(select(table))).all())


@st.composite
def stories(draw: st.DrawFn) -> list[bytes]:
    """Events told in growing revisions, then shuffled, repeated, and mixed with noise."""
    order = Random(draw(st.integers(0, 2**32)))
    told: list[bytes] = []
    for number in range(draw(st.integers(1, 3))):
        event, revisions = uuid7(), draw(st.integers(1, 4))
        for rev in range(1, revisions + 1):
            state = "closed" if rev == revisions and draw(st.booleans()) else "open"
            fact = event_fact(event=event, rev=rev, peak=rev / 10, state=state, camera=f"gate.c{number}")
            told += [wire_of(fact)] * draw(st.integers(1, 3))
    told += draw(st.lists(st.binary(max_size=40), max_size=4))
    cut = draw(st.sampled_from(told))
    told.append(cut[: len(cut) // 2])
    order.shuffle(told)
    return told


@given(told=stories())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_order_any_repetition_any_noise(told: list[bytes], tmp_path: Path) -> None:
    asyncio.run(tell(told, tmp_path / f"{uuid7()}.sqlite3"))


async def tell(told: list[bytes], file: Path) -> None:
    database, clock = Database(f"sqlite:///{file}"), HandClock()
    await make_tables(database)
    await PeopleStore(database, clock).prepare_site(SITE)
    facts = SqlFactStore(database, clock, SiteId("yard"))
    judging, runs = SqlJudgingStore(database, clock, SITE, uuid7), SqlRunStore(database, clock, SITE)
    world = World(Site(database, clock, facts, judging, runs, None))  # type: ignore[arg-type]
    await world.hear(*told)
    largest: dict[str, tuple[int, str]] = {}
    ids: set[str] = set()
    for payload in told:
        try:
            document = json.loads(payload)
            ids.add(document["id"])
            best = max(largest.get(document["event"], (0, "")), (document["rev"], document["state"]))
            largest[document["event"]] = best
        except (ValueError, TypeError, KeyError):
            continue
    kept = {row.id: (row.rev, row.state) for row in await rows(database, EventRow)}
    assert kept == largest
    assert {item.fact for item in world.items()} == ids
    assert len(await rows(database, JobRow)) == len(largest)
    await database.close()


@given(payload=st.binary(max_size=200) | st.text(max_size=100).map(str.encode), level=st.text(max_size=10))
@settings(max_examples=80, deadline=None)
def test_no_payload_ends_the_listener(payload: bytes, level: str) -> None:
    async def hear() -> None:
        ingest = Ingest(None, None, None, None, HandClock(T0), version="1")  # type: ignore[arg-type]
        for topic in (TOPIC, STATUS.topic(node="gate"), f"cctv/v1/{level}", level):
            await ingest.hear_fact(topic, payload)
            await ingest.hear_status(topic, payload)
            await ingest.hear_health(topic, payload)
            await ingest.hear_controller(topic, payload)

    asyncio.run(hear())


def test_acknowledgements_fit_their_channel() -> None:
    ack = Ack(id=uuid7(), at=AT, items=(AckItem(fact=uuid7(), outcome="parked", reason="x" * 300),) * 10)
    assert ACK.decode(ACK.encode(ack)) == ack
