"""Publishing: facts go out while somebody listens, again until acknowledged, and only ours count."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from edge_agent.core.ledger_minutes import Entry
from edge_agent.core.recorder import Event
from shared.ids import CameraId, EventId
from shared.ledger import FIRST_PREVIOUS
from shared.messages import EventFact
from shared.mint import uuid7
from tests.fakes.node import FakeNode


@asynccontextmanager
async def publishing(node: FakeNode) -> AsyncIterator[None]:
    task = asyncio.create_task(node.publishing.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.005)


async def keep(node: FakeNode) -> EventFact:
    running = Event(EventId(uuid7()), 5_000, 5_000, 1_000, 0.5, None, 5_000, 0.5)
    fact = node.facts.opened(CameraId("n1.gate"), running, "motion", 1)
    await node.facts.keep([fact])
    return fact


async def test_the_node_is_silent_until_the_controller_is_online() -> None:
    node = FakeNode()
    async with publishing(node):
        fact = await keep(node)
        await asyncio.sleep(0.05)
        assert node.wire.sent == []
        await node.online()
        await until(lambda: node.wire.of("event") == [fact])
        assert node.wire.of("fact") == [fact]
        await node.online("offline")
        await keep(node)
        await asyncio.sleep(0.05)
        assert node.wire.of("fact") == [fact]


async def test_a_fact_is_sent_again_until_it_is_acknowledged() -> None:
    node = FakeNode()
    await node.online()
    async with publishing(node):
        fact = await keep(node)
        await until(lambda: len(node.wire.of("fact")) == 1)
        node.clock.now_ms += 7_000
        await until(lambda: len(node.wire.of("fact")) == 2)
        await node.ack(fact.id)
        node.clock.now_ms += 100_000
        node.facts.fresh.set()
        await asyncio.sleep(0.05)
        assert len(node.wire.of("fact")) == 2
    assert node.outbox.is_acknowledged(fact.id)


async def test_the_acknowledgement_of_another_node_counts_nothing() -> None:
    node = FakeNode()
    fact = await keep(node)
    await node.ack(fact.id, node="n2")
    assert not node.outbox.is_acknowledged(fact.id)
    await node.ack(uuid7())


async def test_a_controller_that_comes_back_gets_everything_that_waits_at_once() -> None:
    node = FakeNode()
    await node.online()
    async with publishing(node):
        fact = await keep(node)
        await until(lambda: len(node.wire.of("fact")) == 1)
        await node.publishing.connected()
        await node.online()
        await until(lambda: node.wire.of("fact") == [fact, fact])


async def test_a_fact_that_is_parked_or_rejected_is_not_sent_for_ever() -> None:
    node = FakeNode()
    for outcome in ("parked", "rejected"):
        fact = await keep(node)
        await node.ack(fact.id, outcome=outcome)
        assert node.outbox.is_acknowledged(fact.id)


async def test_ledger_entries_wait_for_the_controllers_word_on_what_it_has() -> None:
    node = FakeNode()
    entry = node.facts.ledger(CameraId("n1.gate"), Entry(60_000, (), (), 120_000), uuid7(), FIRST_PREVIOUS)
    await node.online()
    async with publishing(node):
        await node.facts.keep([entry])
        fact = await keep(node)
        await until(lambda: node.wire.of("fact") == [fact])
        await asyncio.sleep(0.05)
        assert node.wire.of("fact") == [fact]
        node.publishing.greeted()
        await until(lambda: node.wire.of("fact") == [fact, entry])


async def test_a_controller_that_never_says_what_it_has_gets_the_ledger_a_little_later() -> None:
    node = FakeNode()
    entry = node.facts.ledger(CameraId("n1.gate"), Entry(60_000, (), (), 120_000), uuid7(), FIRST_PREVIOUS)
    await node.online()
    await node.facts.keep([entry])
    async with publishing(node):
        await asyncio.sleep(0.05)
        assert node.wire.of("fact") == []
        node.clock.now_ms += 15_000
        node.facts.fresh.set()
        await until(lambda: node.wire.of("fact") == [entry])


async def test_a_lost_connection_stops_nothing() -> None:
    node = FakeNode()
    await node.online()
    async with publishing(node):
        node.wire.connected = False
        fact = await keep(node)
        await asyncio.sleep(0.05)
        node.wire.connected = True
        await node.publishing.connected()
        await node.online()
        await until(lambda: node.wire.of("fact") == [fact])


async def test_a_session_in_which_no_fact_is_ever_acknowledged_is_left_for_another_ever_more_seldom() -> None:
    node = FakeNode()
    await node.online()
    async with publishing(node):
        fact = await keep(node)
        await until(lambda: len(node.wire.of("fact")) == 1)
        node.clock.now_ms += 119_000
        await until(lambda: len(node.wire.of("fact")) == 2)
        assert node.wire.renewals == 0
        for renewals, silence_ms in ((1, 2_000), (2, 240_000), (3, 480_000)):
            node.clock.now_ms += silence_ms
            await until(lambda wanted=renewals: node.wire.renewals == wanted)  # type: ignore[misc]
            await node.publishing.connected()
            await node.online()
            told = len(node.wire.of("fact"))
            await until(lambda before=told: len(node.wire.of("fact")) > before)  # type: ignore[misc]
        await node.ack(fact.id)
        fresh = await keep(node)
        await until(lambda: node.wire.of("fact")[-1] == fresh)
        node.clock.now_ms += 121_000  # the patience of the beginning
        await until(lambda: node.wire.renewals == 4)
