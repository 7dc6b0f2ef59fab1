"""A piece of the ring: its bytes and no others, one at a time, and an honest none."""

import asyncio
from collections.abc import Callable

from edge_agent.flows.push_piece import PiecePushing
from edge_agent.flows.share_uplink import UplinkSharing
from shared.ids import CameraId
from shared.live import unpack
from tests.fakes.edge import FakeClock, FakeRing, segment
from tests.fakes.push import FakePush

GATE = CameraId("n1.gate")


class Node:
    """A ring of four segments of 2 s."""

    def __init__(self, rate_bytes_s: int = 0) -> None:
        self.ring, self.push, self.clock = FakeRing(), FakePush(), FakeClock()
        self.bodies = [bytes([65 + n]) * 300 for n in range(4)]
        for n, body in enumerate(self.bodies):
            self.ring.add(segment(start_ms=n * 2000, data=body), body)
        self.pieces = PiecePushing(self.ring, self.push, UplinkSharing(self.clock, rate_bytes_s=rate_bytes_s))

    async def told(self, path: str, messages: int) -> list[tuple[dict[str, object], bytes]]:
        await until(lambda: len(self.push.frames.get(path, [])) >= messages and path not in self.push.open)
        return [unpack(frame) for frame in self.push.frames[path]]


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not true():
            await asyncio.sleep(0.005)


async def test_a_piece_is_told_and_then_its_bytes() -> None:
    node = Node()
    node.pieces.start(GATE, 2500, 3000, "/p")
    head, *rest = await node.told("/p", 3)
    assert head[0] == {
        "t": "piece",
        "codec": "avc1.42c01f",
        "start_ms": 2000,
        "end_ms": 6000,
        "init_bytes": 0,
        "length_bytes": 600,
    }
    assert [data for _, data in rest] == node.bodies[1:3]


async def test_what_the_ring_has_not_is_told_at_once() -> None:
    node = Node()
    node.pieces.start(GATE, 8000, 3000, "/p")
    ((head, data),) = await node.told("/p", 1)
    assert (head["t"], data) == ("none", b"")


async def test_the_newer_wish_ends_the_older_one() -> None:
    node = Node()
    node.push.gate.clear()
    node.pieces.start(GATE, 0, 2000, "/old")
    await until(lambda: "/old" in node.push.open)
    node.pieces.start(GATE, 0, 2000, "/new")
    await until(lambda: node.push.open == {"/new"})
    node.push.gate.set()
    await node.told("/new", 2)
    assert node.push.frames.get("/old", []) == []


async def test_a_piece_pays_for_the_line_like_an_upload_and_ends_with_the_agent() -> None:
    node = Node(rate_bytes_s=100)
    began_ms = node.clock.monotonic_ms()
    node.pieces.start(GATE, 0, 6000, "/p")
    await node.told("/p", 4)
    assert node.clock.monotonic_ms() - began_ms >= 4_000, "600 of 900 bytes were waited for at 100 bytes/s"
    node.push.gate.clear()
    node.pieces.start(GATE, 0, 2000, "/q")
    await until(lambda: "/q" in node.push.open)
    await node.pieces.close()
    assert node.push.open == set()


async def test_a_segment_that_is_overwritten_meanwhile_ends_the_piece() -> None:
    node = Node()
    node.push.gate.clear()
    node.pieces.start(GATE, 0, 6000, "/p")
    await until(lambda: "/p" in node.push.open)
    node.ring.gone.add(node.ring.segments[0].name)
    node.push.gate.set()
    assert [head["t"] for head, _ in await node.told("/p", 1)] == ["piece"]
