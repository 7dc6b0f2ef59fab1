"""Snapshots: once a second at most, never of a camera that is away, never waiting for ever."""

import asyncio

import pytest

from edge_agent.core.media import Packet, StreamInfo
from edge_agent.flows.take_snapshot import Snapshots
from shared.errors import Transient
from tests.fakes.edge import FakeClock, FakeFeed


class CountingMaker:
    """A picture is the keyframe's bytes."""

    def __init__(self) -> None:
        self.made = 0

    async def jpeg(self, _stream: StreamInfo, keyframe: Packet) -> bytes:
        self.made += 1
        await asyncio.sleep(0)
        return keyframe.data


async def test_many_who_ask_get_one_picture_and_a_second_later_a_new_one() -> None:
    feed, maker, clock = FakeFeed(), CountingMaker(), FakeClock()
    snapshots = Snapshots({feed.camera: feed}, maker, clock)
    feed.packets.put_nowait(Packet(b"first", 1, key=True))
    taken = await asyncio.gather(*(snapshots.take(feed.camera) for _ in range(20)))
    assert {one.jpeg for one in taken} == {b"first"}
    assert maker.made == 1
    clock.now_ms += 1_000
    feed.packets.put_nowait(Packet(b"delta", 2, key=False))
    feed.packets.put_nowait(Packet(b"second", 3, key=True))
    assert (await snapshots.take(feed.camera)).pts_ms == 3


async def test_a_camera_that_is_away_shows_no_old_picture() -> None:
    feed, clock = FakeFeed(), FakeClock()
    snapshots = Snapshots({feed.camera: feed}, CountingMaker(), clock)
    feed.packets.put_nowait(Packet(b"first", 1, key=True))
    await snapshots.take(feed.camera)
    clock.now_ms += 2_000
    feed.state = "stalled"
    with pytest.raises(Transient, match="stalled"):
        await snapshots.take(feed.camera)


async def test_a_camera_without_a_keyframe_is_not_waited_for_long() -> None:
    feed = FakeFeed()
    with pytest.raises(Transient, match="in time"):
        await Snapshots({feed.camera: feed}, CountingMaker(), FakeClock(), keyframe_s=0.05).take(feed.camera)
