"""Detection: frames become events and due spans, also across failures and restarts."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import numpy as np

from edge_agent.core.media import LumaFrame
from edge_agent.core.motion import MotionRules
from edge_agent.core.motion_heat import MotionHeat
from edge_agent.core.recorder import EventRules
from edge_agent.flows.detect import Detection, motion_judge
from edge_agent.flows.supervise import supervise
from shared.messages import EventFact
from shared.motion_grid import unpack
from tests.fakes.edge import judge
from tests.fakes.node import FakeNode

RULES = EventRules()


def detection(node: FakeNode, *, upload_events: bool = True) -> Detection:
    return Detection(
        node.feed,
        judge,
        RULES,
        node.facts,
        node.outbox,
        node.uploads,
        upload_events=upload_events,
        due=node.cutting.due.set,
    )


@asynccontextmanager
async def detecting(node: FakeNode, flow: Detection) -> AsyncIterator[None]:
    task = asyncio.create_task(supervise("detect", flow.run, node.clock))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.005)


def states(node: FakeNode) -> list[tuple[int, str]]:
    return [(fact.rev, fact.state) for fact in node.events()]


async def test_motion_becomes_an_event_with_its_rolls_and_a_due_span() -> None:
    node = FakeNode()
    async with detecting(node, detection(node)):
        node.feed.frame(100_000, 128)
        await until(lambda: states(node) == [(1, "open")])
        (opened,) = node.events()
        assert (opened.start_ms, opened.clip_start_ms, opened.camera) == (100_000, 95_000, "n1.gate")
        (span,) = node.uploads.spans(node.feed.camera)
        assert (span.start_ms, span.end_ms, span.event) == (95_000, None, opened.event)
        assert node.cutting.due.is_set()
        node.feed.frame(101_000, 255)
        node.feed.frame(102_000, 10)
        node.feed.frame(107_001, 0)
        await until(lambda: len(node.events()) == 3)
    assert states(node) == [(1, "open"), (2, "open"), (3, "closed")]
    closed = node.events()[-1]
    assert (closed.end_ms, closed.clip_end_ms, closed.peak) == (102_000, 107_000, 1.0)
    assert [s.end_ms for s in node.uploads.spans(node.feed.camera)] == [107_000]
    assert [fact.seq for fact in node.events()] == [1, 2, 3]


async def test_without_upload_no_span_is_due() -> None:
    node = FakeNode()
    async with detecting(node, detection(node, upload_events=False)):
        node.feed.frame(100_000, 128)
        await until(lambda: len(node.events()) == 1)
    assert node.uploads.spans(node.feed.camera) == ()


async def test_a_camera_that_falls_silent_ends_its_event() -> None:
    node = FakeNode()
    async with detecting(node, detection(node)):
        node.feed.frame(100_000, 128)
        await until(lambda: len(node.events()) == 1)
        node.clock.now_ms += 20_000
        await until(lambda: states(node) == [(1, "open"), (2, "closed")])
    assert node.events()[-1].end_ms == 100_000


async def test_a_running_event_is_closed_at_a_clean_stop() -> None:
    node = FakeNode()
    async with detecting(node, detection(node)):
        node.feed.frame(100_000, 128)
        node.feed.frame(101_000, 128)
        await until(lambda: node.feed.frames.empty() and len(node.events()) == 1)
        await asyncio.sleep(0.02)
    assert states(node) == [(1, "open"), (2, "closed")]
    assert node.events()[-1].end_ms == 101_000


async def test_an_event_that_a_dead_agent_left_open_is_closed_and_its_span_too() -> None:
    node = FakeNode()
    flow = detection(node)
    async with detecting(node, flow):
        node.feed.frame(node.clock.now_ms, 128)
        await until(lambda: len(node.events()) == 1)
        opened = node.events()[0]
        node.outbox.full = True
    node.outbox.full = False
    node.clock.now_ms += 3_600_000
    async with detecting(node, detection(node)):
        await until(lambda: len(node.events()) == 2)
    closed = node.events()[-1]
    assert (closed.event, closed.rev, closed.state) == (opened.event, 2, "closed")
    assert closed.end_ms == opened.start_ms
    assert [s.end_ms for s in node.uploads.spans(node.feed.camera)] == [opened.start_ms + RULES.post_roll_ms]


async def test_a_disk_that_takes_nothing_for_a_while_loses_no_event() -> None:
    node = FakeNode()
    async with detecting(node, detection(node)):
        node.outbox.full = True
        node.feed.frame(100_000, 128)
        await until(node.feed.frames.empty)
        await asyncio.sleep(0.05)
        assert node.events() == []
        node.outbox.full = False
        await until(lambda: states(node) == [(1, "open")])
        node.feed.frame(110_000, 0)
        await until(lambda: states(node) == [(1, "open"), (2, "closed")])


async def test_extend_holds_the_running_event_only() -> None:
    node = FakeNode()
    flow = detection(node)
    async with detecting(node, flow):
        node.feed.frame(100_000, 128)
        await until(lambda: len(node.events()) == 1)
        event = node.events()[0].event
        assert flow.extend(event, 115_000)
        assert not flow.extend("another", 115_000)
        node.feed.frame(119_000, 0)
        await asyncio.sleep(0.05)
        assert len(node.events()) == 1
        node.feed.frame(120_001, 0)
        await until(lambda: len(node.events()) == 2)
    last: EventFact = node.events()[-1]
    assert (last.end_ms, last.clip_end_ms) == (115_000, 120_000)
    assert not flow.extend(event, 130_000)


def test_the_judge_sees_a_thing_that_moves_and_not_a_still_picture() -> None:
    judged = motion_judge(MotionRules())
    picture = np.full((180, 320), 100, np.uint8)
    still = [judged(LumaFrame(number * 150, picture.copy()))[0] for number in range(40)]
    assert not any(still)
    moving = []
    for number in range(40, 80):
        frame = picture.copy()
        left = 20 + (number - 40) * 5
        frame[60:130, left : left + 40] = 220
        moving.append(judged(LumaFrame(number * 150, frame)))
    assert sum(active for active, _ in moving) > 30
    assert max(level for _, level in moving) > 0.01


def test_the_judge_shows_where_it_saw_motion() -> None:
    heat = MotionHeat()
    judged = motion_judge(MotionRules(), heat)
    picture = np.full((180, 320), 100, np.uint8)
    for number in range(80):
        frame = picture.copy()
        if number == 20:
            frame[0:60, 0:80] = 220  # one frame alone is no motion
        if number >= 40:
            left = 120 + (number - 40) * 2
            frame[60:130, left : left + 40] = 220
        judged(LumaFrame(number * 125, frame))
    grid = heat.told(0)
    assert grid is not None
    moved = unpack(grid.packed, (12, grid.rows, grid.columns))
    assert not moved[0].any()
    assert not moved[2:].any()
    rows, columns = np.nonzero(moved[1])
    assert (rows.min(), rows.max()) == (6, 13)
    assert 11 <= columns.min() <= 13
    assert 22 <= columns.max() <= 24
