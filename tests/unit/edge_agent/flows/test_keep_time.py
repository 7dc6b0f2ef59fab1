"""The clock is told with everything: facts, runs, the ledger."""

from datetime import timedelta

from edge_agent.core.clock_offset import ClockError
from edge_agent.core.recorder import Event
from edge_agent.core.tamper import Tamper
from edge_agent.core.upload_policy import Upload
from edge_agent.flows.keep_time import TimeKeeping
from shared.clock import to_datetime
from shared.ids import EventId, FactId, RunId
from shared.messages import Ack, AckItem
from shared.mint import uuid7
from tests.fakes.edge import FakeClock, segment
from tests.fakes.node import FakeNode


def test_the_controllers_answer_tells_the_offset_and_a_resent_fact_does_not() -> None:
    clock = FakeClock()
    time = TimeKeeping(clock)
    assert (time.offset(), time.at_error_ms()) == (None, 0)
    time.disciplined = ClockError(0.0, 12.0)
    assert time.at_error_ms() == 12
    time.sent("a")
    time.sent("a")
    clock.now_ms += 40
    time.answered("a", clock.now_ms - 5_020)
    time.answered("never sent", 0)
    assert time.offset() == ClockError(0.0, 12.0)
    time.sent("b")
    clock.now_ms += 40
    time.answered("b", clock.now_ms - 5_020)
    assert time.offset() == ClockError(5_000.0, 20.002)
    assert time.at_error_ms() == 5_021


def test_only_so_many_unanswered_facts_are_remembered() -> None:
    time = TimeKeeping(FakeClock())
    for number in range(10_000):
        time.sent(str(number))
    assert len(time._sent) == 256


async def test_an_acknowledgement_fills_the_clock_of_all_that_is_written_after_it() -> None:
    node = FakeNode()
    await node.online()
    first = node.facts.opened(node.feed.camera, Event(EventId(uuid7()), 5, 5, 1, 0.5, None, 5, 0.5), "motion", 1)
    assert first.at_error_ms == 0
    node.outbox.put([first])
    assert await node.publishing._send(first)
    node.clock.now_ms += 100
    told_at = to_datetime(node.clock.now_ms) - timedelta(milliseconds=2_050)
    ack = Ack(id=uuid7(), at=told_at, items=(AckItem(fact=first.id, outcome="accepted"),))
    await node.publishing.answered({"node": "n1"}, ack)
    node.facts.media_offset_ms = lambda camera: 300.0 if camera == "n1.gate" else 0.0
    run = node.ring.describe((node.ring.add(segment()),))
    upload = Upload(RunId(uuid7()), run, "motion", "motion", None, "announced", 1, FactId(uuid7()))
    told = node.facts.run(upload)
    assert (told.clock_offset_ms, told.clock_error_ms, told.at_error_ms) == (2_300.0, 50.0, 2_051)
    tampered = node.facts.tampered(node.feed.camera, Tamper("black", 5))
    assert tampered.at_error_ms == node.facts.untampered(tampered, 9).at_error_ms == 2_051
    assert node.facts.closed(first, 9, 9, 0.5).at_error_ms == 2_051
