"""Delivery in order: what goes next, what waits for it, and what may overtake."""

import asyncio
from collections.abc import Callable

from edge_agent.core.schedule import Schedule, TransferPlan, Window
from shared.errors import Transient
from shared.ids import EventId
from shared.mint import uuid7
from tests.fakes.node import FakeNode
from tests.unit.edge_agent.flows.test_deliver import announce, delivering, last, until

FROM_TEN_TO_TWO = TransferPlan(Schedule((Window(frozenset(range(7)), 110, 240),)))  # the fake clock begins at 01:46


async def test_after_a_restart_grants_are_asked_for_as_they_are_needed_oldest_first() -> None:
    node = FakeNode()
    facts = [await announce(node, start_ms, "continuous") for start_ms in range(0, 80_000, 2000)]
    for fact in facts:
        await node.ack(fact.id)
    node.begin()
    async with delivering(node):
        asked: Callable[[], list[int]] = lambda: sorted(f.start_ms for f in node.runs() if f.rev == 2)  # noqa: E731
        await until(lambda: len(asked()) >= 16)
        await asyncio.sleep(0.05)
        assert asked() == list(range(0, 32_000, 2000))
        for fact in facts:
            await until(lambda run=fact.run: last(node, run).rev >= 2)  # type: ignore[misc]
            await node.ack(last(node, fact.run).id, grant=True)
        await until(lambda: len(node.uplink.objects) == 40)
    bodies = [int(body.split(b"-")[0]) for body in node.uplink.objects.values()]
    assert bodies == sorted(bodies)


async def test_nothing_overtakes_what_waits_for_its_grant_or_its_next_try_but_not_for_ever() -> None:
    node = FakeNode()
    node.uplink.faults.append(Transient("store: away"))
    async with delivering(node):
        facts = [await announce(node, start_ms, "continuous") for start_ms in (0, 2000, 4000)]
        await node.ack(facts[1].id, grant=True)
        await asyncio.sleep(0.05)
        assert node.uplink.puts == []  # the first has no answer yet
        await node.ack(facts[0].id, grant=True)
        await until(lambda: len(node.uplink.puts) == 1)
        await asyncio.sleep(0.05)
        assert node.uplink.puts == [f"/put/{facts[0].id}"]  # it failed, and is tried again before the second
        node.clock.now_ms += 2_000
        await until(lambda: len(node.uplink.objects) == 2)
        late = await announce(node, 6000, "continuous")
        await node.ack(late.id, grant=True)
        await asyncio.sleep(0.05)
        assert len(node.uplink.objects) == 2
        node.clock.now_ms += 21_000
        await until(lambda: len(node.uplink.objects) == 3)
    assert [url.rsplit("/", 1)[1] for url in node.uplink.objects] == [facts[0].id, facts[1].id, late.id]


async def test_a_store_that_is_back_is_asked_at_once_and_gets_the_oldest_first() -> None:
    node = FakeNode()
    async with delivering(node):
        facts = [await announce(node, start_ms, "continuous") for start_ms in range(0, 12_000, 2000)]
        for fact in facts:
            await node.ack(fact.id)  # no grant: the store is away
        for _ in range(6):
            node.clock.now_ms += 60_000
            await asyncio.sleep(0.02)
        fresh = await announce(node, 12_000, "continuous")
        await node.ack(fresh.id, grant=True)
        for fact in facts:
            await until(lambda run=fact.run: last(node, run).id not in node.outbox.acknowledged_at)  # type: ignore[misc]
            await node.ack(last(node, fact.run).id, grant=True)
        await until(lambda: len(node.uplink.objects) == 7)
    starts = [int(body.split(b"-")[0]) for body in node.uplink.objects.values()]
    assert starts == sorted(starts)


async def test_a_run_that_the_store_never_takes_does_not_keep_the_others_waiting_for_ever() -> None:
    node = FakeNode()
    async with delivering(node):
        facts = [await announce(node, start_ms, "continuous") for start_ms in (0, 2000)]
        node.uplink.fails = {f"/put/{facts[0].id}"}
        for fact in facts:
            await node.ack(fact.id, grant=True)
        for tries in range(1, 7):
            await until(lambda: node.uplink.puts.count(f"/put/{facts[0].id}") == tries)  # noqa: B023 - awaited here
            node.clock.now_ms += 75_000
            await node.nudge()
        await until(lambda: f"/put/{facts[1].id}" in node.uplink.objects)


async def test_many_grants_for_what_comes_later_keep_nobody_from_asking_for_what_is_next() -> None:
    node = FakeNode()
    early = [await announce(node, start_ms, "continuous") for start_ms in (0, 2000)]
    for fact in early:
        await node.ack(fact.id)
    for start_ms in range(4000, 64_000, 2000):
        await node.ack((await announce(node, start_ms, "continuous")).id, grant=True)
    node.begin()
    for fact in node.runs()[2:]:
        await node.ack(fact.id, grant=True)
    async with delivering(node):
        for fact in early:
            await until(lambda run=fact.run: last(node, run).rev == 2)  # type: ignore[misc]
            await node.ack(last(node, fact.run).id, grant=True)
        await until(lambda: len(node.uplink.objects) == 32)
    starts = [int(body.split(b"-")[0]) for body in node.uplink.objects.values()]
    assert starts == sorted(starts)


async def test_a_running_event_s_newest_footage_is_sent_first() -> None:
    node = FakeNode()
    event = EventId(uuid7())
    node.uplink.gate.clear()
    async with delivering(node):
        busy = await announce(node, 100_000)
        await node.ack(busy.id, grant=True)
        await until(lambda: len(node.uplink.puts) == 1)
        node.delivery.event_runs(event, running=True)
        facts = [await announce(node, start_ms, event=event) for start_ms in (0, 2000, 4000)]
        for fact in facts:
            await node.ack(fact.id, grant=True)
        node.uplink.gate.set()
        await until(lambda: len(node.uplink.objects) == 4)
    assert node.uplink.puts[1:] == [f"/put/{fact.id}" for fact in reversed(facts)]


async def test_outside_its_window_only_promoted_footage_is_sent() -> None:
    node = FakeNode(plan=FROM_TEN_TO_TWO)
    async with delivering(node):
        waits = await announce(node, 0, "continuous")
        await node.ack(waits.id, grant=True)
        urgent = await announce(node, 4000, "promoted")
        await node.ack(urgent.id, grant=True)
        await until(lambda: last(node, urgent.run).state == "uploaded")
        assert list(node.uplink.objects) == [f"/put/{urgent.id}"]
        node.clock.now_ms += 5 * 60_000  # past ten to two, and the grant is still good
        await node.nudge()
        await until(lambda: last(node, waits.run).state == "uploaded")


async def test_a_grant_that_grew_old_while_it_waited_is_not_tried_but_asked_for_again() -> None:
    node = FakeNode(plan=FROM_TEN_TO_TWO)
    node.clock.now_ms -= 60 * 60_000
    async with delivering(node):
        first = await announce(node, 0, "continuous")
        await node.ack(first.id, grant=True)
        node.clock.now_ms += 20 * 60_000
        await node.nudge()
        await asyncio.sleep(0.05)
        assert last(node, first.run).rev == 1  # nothing to ask for outside the window
        node.clock.now_ms += 60 * 60_000
        await node.nudge()
        await until(lambda: last(node, first.run).rev == 2)
        assert node.uplink.puts == []
        await node.ack(last(node, first.run).id, grant=True)
        await until(lambda: last(node, first.run).state == "uploaded")
