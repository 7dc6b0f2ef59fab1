"""Cameras are told when to record: by their plan, or while an event runs, from where its clip begins."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from edge_agent.core.recorder import EventRules
from edge_agent.core.schedule import RecordMode, RecordPlan, Schedule, parse_window
from edge_agent.flows.detect import Detection
from edge_agent.flows.record import Recording
from tests.fakes.edge import judge
from tests.fakes.node import FakeNode

MONDAY_0800_MS = round(datetime(2026, 11, 23, 8, tzinfo=UTC).timestamp() * 1000)


def detection(node: FakeNode) -> Detection:
    return Detection(
        node.feed, judge, EventRules(), node.facts, node.outbox, node.uploads, upload_events=True, due=lambda: None
    )


async def run(node: FakeNode, detection: Detection, plan: RecordPlan, until_ms: int) -> None:
    flow = Recording((node.feed,), {node.feed.camera: plan}, {node.feed.camera: detection}, node.facts)
    task = asyncio.create_task(flow.run())
    async with asyncio.timeout(20):
        while node.clock.now_ms < until_ms:
            await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0)


async def test_a_window_begins_and_ends_recording_once() -> None:
    node = FakeNode()
    node.clock.now_ms = MONDAY_0800_MS - 30_000
    node.feed.recording = False
    plan = RecordPlan("schedule", Schedule((parse_window("mon 08:00-08:02"),), UTC))
    await run(node, detection(node), plan, node.clock.now_ms + 300_000)
    assert node.feed.records == [MONDAY_0800_MS, None]


async def test_always_and_never_are_said_once_where_they_are_not_so_already() -> None:
    modes: tuple[tuple[RecordMode, bool], ...] = (("continuous", True), ("off", False))
    for mode, wanted in modes:
        for before in (True, False):
            node = FakeNode()
            node.feed.recording = before
            await run(node, detection(node), RecordPlan(mode), node.clock.now_ms + 30_000)
            assert node.feed.recording is wanted
            assert len(node.feed.records) == (before is not wanted)


async def test_motion_records_from_where_the_clip_begins_until_the_event_ends() -> None:
    node = FakeNode()
    node.feed.recording = False
    judging = detection(node)
    task = asyncio.create_task(judging.run())
    now_ms = node.clock.now_ms
    node.feed.frame(now_ms, 128)
    await until(lambda: judging.clip_start_ms is not None)
    await run(node, judging, RecordPlan("motion"), node.clock.now_ms + 2_000)
    assert node.feed.records == [now_ms - 5_000]
    node.feed.frame(now_ms + 5_100, 0)
    await until(lambda: judging.clip_start_ms is None)
    await run(node, judging, RecordPlan("motion"), node.clock.now_ms + 2_000)
    assert node.feed.records == [now_ms - 5_000, None]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
