"""Delivery: every run reaches the store once, whatever fails on the way."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from edge_agent.core.upload_policy import Upload
from edge_agent.flows.supervise import supervise
from shared.errors import Rejected, Transient
from shared.ids import EventId, FactId, RunId
from shared.kinds import MediaClass
from shared.messages import RunFact
from shared.mint import uuid7
from tests.fakes.edge import segment
from tests.fakes.node import FakeNode


@asynccontextmanager
async def delivering(node: FakeNode) -> AsyncIterator[None]:
    task = asyncio.create_task(supervise("deliver", node.delivery.run, node.clock))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(true: Callable[[], bool]) -> None:
    """Let the flows work until something holds."""
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.005)


async def announce(
    node: FakeNode, start_ms: int = 0, media_class: MediaClass = "motion", event: EventId | None = None
) -> RunFact:
    part = node.ring.add(segment(start_ms=start_ms))
    node.ring.hold(part)
    upload = Upload(
        RunId(uuid7()), node.ring.describe([part]), media_class, media_class, event, "announced", 1, FactId(uuid7())
    )
    await node.delivery.announce(upload)
    return last(node, upload.id)


def last(node: FakeNode, run: str) -> RunFact:
    return max((fact for fact in node.runs() if fact.run == run), key=lambda fact: fact.rev)


async def test_a_run_is_announced_put_told_and_released() -> None:
    node = FakeNode()
    async with delivering(node):
        first = await announce(node)
        await node.ack(first.id, grant=True)
        await until(lambda: last(node, first.run).state == "uploaded")
        told = last(node, first.run)
        assert (told.rev, told.sha256, told.length_bytes) == (2, first.sha256, first.length_bytes)
        assert node.ring.held
        await node.ack(told.id)
        assert node.ring.held
        await node.ack(told.id, outcome="duplicate", stored=True)
    assert node.uplink.objects == {f"/put/{first.id}": b"0-m1.mp4"}
    assert node.ring.held == set()
    assert node.uploads.uploads[first.run].state == "stored"
    assert node.delivery.waiting() == (0, 0)


async def test_a_put_that_fails_is_tried_again() -> None:
    node = FakeNode()
    node.uplink.faults.extend([Transient("store: away"), Transient("store: away")])
    async with delivering(node):
        first = await announce(node)
        await node.ack(first.id, grant=True)
        await until(lambda: len(node.uplink.puts) == 1)
        for _ in range(2):
            node.clock.now_ms += 60_000
            tries = len(node.uplink.puts)
            await until(lambda tries=tries: len(node.uplink.puts) > tries)  # type: ignore[misc]
        await until(lambda: last(node, first.run).state == "uploaded")
    assert len(node.uplink.objects) == 1


async def test_a_grant_that_ran_out_is_asked_for_again() -> None:
    node = FakeNode()
    node.uplink.faults.append(Rejected("grant", "the store answered 403"))
    async with delivering(node):
        first = await announce(node)
        await node.ack(first.id, grant=True)
        await until(lambda: last(node, first.run).rev == 2)
        again = last(node, first.run)
        assert again.state == "announced"
        node.clock.now_ms += 60_000
        await node.ack(again.id, grant=True)
        await until(lambda: last(node, first.run).state == "uploaded")
    assert list(node.uplink.objects) == [f"/put/{again.id}"]


async def test_an_acknowledgement_without_grant_is_asked_about_later_not_at_once() -> None:
    node = FakeNode()
    async with delivering(node):
        first = await announce(node)
        await node.ack(first.id)
        await asyncio.sleep(0.05)
        assert last(node, first.run).rev == 1
        node.clock.now_ms += 60_000
        await until(lambda: last(node, first.run).rev == 2)


async def test_a_store_that_lost_the_run_gets_it_again() -> None:
    node = FakeNode()
    async with delivering(node):
        first = await announce(node)
        await node.ack(first.id, grant=True)
        await until(lambda: last(node, first.run).state == "uploaded")
        node.uplink.objects.clear()
        told = last(node, first.run)
        await node.ack(told.id, grant=True)
        await until(lambda: f"/put/{told.id}" in node.uplink.objects)
        await until(lambda: last(node, first.run).rev > told.rev)
        assert last(node, first.run).state == "uploaded"


async def test_footage_that_is_gone_is_told_as_lost() -> None:
    node = FakeNode()
    async with delivering(node):
        first = await announce(node)
        node.ring.gone.add("0-m1.mp4")
        await node.ack(first.id, grant=True)
        await until(lambda: last(node, first.run).state == "lost")
    assert "gone" in last(node, first.run).reason
    assert node.uploads.unfinished() == ()


async def test_a_better_class_does_not_wait_for_a_lower_one() -> None:
    node = FakeNode()
    node.uplink.gate.clear()
    async with delivering(node):
        slow = await announce(node, 0, "motion")
        await node.ack(slow.id, grant=True)
        await until(lambda: len(node.uplink.puts) == 1)
        other = await announce(node, 4000, "motion")
        await node.ack(other.id, grant=True)
        urgent = await announce(node, 2000, "promoted")
        await node.ack(urgent.id, grant=True)
        await until(lambda: len(node.uplink.puts) == 2)
        assert node.uplink.puts == [f"/put/{slow.id}", f"/put/{urgent.id}"]
        node.uplink.gate.set()
        await until(lambda: len(node.uplink.objects) == 3)


async def test_a_promoted_span_raises_what_waits_of_it() -> None:
    node = FakeNode()
    async with delivering(node):
        early = await announce(node, 0)
        later = await announce(node, 60_000)
        await node.delivery.raise_priority(node.feed.camera, 61_000, 65_000, "promoted")
    assert node.uploads.uploads[later.run].priority == "promoted"
    assert node.uploads.uploads[early.run].priority == "motion"


async def test_what_waits_is_taken_up_after_a_restart() -> None:
    node = FakeNode()
    async with delivering(node):
        first = await announce(node)
        await node.ack(first.id, grant=False)
        second = await announce(node, 4000)
        await node.ack(second.id, grant=True)
        await asyncio.sleep(0.05)
        node.clock.now_ms += 21_000
        await until(lambda: last(node, second.run).state == "uploaded")
    node.begin()
    async with delivering(node):
        await until(lambda: last(node, first.run).rev == 2)
        await node.ack(last(node, first.run).id, grant=True)
        await until(lambda: last(node, first.run).state == "uploaded")
        for run in (first.run, second.run):
            await node.ack(last(node, run).id, stored=True)
    assert {upload.state for upload in node.uploads.uploads.values()} == {"stored"}
    assert len(node.uplink.objects) == 2


async def test_what_waits_is_taken_up_once_the_disk_gives_it() -> None:
    node = FakeNode()
    async with delivering(node):
        first = await announce(node)
    node.begin()
    node.uploads.faults.append(Transient("database is locked"))
    with pytest.raises(Transient):
        await node.delivery.raise_priority(node.feed.camera, 0, None, "promoted")
    await node.delivery.raise_priority(node.feed.camera, 0, None, "promoted")
    assert node.uploads.uploads[first.run].priority == "promoted"
    assert node.delivery.waiting()[0] == 1


async def test_nobody_works_on_what_is_only_half_taken_up() -> None:
    node = FakeNode()
    async with delivering(node):
        first = await announce(node)
    node.begin()
    node.uploads.readable.clear()
    loading = asyncio.create_task(node.delivery.run())
    await asyncio.sleep(0)  # it has begun to read what waits
    promoting = asyncio.create_task(node.delivery.raise_priority(node.feed.camera, 0, None, "promoted"))
    await asyncio.sleep(0.05)
    node.uploads.readable.set()
    await promoting
    loading.cancel()
    await asyncio.gather(loading, return_exceptions=True)
    assert node.uploads.uploads[first.run].priority == "promoted"


async def test_over_its_budget_the_oldest_is_given_up_and_told_once_the_ring_has_let_it_go() -> None:
    node = FakeNode(budget_bytes=12)
    async with delivering(node):
        old = await announce(node, 0)
        new = await announce(node, 2000)
        await node.nudge()
        await asyncio.sleep(0.05)
        assert last(node, old.run).state == "announced"
        node.ring.evicted |= {"0-m1.mp4", "2000-m1.mp4"}
        await node.nudge()
        await until(lambda: last(node, old.run).state == "lost")
        assert last(node, new.run).state == "announced"
        await until(lambda: node.ring.held == {(node.feed.camera, "2000-m1.mp4")})


async def test_footage_that_the_disk_has_changed_is_told_as_lost_not_sent_for_ever() -> None:
    node = FakeNode()
    async with delivering(node):
        first = await announce(node)
        node.ring.bodies["0-m1.mp4"] = b"0-m1.mp5"
        node.uplink.refuses = {b"0-m1.mp5"}
        await node.ack(first.id, grant=True)
        await until(lambda: last(node, first.run).state == "lost")
    assert "not those that were recorded" in last(node, first.run).reason


async def test_over_its_budget_what_the_store_most_likely_has_goes_first_and_is_lost_only_if_it_has_not() -> None:
    node = FakeNode(budget_bytes=12)
    async with delivering(node):
        sent = await announce(node, 0)
        await node.ack(sent.id, grant=True)
        await until(lambda: last(node, sent.run).state == "uploaded")
        kept = await announce(node, 2000)
        node.ring.evicted |= {"0-m1.mp4", "2000-m1.mp4"}
        await node.nudge()
        await until(lambda: node.ring.held == {(node.feed.camera, "2000-m1.mp4")})
        assert (last(node, sent.run).state, last(node, kept.run).state) == ("uploaded", "announced")
        await node.ack(last(node, sent.run).id, grant=True)
        await until(lambda: last(node, sent.run).state == "lost")


async def test_a_disk_that_takes_nothing_for_a_while_loses_no_upload() -> None:
    node = FakeNode()
    async with delivering(node):
        first = await announce(node)
        node.outbox.full = True
        await node.ack(first.id, grant=True)
        await until(lambda: len(node.uplink.objects) == 1)
        node.outbox.full = False
        node.clock.now_ms += 600_000
        await until(lambda: last(node, first.run).rev > 1)


async def stored(node: FakeNode) -> RunFact:
    """A run that was delivered and forgotten."""
    first = await announce(node)
    await node.ack(first.id, grant=True)
    await until(lambda: last(node, first.run).state == "uploaded")
    await node.ack(last(node, first.run).id, stored=True)
    node.uplink.objects.clear()
    return last(node, first.run)


async def test_a_run_that_the_store_lost_later_is_sent_again_from_the_ring() -> None:
    node = FakeNode()
    async with delivering(node):
        told = await stored(node)
        await node.ack(told.id, grant=True)
        await until(lambda: last(node, told.run).rev > told.rev)
    assert last(node, told.run).state == "uploaded"
    assert len(node.uplink.objects) == 1
    assert node.ring.held


async def test_a_run_that_the_store_lost_and_the_ring_too_is_told_as_lost() -> None:
    node = FakeNode()
    async with delivering(node):
        told = await stored(node)
        node.ring.gone.add("0-m1.mp4")
        await node.ack(told.id, grant=True)
        await until(lambda: last(node, told.run).rev > told.rev)
    assert last(node, told.run).state == "lost"
