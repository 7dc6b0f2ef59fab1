"""Wear is counted from what recorders say, and is not forgotten by a restart."""

import asyncio
from collections.abc import Mapping, Sequence

from edge_agent.core.wear import from_text
from edge_agent.flows.count_wear import WearCounting
from edge_agent.ports import AnyFact
from tests.fakes.edge import MemoryOutbox
from tests.fakes.node import FakeNode


async def count(node: FakeNode, flow: WearCounting, *, until_ms: int) -> None:
    task = asyncio.create_task(flow.run())
    async with asyncio.timeout(10):
        while node.clock.now_ms < until_ms:
            await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_what_is_written_counts_once_and_across_restarts() -> None:
    node = FakeNode()
    began_ms = node.clock.now_ms
    flow = WearCounting((node.feed,), node.outbox, node.facts)
    node.feed.written_bytes = 1_000
    await count(node, flow, until_ms=began_ms + 60_000)
    assert flow.wear.day_bytes(node.clock.now_ms) == 1_000
    node.feed.written_bytes = 50  # another agent's life
    again = WearCounting((node.feed,), node.outbox, node.facts)
    await count(node, again, until_ms=began_ms + 120_000)
    assert again.wear.total_bytes == 1_050


async def test_keeping_it_costs_a_row_each_ten_minutes() -> None:
    node = FakeNode()
    kept: list[str] = []

    class Counted(MemoryOutbox):
        def put(self, facts: Sequence[AnyFact], notes: Mapping[str, str] | None = None) -> None:
            kept.extend(notes or {})
            super().put(facts, notes)

    node.feed.written_bytes = 1_000
    await count(node, WearCounting((node.feed,), Counted(), node.facts), until_ms=node.clock.now_ms + 3_600_000)
    assert kept == ["wear"] * len(kept)
    assert 5 <= len(kept) <= 8


async def test_a_full_disk_costs_the_count_and_nothing_else() -> None:
    node = FakeNode()
    flow = WearCounting((node.feed,), node.outbox, node.facts)
    node.feed.written_bytes = 7
    node.outbox.full = True
    await count(node, flow, until_ms=node.clock.now_ms + 20_000)
    assert flow.wear.total_bytes == 7
    assert from_text(node.outbox.recall("wear")).total_bytes == 0
