"""Supervision: a flow that fails is started again, and can always be stopped."""

import asyncio
from itertools import pairwise

import pytest

from edge_agent.flows.supervise import supervise
from shared.errors import Transient
from tests.fakes.edge import FakeClock


async def test_a_flow_that_fails_or_ends_starts_again_ever_later() -> None:
    clock, starts, done = FakeClock(), list[int](), asyncio.Event()

    async def work() -> None:
        starts.append(clock.now_ms)
        if len(starts) == 7:
            done.set()
            await asyncio.Event().wait()
        if len(starts) % 2:
            raise Transient("away")
        if len(starts) == 4:
            raise ValueError("a mistake")

    task = asyncio.create_task(supervise("work", work, clock))
    await done.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    waits = [b - a for a, b in pairwise(starts)]
    assert waits == [1_000, 2_000, 4_000, 8_000, 16_000, 30_000]


async def test_a_flow_that_fails_while_it_is_stopped_is_not_started_again() -> None:
    begun = asyncio.Event()

    async def work() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise Transient("disk full") from None

    task = asyncio.create_task(supervise("work", work, FakeClock()))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
