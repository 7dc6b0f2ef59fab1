"""Live pushes show what the line carries: the main stream, the small one, or keyframes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

from edge_agent.core.media import Packet, Quality, StreamInfo
from edge_agent.flows.push_live import LivePushing
from edge_agent.flows.share_uplink import UplinkSharing
from shared.live import unpack
from tests.fakes.edge import STREAM, FakeClock, FakeFeed, FakeRing
from tests.fakes.push import FakePush

SMALL = replace(STREAM, width_px=320, height_px=180)


class TwoStreams(FakeFeed):
    """A camera whose pictures both streams show at once, a keyframe every five."""

    def __init__(self, *, has_sub: bool = True) -> None:
        super().__init__()
        self.sub = SMALL if has_sub else None
        self.views: set[asyncio.Queue[Packet]] = set()
        self.number = 0
        self.asked: list[int | None] = []

    def show(self, clock: FakeClock, count: int) -> None:
        for _ in range(count):
            packet = Packet(b"x" * 100, self.number * 100, self.number % 5 == 0)
            clock.now_ms += 100
            self.number += 1
            for view in self.views:
                view.put_nowait(packet)

    @asynccontextmanager
    async def live(
        self,
        quality: Quality,
        since_ms: int | None,
    ) -> AsyncIterator[AsyncIterator[tuple[StreamInfo, Packet]]]:
        self.asked.append(since_ms)  # whatever it is: always from the newest keyframe
        queue: asyncio.Queue[Packet] = asyncio.Queue()
        newest = (self.number - 1) // 5 * 5
        for number in range(max(0, newest), self.number):
            queue.put_nowait(Packet(b"y" * 100, number * 100, number % 5 == 0))
        stream = SMALL if quality == "sub" and self.sub else STREAM

        async def packets() -> AsyncIterator[tuple[StreamInfo, Packet]]:
            while True:
                yield stream, await queue.get()

        self.views.add(queue)
        try:
            yield packets()
        finally:
            self.views.discard(queue)


class Showing:
    """A push, its camera, and what arrived of it."""

    def __init__(self, *, has_sub: bool = True) -> None:
        self.clock = FakeClock()
        self.feed = TwoStreams(has_sub=has_sub)
        self.push = FakePush()
        self.sharing = UplinkSharing(self.clock)
        self.live = LivePushing(self.push, self.sharing, FakeRing())

    def frames(self) -> list[tuple[str, int, bool]]:
        """Kind, width or time, key."""
        found = [unpack(frame)[0] for frame in self.push.frames.get("/p", [])]
        return [(of["t"], of["pts" if of["t"] == "au" else "width"], of.get("key", False)) for of in found]

    def level(self) -> str:
        return self.sharing.live

    def widths(self) -> list[int]:
        return [value for kind, value, _ in self.frames() if kind == "init"]

    async def show(self, count: int) -> None:
        self.feed.show(self.clock, count)
        await asyncio.sleep(0.02)

    async def strain(self, lag_ms: int, steps: int) -> None:
        with self.sharing.view(lambda: 500_000.0) as other:
            for _ in range(steps):
                other.lag_ms = lag_ms
                await self.show(10)
                self.sharing.step()


@asynccontextmanager
async def showing(quality: Quality = "main", *, has_sub: bool = True) -> AsyncIterator[Showing]:
    found = Showing(has_sub=has_sub)
    found.live.start(found.feed, quality, "/p", None)
    async with asyncio.timeout(10):
        while not found.feed.views:
            await asyncio.sleep(0)
    try:
        yield found
    finally:
        with suppress(asyncio.CancelledError):
            await found.live.close()


def decodes(frames: list[tuple[str, int, bool]]) -> bool:
    """Each stream begins with a keyframe, and its times go forward without a hole up to the next keyframe."""
    last_ms, needs_key = -1, True
    for kind, value, key in frames:
        if kind == "init":
            needs_key = True
            continue
        if value <= last_ms or (needs_key and not key) or (not key and value != last_ms + 100):
            return False
        last_ms, needs_key = value, False
    return True


async def test_a_view_falls_to_the_small_stream_and_comes_back() -> None:
    async with showing() as found:
        await found.show(20)
        assert found.widths() == [1280]
        await found.strain(9_000, 4)
        assert found.level() == "small"
        await found.show(20)
        assert found.widths() == [1280, 320]
        await found.strain(0, 12)
        assert found.level() == "full"
        await found.show(20)
        assert found.widths() == [1280, 320, 1280]
        assert decodes(found.frames())
        assert {unpack(frame)[0].get("quality", "main") for frame in found.push.frames["/p"]} == {"main"}


async def test_a_camera_with_one_stream_shows_its_keyframes() -> None:
    async with showing(has_sub=False) as found:
        await found.show(20)
        await found.strain(9_000, 4)
        before = len(found.frames())
        await found.show(20)
        assert [value % 500 for _, value, _ in found.frames()[before:]] == [0] * 4
        assert found.widths() == [1280]
        await found.strain(0, 12)
        await found.show(20)
        assert decodes(found.frames())
        assert not found.frames()[-1][2]


async def test_a_view_of_the_small_stream_stays_as_it_is() -> None:
    async with showing("sub") as found:
        await found.show(10)
        await found.strain(9_000, 4)
        await found.show(10)
        assert found.widths() == [320]
        assert decodes(found.frames())
        assert found.feed.number == len(found.frames()) - 1


async def test_a_relay_that_takes_nothing_is_seen_and_whole_groups_are_left_out() -> None:
    async with showing() as found:
        await found.show(10)
        found.push.gate.clear()
        await found.show(60)
        found.sharing.step()
        assert found.sharing.report().strained
        found.push.gate.set()
        await asyncio.sleep(0.02)
        await found.show(20)
        assert decodes(found.frames())
        shown = [value for kind, value, _ in found.frames() if kind == "au"]
        assert shown[-1] == 8_900
        assert len(shown) <= 60


async def test_who_is_asked_again_while_dialling_dials_on_and_begins_by_the_earliest() -> None:
    found = Showing()
    found.push.answers.clear()
    for since_ms in (None, 7_000, 5_000, None):
        found.live.start(found.feed, "main", "/p", since_ms)
        await asyncio.sleep(0.01)
    assert found.push.dialled == 1
    found.push.answers.set()
    async with asyncio.timeout(10):
        while not found.feed.views:
            await asyncio.sleep(0)
    assert found.feed.asked == [5_000]
    found.live.start(found.feed, "main", "/p", None)
    async with asyncio.timeout(10):
        while found.push.dialled < 2 or not found.push.open:
            await asyncio.sleep(0)
    await found.live.close()


async def test_who_is_asked_for_another_relay_or_told_to_stop_leaves_the_one_that_does_not_answer() -> None:
    found = Showing()
    found.push.answers.clear()
    for path in ("/p", "/q"):
        found.live.start(found.feed, "main", path, None)
        await asyncio.sleep(0.01)
    found.live.stop(found.feed.camera, "main")
    found.live.start(found.feed, "main", "/q", None)
    found.push.answers.set()
    async with asyncio.timeout(10):
        while not found.push.open:
            await asyncio.sleep(0)
    assert (found.push.open, found.push.dialled) == ({"/q"}, 3)
    await found.live.close()
