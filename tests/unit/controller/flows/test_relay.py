"""The relay flow: one upstream per stream, asked for when wanted, let go when not."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from controller.flows.relay import Relay, Subscription
from shared.errors import Rejected, Transient
from shared.ids import CameraId
from shared.live import pack, unpack

YARD = CameraId("n1.yard")


class HandClock:
    """A clock that a test turns; sleeping is not waited for."""

    def __init__(self) -> None:
        self.ms = 0

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.ms / 1000, UTC)

    def unix_ms(self) -> int:
        return self.ms

    def monotonic_ms(self) -> int:
        return self.ms

    async def sleep_ms(self, duration_ms: float) -> None:
        self.ms += int(duration_ms)
        await asyncio.sleep(0)


class Orders:
    """Remembers what nodes were told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, str, int | None]] = []
        self.away = False

    async def live_start(self, camera: CameraId, quality: str, since_ms: int | None) -> None:
        if self.away:
            raise Transient("broker: not connected")
        self.told.append(("start", camera, quality, since_ms))

    async def live_stop(self, camera: CameraId, quality: str) -> None:
        self.told.append(("stop", camera, quality, None))


@contextlib.asynccontextmanager
async def _tended(relay: Relay) -> AsyncIterator[None]:
    task = asyncio.create_task(relay.run())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def _au(pts: int, *, key: bool = False) -> bytes:
    return pack({"t": "au", "pts": pts, "key": key, "seq": pts}, b"x")


async def _settle() -> None:
    await asyncio.sleep(0.3)


async def test_many_subscribers_one_upstream() -> None:
    orders, clock = Orders(), HandClock()
    relay = Relay(orders, clock)
    async with (
        _tended(relay),
        relay.subscribe(YARD, "main", 500) as worker,
        relay.subscribe(YARD, "main", None) as viewer,
        relay.subscribe(YARD, "main", None) as other,
    ):
        await _settle()
        assert orders.told == [("start", YARD, "main", 500)]
        async with relay.upstream(YARD, "main") as node:
            node.take(pack({"t": "init", "codec": "avc1.42c01f"}))
            node.take(_au(500, key=True))
            for subscription in (worker, viewer, other):
                kinds = []
                while "au" not in kinds:
                    kinds.append(unpack(await subscription.next())[0]["t"])
                assert kinds[-2:] == ["init", "au"]
            async with relay.subscribe(YARD, "main", None) as late:
                assert unpack(await late.next())[0]["t"] == "init"
                assert unpack(await late.next())[0]["pts"] == 500
            await _settle()
            assert len(orders.told) == 1


async def test_an_idle_upstream_is_let_go_and_a_silent_one_is_dropped() -> None:
    orders, clock = Orders(), HandClock()
    relay = Relay(orders, clock)
    async with _tended(relay):
        async with relay.subscribe(YARD, "sub", None):
            await _settle()
        async with relay.upstream(YARD, "sub") as node:
            clock.ms += 5_100
            await asyncio.wait_for(node.ended.wait(), 2)
            await _settle()
            assert ("stop", YARD, "sub", None) in orders.told
        async with relay.subscribe(YARD, "sub", None), relay.upstream(YARD, "sub") as node:
            clock.ms += 5_100
            await asyncio.wait_for(node.ended.wait(), 2)


async def test_a_newer_push_replaces_the_older() -> None:
    relay = Relay(Orders(), HandClock())
    async with relay.upstream(YARD, "main") as old, relay.upstream(YARD, "main") as new:
        assert old.ended.is_set()
        assert not new.ended.is_set()


async def test_an_unreachable_broker_is_said_and_tried_again() -> None:
    orders, clock = Orders(), HandClock()
    orders.away = True
    relay = Relay(orders, clock)
    async with _tended(relay), relay.subscribe(YARD, "main", None) as viewer:
        states = []
        while "away" not in states:
            states.append(unpack(await asyncio.wait_for(viewer.next(), 2))[0]["state"])
        orders.away = False
        clock.ms += 2_100
        await _settle()
        assert orders.told == [("start", YARD, "main", None)]


@pytest.mark.parametrize(
    "frame",
    [b"", b"\0\0\0\0", pack({"t": "boxes", "pts": 1}), pack({"t": "au"}), pack({"t": "au", "pts": -1, "key": True})],
)
async def test_what_a_node_may_not_push_is_rejected(frame: bytes) -> None:
    relay = Relay(Orders(), HandClock())
    async with relay.upstream(YARD, "main") as node:
        with pytest.raises(Rejected, match="live frame"):
            node.take(frame)


async def test_boxes_reach_every_quality_of_the_camera_only() -> None:
    relay = Relay(Orders(), HandClock())
    async with (
        relay.subscribe(YARD, "main", None) as main,
        relay.subscribe(YARD, "sub", None) as sub,
        relay.subscribe(CameraId("n1.gate"), "main", None) as gate,
    ):
        frame = pack({"t": "boxes", "pts": 7, "tracks": []})
        relay.boxes(YARD, frame)
        for one in (main, sub):
            assert unpack(await one.next())[0]["t"] == "state"
            assert await one.next() == frame
        assert unpack(await gate.next())[0]["t"] == "state"
        assert gate.queue.take() is None
        with pytest.raises(Rejected):
            relay.boxes(YARD, _au(1))


async def test_a_viewer_who_reads_late_goes_on_at_the_newest_keyframe_and_a_worker_does_not() -> None:
    relay = Relay(Orders(), HandClock())
    async with (
        relay.upstream(YARD, "main") as node,
        relay.subscribe(YARD, "main", None, behind_ms=2_000) as viewer,
        relay.subscribe(YARD, "main", 0) as worker,
    ):
        node.take(pack({"t": "init", "codec": "avc1.42c01f"}))
        for second in range(10):
            node.take(_au(second * 1_000, key=True))
        seen = [unpack(await viewer.next())[0] for _ in range(2)]
        assert [one["pts"] for one in seen if one["t"] == "au"] == [9_000]
        judged = [unpack(await worker.next())[0] for _ in range(11)]
        assert [one["pts"] for one in judged if one["t"] == "au"] == [second * 1_000 for second in range(10)]


async def test_sound_is_a_stream_of_its_own_that_is_joined_where_it_is() -> None:
    orders, clock = Orders(), HandClock()
    relay = Relay(orders, clock)
    init = pack({"t": "sound-init", "codec": "opus", "rate": 48_000, "channels": 1}, b"")
    async with _tended(relay), relay.subscribe(YARD, "main", None), relay.subscribe(YARD, "sound", None) as ear:
        await _settle()
        assert sorted(told[:3] for told in orders.told) == [("start", YARD, "main"), ("start", YARD, "sound")]
        async with relay.upstream(YARD, "sound") as upstream:
            upstream.take(init)
            for number in range(100):
                upstream.take(pack({"t": "sound", "pts": number * 20}, b"hum"))
            got = [unpack(await ear.next())[0] for _ in range(103)]
            assert [one["t"] for one in got] == ["state", "state", "sound-init", *["sound"] * 100]
            relay.boxes(YARD, pack({"t": "boxes", "pts": 5, "tracks": []}))
            async with relay.subscribe(YARD, "sound", None) as late:
                assert unpack(await late.next())[0]["t"] == "sound-init"
                assert unpack(await late.next())[0] == {"t": "sound", "pts": 99 * 20}
            for wrong in (_au(1, key=True), pack({"t": "init"}), pack({"t": "sound"}), pack({"t": "boxes", "pts": 1})):
                with pytest.raises(Rejected):
                    upstream.take(wrong)
        async with relay.upstream(YARD, "main") as pictures:
            with pytest.raises(Rejected):
                pictures.take(pack({"t": "sound", "pts": 1}, b"hum"))


async def test_who_listens_slowly_skips_and_hurts_nobody() -> None:
    relay = Relay(Orders(), HandClock())
    async with (
        relay.subscribe(YARD, "sound", None, behind_ms=500) as slow,
        relay.subscribe(YARD, "sound", None, behind_ms=500) as eager,
        relay.upstream(YARD, "sound") as upstream,
    ):
        heard = []
        for number in range(200):
            upstream.take(pack({"t": "sound", "pts": number * 20}, b"hum"))
            while (message := eager.queue.take()) is not None:
                heard.append(message.pts_ms)
        assert heard[-200:] == [number * 20 for number in range(200)]
        waiting = []
        while (message := slow.queue.take()) is not None:
            waiting.append(message.pts_ms)
        assert 0 < len(waiting) < 40
        assert waiting[-1] == 199 * 20


async def _all_of(subscription: Subscription) -> None:
    while True:
        await asyncio.wait_for(subscription.next(), 2)


async def test_where_there_are_other_relays_who_waits_for_a_push_that_went_there_is_sent_to_it() -> None:
    orders, clock = Orders(), HandClock()
    relay = Relay(orders, clock, shared=True)
    async with _tended(relay), relay.subscribe(YARD, "main", None) as viewer:
        async with relay.upstream(YARD, "main") as node:
            node.take(pack({"t": "init", "codec": "avc1.42c01f"}))
        await _settle()
        clock.ms += 3_100
        with pytest.raises(Transient, match="another one"):
            await _all_of(viewer)
        asked = len(orders.told)
        async with relay.subscribe(YARD, "main", None) as late:
            await _settle()
            assert len(orders.told) == asked + 1, "who comes here is served here, if the node comes"
            clock.ms += 9_000
            await _settle()
            assert not late.moved
            clock.ms += 1_100
            await _settle()
            assert late.moved, "the node is asked in vain: it would be called away from the other relay for ever"


async def test_one_relay_alone_keeps_who_waits() -> None:
    orders, clock = Orders(), HandClock()
    relay = Relay(orders, clock)
    async with _tended(relay), relay.subscribe(YARD, "main", None) as viewer:
        async with relay.upstream(YARD, "main"):
            pass
        for _ in range(3):
            clock.ms += 20_000
            await _settle()
        assert not viewer.moved
