"""Tampering becomes facts: one for each change, durable, also across a full disk and a restart."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import numpy as np

from edge_agent.core.media import LumaFrame
from edge_agent.core.tamper import TamperRules
from edge_agent.flows.supervise import supervise
from edge_agent.flows.watch_tamper import TamperWatching
from shared.messages import TamperFact
from tests.fakes.node import FakeNode


def watching(node: FakeNode, rules: TamperRules | None = None) -> TamperWatching:
    return TamperWatching(node.feed.camera, rules or TamperRules(), node.facts, node.outbox)


def show(flow: TamperWatching, begin_s: int, end_s: int, grey: int) -> None:
    """A noisy plain picture, ten frames a second."""
    grain = np.random.default_rng(4).integers(-2, 3, (5, 144, 256))
    for number in range(begin_s * 10, end_s * 10):
        flow.offer(LumaFrame(number * 100, (grain[number % 5] + grey).astype(np.uint8)))


def told(node: FakeNode) -> list[TamperFact]:
    return [fact for fact in node.outbox.facts.values() if isinstance(fact, TamperFact)]


@asynccontextmanager
async def running(node: FakeNode, flow: TamperWatching) -> AsyncIterator[None]:
    task = asyncio.create_task(supervise("tamper", flow.run, node.clock))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.005)


async def test_a_lens_cap_is_told_once_when_it_comes_and_once_when_it_goes() -> None:
    node = FakeNode()
    flow = watching(node)
    async with running(node, flow):
        show(flow, 0, 30, grey=18)
        await until(lambda: len(told(node)) == 1)
        assert flow.trouble == "black"
        show(flow, 30, 60, grey=120)
        await until(lambda: len(told(node)) == 2)
        assert flow.trouble == ""
    begun, ended = told(node)
    assert (begun.camera, begun.kind, begun.rev, begun.end_ms) == ("n1.gate", "black", 1, None)
    assert (ended.tamper, ended.kind, ended.rev) == (begun.tamper, "black", 2)
    assert begun.start_ms == ended.start_ms <= 2_500
    assert ended.end_ms is not None
    assert 30_000 <= ended.end_ms <= 34_000
    assert begun.id != ended.id


async def test_switched_off_it_tells_nothing() -> None:
    node = FakeNode()
    flow = watching(node, TamperRules(kinds=frozenset()))
    async with running(node, flow):
        show(flow, 0, 30, grey=18)
        await asyncio.sleep(0.05)
    assert told(node) == []


async def test_a_disk_that_takes_nothing_for_a_while_loses_no_change() -> None:
    node = FakeNode()
    flow = watching(node)
    async with running(node, flow):
        node.outbox.full = True
        show(flow, 0, 30, grey=18)
        show(flow, 30, 60, grey=120)
        await asyncio.sleep(0.05)
        assert told(node) == []
        node.outbox.full = False
        await until(lambda: [fact.rev for fact in told(node)] == [1, 2])


async def test_what_a_dead_agent_left_open_is_closed_by_the_next_once() -> None:
    node = FakeNode()
    flow = watching(node)
    async with running(node, flow):
        show(flow, 0, 30, grey=18)
        await until(lambda: len(told(node)) == 1)
    async with running(node, watching(node)):
        await until(lambda: len(told(node)) == 2)
    async with running(node, watching(node)):
        await asyncio.sleep(0.05)
    begun, ended = told(node)
    assert (ended.tamper, ended.rev) == (begun.tamper, 2)
    assert ended.end_ms is not None
