"""The ledger: one chained entry per minute, across restarts, with every gap named."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from copy import deepcopy

import numpy as np
import pytest

from edge_agent.core.ledger_minutes import MINUTE_MS
from edge_agent.core.motion_heat import MotionHeat
from edge_agent.flows.keep_ledger import LedgerKeeping
from shared.errors import Transient
from shared.ledger import FIRST_PREVIOUS, entry_hash
from shared.ledger_signature import fits
from shared.messages import LedgerFact
from shared.motion_grid import unpack
from shared.orders import LedgerHead
from tests.fakes.edge import segment
from tests.fakes.node import PUBLIC_PEM, FakeNode

ZERO_MS = 1_000_000_020_000  # a minute's beginning


def node_at(now_ms: int) -> FakeNode:
    node = FakeNode()
    node.clock.now_ms = now_ms
    return node


@asynccontextmanager
async def keeping(node: FakeNode) -> AsyncIterator[LedgerKeeping]:
    """The fake clock runs by itself: each look takes a second of it."""
    flow = LedgerKeeping(node.feed, node.ring, node.outbox, node.facts)
    task = asyncio.create_task(flow.run())
    try:
        yield flow
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0)


def entries(node: FakeNode) -> list[LedgerFact]:
    return [fact for fact in node.outbox.facts.values() if isinstance(fact, LedgerFact)]


def record(node: FakeNode, start_ms: int, seconds: int) -> None:
    for offset_s in range(0, seconds, 10):
        node.ring.add(segment(start_ms=start_ms + offset_s * 1000, length_ms=10_000))


async def test_entries_are_chained_and_hashed() -> None:
    node = node_at(ZERO_MS)
    record(node, ZERO_MS, 120)
    async with keeping(node):
        await until(lambda: len(entries(node)) == 2)
    first, second = entries(node)
    assert (first.minute_ms, second.minute_ms) == (ZERO_MS, ZERO_MS + MINUTE_MS)
    assert [len(entry.segments) for entry in (first, second)] == [6, 6]
    assert first.gaps == second.gaps == ()
    assert first.previous == FIRST_PREVIOUS
    assert (second.previous, second.chain) == (first.entry, first.chain)
    again = entry_hash("n1.gate", first.minute_ms, first.chain, first.previous, first.segments, first.gaps)
    assert again == first.entry
    assert [fits(one.signature or "", one.entry, PUBLIC_PEM) for one in (first, second)] == [True, True]


async def test_a_restart_goes_on_with_the_chain_and_calls_the_time_between_agent_down() -> None:
    node = node_at(ZERO_MS)
    record(node, ZERO_MS, 60)
    async with keeping(node):
        await until(lambda: len(entries(node)) == 1)
    back_ms = ZERO_MS + 10 * MINUTE_MS
    node.clock.now_ms = back_ms
    record(node, back_ms, 120)
    async with keeping(node):
        await until(lambda: len(entries(node)) == 3)
    first, second, third = entries(node)
    assert [entry.previous for entry in (second, third)] == [first.entry, second.entry]
    assert (second.minute_ms, third.minute_ms) == (back_ms - MINUTE_MS, back_ms)
    assert [(gap.start_ms, gap.end_ms, gap.cause) for gap in second.gaps] == [
        (ZERO_MS + MINUTE_MS, back_ms, "agent down")
    ]
    assert (len(third.segments), third.gaps) == (6, ())


async def test_a_camera_that_stalls_is_named() -> None:
    node = node_at(ZERO_MS)
    node.feed.state = "stalled"
    async with keeping(node):
        await until(lambda: len(entries(node)) == 1)
    (entry,) = entries(node)
    assert [gap.cause for gap in entry.gaps][-1] == "camera stalled"
    assert entry.gaps[-1].end_ms == ZERO_MS + MINUTE_MS


async def test_time_without_a_wish_to_record_is_named_from_where_it_ended() -> None:
    node = node_at(ZERO_MS)
    record(node, ZERO_MS, 20)
    async with keeping(node):
        await until(lambda: node.clock.now_ms >= ZERO_MS + 21_000)
        node.feed.recording = False
        await until(lambda: len(entries(node)) == 1)
    assert [(gap.start_ms, gap.end_ms, gap.cause) for gap in entries(node)[0].gaps] == [
        (ZERO_MS + 20_000, ZERO_MS + MINUTE_MS, "recording off")
    ]


async def test_a_clock_that_jumped_back_starts_a_new_chain() -> None:
    node = node_at(ZERO_MS + 100 * MINUTE_MS)
    async with keeping(node):
        await until(lambda: len(entries(node)) == 1)
    node.clock.now_ms = ZERO_MS
    async with keeping(node):
        await until(lambda: len(entries(node)) == 2)
    first, second = entries(node)
    assert second.chain != first.chain
    assert second.previous == FIRST_PREVIOUS


def head_of(entry: LedgerFact) -> LedgerHead:
    """What a controller tells that has everything up to this entry."""
    return LedgerHead(
        camera=entry.camera,
        chain=entry.chain,
        minute_ms=entry.minute_ms,
        entry=entry.entry,
        covered_to_ms=entry.minute_ms + MINUTE_MS,
    )


async def minutes(node: FakeNode, count: int) -> list[LedgerFact]:
    """Run until the ledger has so many entries more."""
    wanted = len(entries(node)) + count
    record(node, node.clock.now_ms - node.clock.now_ms % MINUTE_MS, 60 * count + 60)
    async with keeping(node):
        await until(lambda: len(entries(node)) >= wanted)
    return entries(node)


async def test_a_node_that_is_level_or_ahead_of_the_controller_goes_on_with_its_chain() -> None:
    node = node_at(ZERO_MS)
    first, second, third = await minutes(node, 3)
    async with keeping(node) as flow:
        for entry in (third, second, first):
            assert not await flow.greeted(head_of(entry))
        await until(lambda: len(entries(node)) == 4)
    assert {entry.chain for entry in entries(node)} == {first.chain}
    assert [entry.restored for entry in entries(node)] == [False] * 4


async def test_a_controller_that_lost_what_it_had_acknowledged_is_told_again() -> None:
    node = node_at(ZERO_MS)
    first, second, third = await minutes(node, 3)
    for entry in (first, second):
        node.outbox.acknowledged(entry.id, node.clock.now_ms)
    async with keeping(node) as flow:
        await flow.greeted(head_of(second))
        assert set(node.outbox.acknowledged_at) == {first.id, second.id}
        await flow.greeted(head_of(first))
    assert second.id not in node.outbox.acknowledged_at
    assert {fact.id for fact in node.outbox.due(0, 64)} >= {second.id, third.id}


async def test_a_node_put_back_to_an_older_copy_goes_on_after_what_the_controller_has() -> None:
    node = node_at(ZERO_MS)
    await minutes(node, 1)
    copy = deepcopy((node.outbox.facts, node.outbox.notes))
    lost = (await minutes(node, 4))[-1]
    node.outbox.facts, node.outbox.notes = copy
    async with keeping(node) as flow:
        assert await flow.greeted(head_of(lost))
        assert not await flow.greeted(head_of(lost)), "once is enough"
        await until(lambda: any(entry.restored for entry in entries(node)))
    told = [entry for entry in entries(node) if entry.chain != lost.chain]
    assert (told[0].previous, told[0].restored) == (FIRST_PREVIOUS, True)
    assert all(entry.minute_ms > lost.minute_ms for entry in told)


async def test_what_a_restored_node_wrote_before_it_knew_moves_into_the_new_chain() -> None:
    node = node_at(ZERO_MS)
    (first,) = await minutes(node, 1)
    copy = deepcopy((node.outbox.facts, node.outbox.notes, node.ring.segments))
    lost = (await minutes(node, 2))[-1]
    node.outbox.facts, node.outbox.notes, node.ring.segments = copy
    node.clock.now_ms += 2 * MINUTE_MS
    node.feed.state = "stalled"
    wrote = [entry for entry in (await minutes(node, 3)) if entry is not first]
    kept = [entry for entry in wrote if entry.minute_ms > lost.minute_ms]
    assert kept
    async with keeping(node) as flow:
        assert await flow.greeted(head_of(lost))
        now = [entry for entry in entries(node) if entry.chain != lost.chain]
    assert [(entry.minute_ms, entry.segments, entry.gaps) for entry in now] == [
        (entry.minute_ms, entry.segments, entry.gaps) for entry in kept
    ]
    assert [entry.previous for entry in now] == [FIRST_PREVIOUS, *(entry.entry for entry in now[:-1])]
    assert all(fits(entry.signature or "", entry.entry, PUBLIC_PEM) for entry in now)
    assert [entry.restored for entry in now] == [True] + [False] * (len(now) - 1)
    assert {entry.chain for entry in entries(node) if entry.id not in {one.id for one in now}} <= {first.chain}
    assert not [entry for entry in node.outbox.ledger_waiting(node.feed.camera) if entry.chain == first.chain]


async def test_a_head_from_the_future_of_this_nodes_clock_is_nobodys() -> None:
    node = node_at(ZERO_MS)
    (first,) = await minutes(node, 1)
    far = head_of(first).model_copy(update={"minute_ms": ZERO_MS + 10_000 * MINUTE_MS, "entry": "f" * 64})
    async with keeping(node) as flow:
        assert not await flow.greeted(far)


async def test_an_entry_says_what_of_it_is_due() -> None:
    node = node_at(ZERO_MS)
    record(node, ZERO_MS, 60)
    flow = LedgerKeeping(
        node.feed, node.ring, node.outbox, node.facts, due=lambda at_ms: "all" if at_ms == ZERO_MS else "asked"
    )
    task = asyncio.create_task(flow.run())
    await until(lambda: len(entries(node)) == 2)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert [entry.due for entry in entries(node)] == ["all", "asked"]


async def test_an_entry_that_could_not_be_kept_is_written_later_once() -> None:
    node = node_at(ZERO_MS)
    record(node, ZERO_MS, 120)
    node.outbox.full = True
    flow = LedgerKeeping(node.feed, node.ring, node.outbox, node.facts)
    for _ in range(2):
        await asyncio.gather(flow.run(), return_exceptions=True)
    assert entries(node) == []
    node.outbox.full = False
    task = asyncio.create_task(flow.run())
    await until(lambda: len(entries(node)) == 2)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    first, second = entries(node)
    assert (first.minute_ms, second.previous) == (ZERO_MS, first.entry)


async def test_an_entry_tells_where_something_moved_and_nothing_of_a_minute_nobody_saw() -> None:
    node, heat = node_at(ZERO_MS), MotionHeat()
    record(node, ZERO_MS, 180)
    heat.see(ZERO_MS + 20_000, np.ones((22, 40), np.bool_))
    heat.see(ZERO_MS + MINUTE_MS, None)
    flow = LedgerKeeping(node.feed, node.ring, node.outbox, node.facts, heat)
    task = asyncio.create_task(flow.run())
    await until(lambda: len(entries(node)) == 3)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    moving, still, unseen = (entry.motion for entry in entries(node))
    assert moving is not None
    assert unpack(moving.packed, (12, 18, 32)).sum(axis=(1, 2)).tolist() == [0, 0, 0, 0, 576, *[0] * 7]
    assert still is not None
    assert (still.cells, unseen) == ("", None)
    assert heat.told(ZERO_MS) is None, "what was told is forgotten"


async def test_a_minute_that_could_not_be_written_keeps_its_motion() -> None:
    node, heat = node_at(ZERO_MS), MotionHeat()
    record(node, ZERO_MS, 60)
    heat.see(ZERO_MS, np.ones((22, 40), np.bool_))
    node.outbox.full = True
    flow = LedgerKeeping(node.feed, node.ring, node.outbox, node.facts, heat)
    task = asyncio.create_task(flow.run())
    with pytest.raises(Transient, match="disk full"):
        await task
    node.outbox.full = False
    task = asyncio.create_task(flow.run())
    await until(lambda: bool(entries(node)))
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    (entry,) = entries(node)
    assert entry.motion is not None
    assert entry.motion.cells
