"""Comparing: hello moves ledgers and numbers forward, back-fill makes due what is left of a span."""

import pytest

from edge_agent.flows.compare import Comparing
from edge_agent.flows.keep_ledger import LedgerKeeping
from shared.errors import Rejected
from shared.mint import uuid7
from shared.orders import Backfill, Hello, LedgerHead
from tests.fakes.edge import segment
from tests.fakes.node import FakeNode

MINUTE_MS = 1_000_000_020_000


def comparing(node: FakeNode) -> Comparing:
    camera = node.feed.camera
    ledger = LedgerKeeping(node.feed, node.ring, node.outbox, node.facts)
    greeted, take_again = node.publishing.greeted, node.delivery.take_again
    return Comparing({camera: ledger}, {camera: node.cutting}, node.ring, node.facts, greeted, take_again)


async def test_hello_jumps_forward_and_lets_the_ledger_be_told() -> None:
    node = FakeNode()
    node.clock.now_ms = MINUTE_MS + 60_000
    head = LedgerHead(
        camera="n1.gate", chain=uuid7(), minute_ms=MINUTE_MS, entry="a" * 64, covered_to_ms=MINUTE_MS + 61_000
    )
    other = head.model_copy(update={"camera": "n1.elsewhere"})
    flow = comparing(node)
    await flow.hello(Hello(agent_start=node.facts.agent_start, seq=70, heads=(head, other)))
    assert node.outbox.next_seq() == 71
    assert node.facts.last_seq == 70
    assert node.publishing._compared
    note = node.outbox.recall("ledger n1.gate")
    assert note is None or str(head.chain) not in note


async def test_the_hello_for_another_start_is_refused_and_changes_nothing() -> None:
    node = FakeNode()
    with pytest.raises(Rejected, match="agent_start"):
        await comparing(node).hello(Hello(agent_start=uuid7(), seq=70))
    assert node.outbox.next_seq() == 1
    assert not node.publishing._compared


async def test_back_fill_makes_due_what_is_left_and_says_so() -> None:
    node = FakeNode()
    for at_ms in range(10_000, 20_000, 2_000):
        node.ring.add(segment(start_ms=at_ms))
    id_ = uuid7()
    order = Backfill(camera="n1.gate", start_ms=1_000, end_ms=15_000, media_class="continuous")
    assert await comparing(node).backfill(order, id_) == (10_000, 15_000)
    assert await comparing(node).backfill(order, id_) == (10_000, 15_000)
    (span,) = node.uploads.spans(node.feed.camera)
    assert (span.start_ms, span.end_ms, span.media_class) == (10_000, 15_000, "continuous")


async def test_of_a_span_that_is_gone_nothing_is_left() -> None:
    node = FakeNode()
    node.ring.add(segment(start_ms=10_000))
    order = Backfill(camera="n1.gate", start_ms=30_000, end_ms=40_000)
    assert await comparing(node).backfill(order, uuid7()) == (30_000, 30_000)
    assert node.uploads.all_spans == {}


@pytest.mark.parametrize(
    ("camera", "start_ms", "end_ms", "word"),
    [
        ("n1.gate", 30_000, 30_000, "end_ms"),
        ("n1.gate", 0, 600_001, "end_ms"),
        ("n1.other", 0, 1_000, "camera"),
    ],
)
async def test_back_fill_that_makes_no_sense_is_refused(camera: str, start_ms: int, end_ms: int, word: str) -> None:
    node = FakeNode()
    node.ring.add(segment(start_ms=10_000))
    with pytest.raises(Rejected, match=word):
        await comparing(node).backfill(Backfill(camera=camera, start_ms=start_ms, end_ms=end_ms), uuid7())
    assert node.uploads.all_spans == {}
