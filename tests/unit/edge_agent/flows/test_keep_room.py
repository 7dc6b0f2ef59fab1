"""Room: what waits is let go for the disk's sake, told however full that is, and asked for again while it is there."""

import pytest

from shared.errors import Transient
from shared.kinds import MediaClass
from shared.orders import Backfill
from tests.fakes.node import FakeNode
from tests.unit.edge_agent.flows.test_compare import comparing
from tests.unit.edge_agent.flows.test_deliver import announce, delivering, last, until

LENGTH = len("2000-m1.mp4")


async def three(node: FakeNode) -> dict[MediaClass, str]:
    """A run of each of three classes, the best the oldest; all are in the ring."""
    classes: tuple[MediaClass, ...] = ("promoted", "motion", "continuous")
    return {one: (await announce(node, 2000 + n * 2000, one)).run for n, one in enumerate(classes)}


def states(node: FakeNode, runs: dict[MediaClass, str]) -> list[str]:
    return [last(node, run).state for run in runs.values()]


async def test_a_full_disk_costs_what_waits_in_its_order_and_recording_has_room() -> None:
    node = FakeNode()
    async with delivering(node):
        runs = await three(node)
        node.ring.evicted |= {"2000-m1.mp4", "4000-m1.mp4", "6000-m1.mp4"}
        node.ring.wanted_bytes = LENGTH
        await node.nudge()
        await until(lambda: states(node, runs) == ["announced", "announced", "lost"])
        assert "recording goes first" in last(node, runs["continuous"]).reason
        node.ring.free_bytes, node.ring.wanted_bytes = LENGTH, 2 * LENGTH
        await node.nudge()
        await until(lambda: states(node, runs) == ["announced", "lost", "lost"])
        node.ring.free_bytes = 2 * LENGTH
        for _ in range(3):
            await node.nudge()
        assert node.ring.held == {(node.feed.camera, "2000-m1.mp4")}
        assert states(node, runs) == ["announced", "lost", "lost"]


async def test_what_the_store_most_likely_has_gives_its_room_once() -> None:
    node = FakeNode()
    async with delivering(node):
        sent = await announce(node, 2000, "promoted")
        await node.ack(sent.id, grant=True)
        await until(lambda: last(node, sent.run).state == "uploaded")
        kept = await announce(node, 4000)
        node.ring.wanted_bytes = LENGTH
        await node.nudge()
        await until(lambda: len(node.ring.held) == 1)
        node.ring.wanted_bytes = 2 * LENGTH
        await node.nudge()
        await until(lambda: last(node, kept.run).state == "released")
        assert node.ring.held == set()
        assert last(node, sent.run).state == "uploaded"


async def test_links_go_before_the_word_of_it_which_is_told_once_the_disk_takes_it() -> None:
    node = FakeNode()
    async with delivering(node):
        first = await announce(node, 2000)
        node.ring.evicted.add("2000-m1.mp4")
        node.outbox.full, node.ring.wanted_bytes = True, LENGTH
        await node.nudge()
        await until(lambda: not node.ring.held)
        assert last(node, first.run).state == "announced"
        node.outbox.full, node.ring.free_bytes = False, LENGTH
        await until(lambda: last(node, first.run).state == "lost")


async def test_what_the_ring_still_has_is_given_up_for_now_and_lost_with_it() -> None:
    node = FakeNode()
    async with delivering(node):
        first = await announce(node, 2000)
        node.ring.wanted_bytes = LENGTH
        await node.nudge()
        await until(lambda: last(node, first.run).state == "released")
        assert node.ring.held == set()
        node.ring.evicted.add("2000-m1.mp4")
        await node.nudge()
        await until(lambda: last(node, first.run).state == "lost")
    assert node.delivery.ended["lost"] == 1


async def test_what_was_given_up_for_now_is_cut_again_when_it_is_asked_for_and_there_is_room() -> None:
    node = FakeNode()
    order = Backfill(camera="n1.gate", start_ms=0, end_ms=10_000, media_class="motion")
    async with delivering(node):
        first = await announce(node, 2000)
        node.ring.wanted_bytes = LENGTH
        await node.nudge()
        await until(lambda: last(node, first.run).state == "released")
        with pytest.raises(Transient, match="no room"):
            await comparing(node).backfill(order, "b1")
        assert node.uploads.all_spans == {}
        assert node.uploads.taken(node.feed.camera, 0) == {"2000-m1.mp4"}
        node.ring.wanted_bytes = 0
        node.clock.now_ms += 60_000
        assert await comparing(node).backfill(order, "b1") == (2000, 4000)
        await node.cutting._serve_all()
        (again,) = [run for run in node.runs() if run.run != first.run]
        assert (again.state, again.segments) == ("announced", first.segments)
        node.ring.evicted.add("2000-m1.mp4")
        for _ in range(3):
            await node.nudge()
        assert last(node, first.run).state == "released", "what became of it the other run tells"


async def test_a_restart_still_knows_what_was_given_up_for_now() -> None:
    node = FakeNode()
    async with delivering(node):
        first = await announce(node, 2000)
        node.ring.wanted_bytes = LENGTH
        await node.nudge()
        await until(lambda: last(node, first.run).state == "released")
    node.begin()
    node.ring.evicted.add("2000-m1.mp4")
    async with delivering(node):
        await until(lambda: last(node, first.run).state == "lost")
