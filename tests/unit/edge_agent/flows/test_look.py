"""Looking: a person who stands still holds the event open, what is seen raises its class; nothing without an event."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from edge_agent.core.recorder import EventRules
from edge_agent.core.sightings import Look, SightingRules, Thing
from edge_agent.flows.detect import Detection
from edge_agent.flows.look import Looking
from edge_agent.flows.supervise import supervise
from shared.geometry import Box
from shared.ids import CameraId
from shared.kinds import MediaClass
from tests.fakes.edge import judge
from tests.fakes.node import FakeNode
from tests.fakes.watcher import FakeWatcher
from tests.unit.edge_agent.flows.test_detect import states, until

MAN = Thing("person", 0.9, Box(0.4, 0.2, 0.5, 0.6))
BALL = Thing("sports ball", 0.9, Box(0.4, 0.2, 0.5, 0.6))


class Node(FakeNode):
    """A node with a detection that is looked at."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.watcher = FakeWatcher()
        self.raised: list[tuple[str, int, int | None, str]] = []
        self.detection = Detection(
            self.feed,
            judge,
            EventRules(),
            self.facts,
            self.outbox,
            self.uploads,
            upload_events=True,
            due=self.cutting.due.set,
        )
        self.looking = Looking(
            self.feed, self.watcher, self.detection, SightingRules(), self._raise_priority, self.clock
        )

    async def _raise_priority(self, camera: CameraId, start_ms: int, end_ms: int | None, kind: MediaClass) -> None:
        self.raised.append((camera, start_ms, end_ms, kind))

    @asynccontextmanager
    async def works(self) -> AsyncIterator[None]:
        tasks = [
            asyncio.create_task(supervise("detect", self.detection.run, self.clock)),
            asyncio.create_task(supervise("look", self.looking.run, self.clock)),
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def stands(self, from_ms: int, to_ms: int, thing: Thing) -> None:
        """No motion, and that thing in every look, twice a second."""
        for at_ms in range(from_ms, to_ms, 500):
            self.watcher.looks.put_nowait(Look(at_ms, (thing,)))
            await until(self.watcher.looks.empty)
            self.feed.frame(at_ms, 0)
            await until(self.feed.frames.empty)
            await asyncio.sleep(0.002)


async def test_who_stands_still_for_twenty_seconds_holds_the_event_open() -> None:
    node = Node()
    async with node.works():
        node.feed.frame(100_000, 128)
        await until(lambda: node.watcher.watching == 1)
        await node.stands(100_500, 120_500, MAN)
        assert {fact.state for fact in node.events()} == {"open"}
        node.feed.frame(130_000, 0)
        await until(lambda: node.events()[-1].state == "closed")
    closed = node.events()[-1]
    assert closed.end_ms == 120_000 + 2_000
    assert len({fact.event for fact in node.events()}) == 1


async def test_a_thing_that_is_nobody_holds_nothing() -> None:
    node = Node()
    async with node.works():
        node.feed.frame(100_000, 128)
        await until(lambda: node.watcher.watching == 1)
        await node.stands(100_500, 106_500, BALL)
        await until(lambda: node.events()[-1].state == "closed")
    assert node.events()[-1].end_ms == 100_000
    assert {fact.media_class for fact in node.events()} == {"motion"}
    assert node.raised == []


async def test_what_is_seen_raises_the_event_its_span_and_what_waits_once() -> None:
    node = Node()
    async with node.works():
        node.feed.frame(100_000, 128)
        await until(lambda: node.watcher.watching == 1)
        await node.stands(100_500, 102_500, MAN)
        await until(lambda: len(node.events()) == 2)
        (span,) = node.uploads.spans(node.feed.camera)
        assert (span.media_class, span.start_ms, span.end_ms) == ("gated", 95_000, None)
        node.feed.frame(120_000, 0)
        await until(lambda: len(node.events()) == 3)
        (span,) = node.uploads.spans(node.feed.camera)
        assert (span.media_class, span.end_ms) == ("gated", node.events()[-1].clip_end_ms)
    assert states(node) == [(1, "open"), (2, "open"), (3, "closed")]
    assert [fact.media_class for fact in node.events()] == ["motion", "gated", "gated"]
    assert node.raised == [("n1.gate", 95_000, None, "gated")]


async def test_the_next_event_begins_as_plain_motion() -> None:
    node = Node()
    async with node.works():
        node.feed.frame(100_000, 128)
        await until(lambda: node.watcher.watching == 1)
        await node.stands(100_500, 102_000, MAN)
        node.feed.frame(120_000, 0)
        await until(lambda: node.events()[-1].state == "closed")
        node.feed.frame(121_000, 128)
        await until(lambda: node.events()[-1].state == "open")
    opened = [fact for fact in node.events() if fact.rev == 1]
    assert [fact.media_class for fact in opened] == ["motion", "motion"]


async def test_nothing_is_looked_at_while_nothing_happens() -> None:
    node = Node()
    async with node.works():
        node.feed.frame(100_000, 0)
        await until(node.feed.frames.empty)
        await asyncio.sleep(0.02)
        assert node.watcher.watched == []
        node.feed.frame(101_000, 128)
        await until(lambda: node.watcher.watching == 1)
        node.feed.frame(110_000, 0)
        await until(lambda: node.watcher.watching == 0)
    assert node.watcher.watched == ["n1.gate"]
