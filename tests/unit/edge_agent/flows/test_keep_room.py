"""Room: what waits is let go for the disk's sake, told however full that is, and asked for again while it is there."""

import pytest

from edge_agent.core.run_cutter import Span
from shared.errors import Transient
from shared.kinds import MediaClass
from shared.orders import Backfill
from tests.fakes.edge import segment
from tests.fakes.node import FakeNode
from tests.unit.edge_agent.flows.test_compare import comparing
from tests.unit.edge_agent.flows.test_cut_runs import cutting
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


def lasting(node: FakeNode, media_class: MediaClass = "continuous") -> Span:
    return Span(media_class, node.feed.camera, 0, None, media_class)


def add(node: FakeNode, *starts_ms: int) -> None:
    for start_ms in starts_ms:
        node.ring.add(segment(start_ms=start_ms))


async def test_what_is_held_and_not_cut_yet_gives_way_too_however_full_the_disk_is_and_is_told_once() -> None:
    node = FakeNode()
    add(node, 2000, 4000)
    await node.cutting.want(lasting(node))
    await node.cutting._serve_all()
    assert {name for _, name in node.ring.held} == {"2000-m1.mp4", "4000-m1.mp4"}
    node.ring.evicted |= {"2000-m1.mp4", "4000-m1.mp4"}
    node.outbox.full, node.ring.wanted_bytes = True, 2 * LENGTH
    async with delivering(node):
        await until(lambda: not node.ring.held)
        await node.cutting._serve_all()
        assert (node.ring.held, node.runs()) == (set(), []), "what gave way is neither taken back nor told yet"
        node.ring.free_bytes, node.outbox.full = 2 * LENGTH, False
        await until(lambda: len(node.runs()) == 2)
        add(node, 6000)
        await node.cutting.want(Span("continuous", node.feed.camera, 0, 8000, "continuous"))
        node.clock.now_ms += 60_000
        async with cutting(node):
            await until(lambda: node.uploads.spans(node.feed.camera) == ())
    told = {run.start_ms: run for run in node.runs()}
    assert len(told) == len(node.runs())
    assert {at: run.state for at, run in told.items()} == {2000: "lost", 4000: "lost", 6000: "announced"}
    assert "recording goes first" in told[2000].reason
    assert node.delivery.ended["lost"] == 2


async def test_what_was_not_cut_yet_and_gave_way_is_asked_for_again_while_the_ring_has_it() -> None:
    node = FakeNode()
    order = Backfill(camera="n1.gate", start_ms=0, end_ms=10_000, media_class="motion")
    add(node, 2000)
    await node.cutting.want(lasting(node))
    await node.cutting._serve_all()
    node.ring.wanted_bytes = LENGTH
    async with delivering(node):
        await until(lambda: [run.state for run in node.runs()] == ["released"])
        assert node.ring.held == set()
        node.ring.wanted_bytes = 0
        node.clock.now_ms += 60_000
        assert await comparing(node).backfill(order, "b1") == (2000, 4000)
        await node.cutting._serve_all()
    assert [(run.start_ms, run.state) for run in node.runs()] == [(2000, "released"), (2000, "announced")]


async def test_promoted_footage_that_is_not_cut_yet_goes_after_what_waits_of_lower_classes() -> None:
    node = FakeNode()
    add(node, 6000)
    await node.cutting.want(lasting(node))
    await node.cutting._serve_all()
    await node.cutting.want(lasting(node, "promoted"))
    await node.cutting._serve_all()
    async with delivering(node):
        waiting = await announce(node, 2000)
        node.ring.evicted |= {"2000-m1.mp4", "6000-m1.mp4"}
        node.ring.wanted_bytes = LENGTH
        node.ring.gains = True
        await node.nudge()
        await until(lambda: last(node, waiting.run).state == "lost")
        for _ in range(3):
            await node.nudge()
        assert {name for _, name in node.ring.held} == {"6000-m1.mp4"}


async def test_what_is_being_announced_stays_and_a_run_is_not_made_of_what_gave_way() -> None:
    node = FakeNode()
    add(node, 2000, 4000)
    span = lasting(node)
    await node.cutting.want(span)
    await node.cutting._serve_all()
    first, second = node.cutting.uncut()
    node.cutting._announcing.add("2000-m1.mp4")
    assert node.cutting.uncut() == (second,)
    assert not node.cutting.let_go(first)
    node.cutting._announcing.clear()
    assert node.cutting.let_go(first)
    assert not await node.cutting._announce(span, tuple(node.ring.segments))
    assert await node.cutting._announce(span, (node.ring.segments[1],))
    assert [run.start_ms for run in node.runs()] == [4000]


async def test_room_is_made_though_nothing_can_be_asked_for_on_a_full_disk() -> None:
    node = FakeNode()
    async with delivering(node):
        first = await announce(node, 2000)
        await node.ack(first.id)  # without a grant: it has to be told again
        node.outbox.full, node.ring.wanted_bytes = True, LENGTH
        node.ring.evicted.add("2000-m1.mp4")
        node.clock.now_ms += 700_000
        await until(lambda: not node.ring.held)
