"""Run cutting: due spans are held at once, announced early, and never sent twice."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from edge_agent.core.run_cutter import CutRules, Span
from edge_agent.flows.cut_runs import RunCutting
from shared.errors import Transient
from shared.ids import EventId
from shared.mint import uuid7
from tests.fakes.edge import segment
from tests.fakes.node import FakeNode


@asynccontextmanager
async def cutting(node: FakeNode, *flows: RunCutting) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(work()) for flow in flows or [node.cutting] for work in (flow.run, flow.follow)]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.005)


def record(node: FakeNode, start_ms: int, muxer: str = "m1") -> None:
    node.feed.segments.put_nowait(node.ring.add(segment(start_ms=start_ms, muxer=muxer)))


def event_span(node: FakeNode, start_ms: int, end_ms: int | None = None) -> Span:
    return Span("s1", node.feed.camera, start_ms, end_ms, "motion", EventId(uuid7()))


async def test_a_running_event_is_held_at_once_and_announced_early() -> None:
    node = FakeNode()
    span = event_span(node, 1_000)
    async with cutting(node):
        await node.cutting.want(span)
        for start_ms in (0, 2_000, 4_000):
            record(node, start_ms)
        await until(lambda: len(node.ring.held) == 3)
        assert node.runs() == []
        record(node, 6_000)
        await until(lambda: len(node.runs()) == 1)
        await node.cutting.want(replace(span, end_ms=9_000))
        record(node, 8_000)
        await until(lambda: len(node.runs()) == 2)
        await until(lambda: node.uploads.spans(node.feed.camera) == ())
    assert [(run.start_ms, run.end_ms, run.event) for run in node.runs()] == [
        (0, 8_000, span.event),
        (8_000, 10_000, span.event),
    ]
    assert node.runs()[0].state == "announced"
    assert [ref.sha256 for ref in node.runs()[0].segments] == [s.sha256 for s in node.ring.segments[:4]]


async def test_an_overlapping_span_sends_only_what_is_new() -> None:
    node = FakeNode()
    for start_ms in (0, 2_000, 4_000, 6_000):
        record(node, start_ms)
    async with cutting(node):
        await node.cutting.want(event_span(node, 0, 4_000))
        await until(lambda: len(node.runs()) == 1)
        await node.cutting.want(Span("p1", node.feed.camera, 1_000, 7_000, "promoted"))
        await until(lambda: len(node.runs()) == 2)
        await node.cutting.want(Span("p2", node.feed.camera, 1_000, 7_000, "promoted"))
        await until(lambda: node.uploads.spans(node.feed.camera) == ())
    assert [(r.start_ms, r.end_ms, r.media_class) for r in node.runs()] == [
        (0, 4_000, "motion"),
        (4_000, 8_000, "promoted"),
    ]


async def test_segments_that_make_no_run_together_are_announced_alone_and_a_lost_one_is_told() -> None:
    node = FakeNode()
    for start_ms in (0, 2_000, 4_000):
        record(node, start_ms)
    node.ring.gone.add("2000-m1.mp4")
    async with cutting(node):
        await node.cutting.want(event_span(node, 0, 6_000))
        await until(lambda: node.uploads.spans(node.feed.camera) == ())
    assert sorted((run.start_ms, run.state) for run in node.runs()) == [
        (0, "announced"),
        (2_000, "lost"),
        (4_000, "announced"),
    ]
    (lost,) = (run for run in node.runs() if run.state == "lost")
    assert (lost.sha256, lost.reason) == (
        node.ring.segments[1].sha256,
        "gone before it could be held: 2000-m1.mp4 is gone",
    )


async def test_what_vanishes_after_it_was_held_is_told_as_lost_once() -> None:
    node = FakeNode()
    async with cutting(node):
        await node.cutting.want(event_span(node, 0))
        record(node, 0)
        await until(lambda: len(node.ring.held) == 1)
        node.ring.gone.add("0-m1.mp4")
        for start_ms in (2_000, 4_000, 6_000, 8_000):
            record(node, start_ms)
        await until(lambda: any(run.state == "announced" for run in node.runs()))
        await node.cutting.want(event_span(node, 0, 10_000))
        await until(lambda: node.uploads.spans(node.feed.camera) == ())
    assert [run.start_ms for run in node.runs() if run.state == "lost"] == [0]
    announced = [ref.start_ms for run in node.runs() if run.state == "announced" for ref in run.segments]
    assert sorted(announced) == [2_000, 4_000, 6_000, 8_000]


async def test_everything_is_due_while_the_settings_say_so() -> None:
    node = FakeNode()
    now_ms = node.clock.now_ms
    always = RunCutting(
        node.feed,
        node.ring,
        node.uploads,
        node.delivery,
        node.facts,
        CutRules(continuous_ms=4_000),
        everything=lambda _: True,
    )
    async with cutting(node, always):
        for number in range(4):
            record(node, now_ms + number * 2_000)
        await until(lambda: len(node.runs()) == 2)
        assert {run.media_class for run in node.runs()} == {"continuous"}
    node.clock.now_ms += 8_000
    async with cutting(node):
        await until(lambda: [s.end_ms for s in node.uploads.spans(node.feed.camera)] == [node.clock.now_ms])


async def test_what_is_due_by_schedule_begins_and_ends_with_a_minute() -> None:
    node = FakeNode()
    node.clock.now_ms = zero_ms = 1_000_000_020_000
    windows = ((zero_ms + 60_000, zero_ms + 120_000), (zero_ms + 180_000, zero_ms + 240_000))
    flow = RunCutting(
        node.feed,
        node.ring,
        node.uploads,
        node.delivery,
        node.facts,
        CutRules(continuous_ms=4_000),
        everything=lambda now_ms: any(begin_ms <= now_ms < end_ms for begin_ms, end_ms in windows),
    )
    async with cutting(node, flow):
        await until(lambda: flow._all is not None)
        for place in range(150):
            node.clock.now_ms = zero_ms + place * 2_000 + 1_900
            record(node, zero_ms + place * 2_000)
            wanted = flow._everything(node.clock.now_ms)
            await until(lambda flag=wanted: flow._all is flag)  # type: ignore[misc]
        await until(lambda: node.uploads.spans(node.feed.camera) == ())
    told = sorted(ref.start_ms for run in node.runs() for ref in run.segments)
    assert told == [at for begin_ms, end_ms in windows for at in range(begin_ms, end_ms, 2_000)]


async def test_what_was_held_beyond_the_end_of_a_span_is_released() -> None:
    node = FakeNode()
    span = event_span(node, 0)
    async with cutting(node):
        await node.cutting.want(span)
        for start_ms in (0, 2_000, 4_000):
            record(node, start_ms)
        await until(lambda: len(node.ring.held) == 3)
    node.begin()
    await asyncio.to_thread(node.uploads.keep_span, replace(span, end_ms=2_000))
    async with cutting(node):
        record(node, 6_000)
        await until(lambda: node.uploads.spans(node.feed.camera) == ())
        await until(lambda: node.ring.held == {(node.feed.camera, "0-m1.mp4")})
    assert [run.end_ms for run in node.runs()] == [2_000]


async def test_after_a_restart_only_what_an_upload_or_a_span_wants_stays_held() -> None:
    node = FakeNode()
    async with cutting(node):
        await node.cutting.want(event_span(node, 0, 4_000))
        for start_ms in (0, 2_000, 4_000, 6_000):
            record(node, start_ms)
        await until(lambda: len(node.runs()) == 1)
    node.ring.hold(node.ring.segments[3])
    node.begin()
    async with cutting(node):
        await until(lambda: {name for _, name in node.ring.held} == {"0-m1.mp4", "2000-m1.mp4"})


async def test_what_was_due_and_left_the_ring_while_nobody_could_hold_it_is_told_as_lost() -> None:
    node = FakeNode()
    await asyncio.to_thread(node.uploads.keep_span, event_span(node, 0))
    node.ring.disk_full = True
    task = asyncio.create_task(node.cutting.follow())
    for start_ms in (0, 2_000, 4_000):
        record(node, start_ms)
    await until(lambda: node.cutting.newest is not None and node.cutting.newest.start_ms == 4_000)
    with pytest.raises(Transient):
        await node.cutting.run()
    node.ring.evicted |= {"0-m1.mp4", "2000-m1.mp4"}
    node.ring.disk_full = False
    async with cutting(node):
        for start_ms in (6_000, 8_000, 10_000):
            record(node, start_ms)
        await until(lambda: any(run.state == "announced" for run in node.runs()))
    task.cancel()
    assert sorted(run.start_ms for run in node.runs() if run.state == "lost") == [0, 2_000]
    assert [run.start_ms for run in node.runs() if run.state == "announced"] == [4_000]


async def test_a_running_event_sends_its_first_motion_before_its_pre_roll() -> None:
    node = FakeNode()
    span = replace(event_span(node, 0), motion_ms=5_000)
    async with cutting(node):
        await node.cutting.want(span)
        for start_ms in (0, 2_000, 4_000):
            record(node, start_ms)
        await until(lambda: len(node.runs()) == 2)
        assert [(run.start_ms, run.end_ms) for run in node.runs()] == [(4_000, 6_000), (0, 4_000)]
        assert node.delivery._running_events == {span.event}
        await node.cutting.want(replace(span, end_ms=6_000))
        await until(lambda: node.uploads.spans(node.feed.camera) == ())
    assert node.delivery._running_events == set()
