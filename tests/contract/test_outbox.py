"""One suite for the outbox and the uploads beside it: in memory and on SQLite."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from edge_agent.adapters.node_database import NodeDatabase
from edge_agent.adapters.outbox import SqliteOutbox
from edge_agent.adapters.uploads import SqliteUploads
from edge_agent.core.ledger_minutes import Entry
from edge_agent.core.outbox_policy import MAX_IN_FLIGHT
from edge_agent.core.recorder import Event
from edge_agent.core.run_cutter import Span
from edge_agent.core.upload_policy import Upload
from edge_agent.flows.facts import Facts
from edge_agent.ports import Outbox, Uploads
from shared.ids import CameraId, EventId, FactId, NodeId, RunId
from shared.ledger import FIRST_PREVIOUS
from shared.messages import EventFact, LedgerFact, RunFact
from shared.mint import uuid7
from tests.fakes.edge import FakeClock, FakeRing, MemoryOutbox, MemoryUploads, segment

CAMERA = CameraId("n1.gate")


class Both(NamedTuple):
    outbox: Outbox
    uploads: Uploads
    facts: Facts
    clock: FakeClock


def with_facts(outbox: Outbox, uploads: Uploads) -> Both:
    clock = FakeClock()
    return Both(outbox, uploads, Facts(NodeId("n1"), uuid7(), outbox, clock, uuid7), clock)


def in_memory(_folder: Path) -> Both:
    outbox = MemoryOutbox()
    return with_facts(outbox, MemoryUploads(outbox))


def on_sqlite(folder: Path) -> Both:
    database = NodeDatabase(folder / "node.sqlite3")
    return with_facts(SqliteOutbox(database), SqliteUploads(database))


@pytest.fixture(params=[in_memory, on_sqlite])
def both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Both]:
    make: Callable[[Path], Both] = request.param
    made = make(tmp_path)
    yield made
    if isinstance(made.outbox, SqliteOutbox):
        made.outbox._database.close()


def event(both: Both, *, id_: str | None = None, rev: int = 1) -> EventFact:
    running = Event(EventId(id_ or uuid7()), 5_000, 5_000, 1_000, 0.5, None, 5_000, 0.5)
    return both.facts.opened(CAMERA, running, "motion", rev)


def announced(both: Both, start_ms: int = 0) -> tuple[Upload, RunFact]:
    ring = FakeRing()
    run = ring.describe([ring.add(segment(start_ms=start_ms))])
    upload = Upload(RunId(uuid7()), run, "motion", "motion", None, "announced", 1, FactId(uuid7()))
    return upload, both.facts.run(upload)


def test_a_fact_is_due_until_it_was_sent_and_again_after_five_seconds(both: Both) -> None:
    fact = event(both)
    both.outbox.put([fact])
    assert both.outbox.due(0, 10) == (fact,)
    both.outbox.sent(fact.id, 0)
    assert both.outbox.due(3_000, 10) == ()
    assert both.outbox.due(6_001, 10) == (fact,)
    both.outbox.sent(fact.id, 6_001)
    assert both.outbox.due(6_001 + 7_000, 10) == ()
    assert both.outbox.due(6_001 + 12_001, 10) == (fact,)


def test_an_acknowledged_fact_is_never_due_again_but_found(both: Both) -> None:
    fact = event(both)
    both.outbox.put([fact])
    assert not both.outbox.is_acknowledged(fact.id)
    both.outbox.sent(fact.id, 0)
    both.outbox.acknowledged(fact.id, both.clock.now_ms)
    both.outbox.acknowledged(fact.id, both.clock.now_ms)
    both.outbox.unsend()
    assert both.outbox.due(10**9, 10) == ()
    assert both.outbox.find(fact.id) == fact
    assert both.outbox.is_acknowledged(fact.id)
    assert both.outbox.depth(both.clock.now_ms) == (0, 0.0)


def test_keeping_a_fact_twice_keeps_it_once(both: Both) -> None:
    fact = event(both)
    both.outbox.put([fact])
    both.outbox.put([fact])
    assert both.outbox.due(0, 10) == (fact,)


def test_events_go_before_runs(both: Both) -> None:
    upload, run_fact = announced(both)
    both.uploads.keep(upload, [run_fact])
    fact = event(both)
    both.outbox.put([fact])
    assert both.outbox.due(0, 10) == (fact, run_fact)
    assert both.outbox.due(0, 1) == (fact,)


def test_no_more_than_so_many_are_in_flight(both: Both) -> None:
    facts = [event(both) for _ in range(MAX_IN_FLIGHT + 5)]
    both.outbox.put(facts)
    due = both.outbox.due(0, 1000)
    assert len(due) == MAX_IN_FLIGHT
    for fact in due:
        both.outbox.sent(fact.id, 0)
    assert both.outbox.due(0, 1000) == ()
    both.outbox.acknowledged(due[0].id, 0)
    assert both.outbox.due(0, 1000) == (facts[MAX_IN_FLIGHT],)


def test_unsend_makes_everything_that_waits_due(both: Both) -> None:
    fact = event(both)
    both.outbox.put([fact])
    both.outbox.sent(fact.id, 0)
    both.outbox.unsend()
    assert both.outbox.due(0, 10) == (fact,)


def test_replay_makes_acknowledged_facts_due_from_a_time_on(both: Both) -> None:
    old = event(both)
    both.clock.now_ms += 60_000
    new = event(both)
    both.outbox.put([old, new])
    for fact in (old, new):
        both.outbox.acknowledged(fact.id, both.clock.now_ms)
    assert both.outbox.replay(both.clock.now_ms - 1_000) == 1
    assert both.outbox.due(0, 10) == (new,)


def test_depth_tells_count_and_age(both: Both) -> None:
    both.outbox.put([event(both)])
    both.clock.now_ms += 2_500
    both.outbox.put([event(both)])
    assert both.outbox.depth(both.clock.now_ms) == (2, 2.5)


def test_open_events_are_those_whose_last_revision_is_open(both: Both) -> None:
    running, ended = event(both), event(both)
    later = event(both, id_=running.event, rev=2)
    both.outbox.put([running, ended, later, both.facts.closed(ended, 6_000, 9_000, 0.6)])
    assert both.outbox.open_events() == (later,)


def test_notes_are_kept_with_facts(both: Both) -> None:
    assert both.outbox.recall("head") is None
    both.outbox.put([event(both)], {"head": "a"})
    both.outbox.put([], {"head": "b"})
    assert both.outbox.recall("head") == "b"


def test_numbers_grow_by_one(both: Both) -> None:
    first = both.outbox.next_seq()
    assert [both.outbox.next_seq() for _ in range(3)] == [first + 1, first + 2, first + 3]


def test_spans_are_kept_changed_and_dropped(both: Both) -> None:
    span = Span("s1", CAMERA, 1_000, None, "motion", EventId(uuid7()))
    other = Span("s2", CameraId("n1.yard"), 0, 5, "promoted")
    both.uploads.keep_span(span)
    both.uploads.keep_span(other)
    ended = replace(span, end_ms=9_000)
    both.uploads.keep_span(ended)
    assert both.uploads.spans(CAMERA) == (ended,)
    both.uploads.drop_span("s1")
    both.uploads.drop_span("s1")
    assert both.uploads.spans(CAMERA) == ()
    assert both.uploads.spans(other.camera) == (other,)


def test_an_upload_takes_its_segments_and_tells_in_one(both: Both) -> None:
    upload, fact = announced(both, start_ms=4_000)
    both.uploads.keep(upload, [fact])
    assert both.uploads.unfinished() == (upload,)
    assert both.uploads.taken(CAMERA, 4_000) == {upload.run.segments[0].name}
    assert both.uploads.taken(CAMERA, 4_001) == frozenset()
    assert both.uploads.taken(CameraId("n1.yard"), 0) == frozenset()
    assert both.outbox.due(0, 10) == (fact,)


@pytest.mark.parametrize("state", ["stored", "lost"])
def test_a_finished_upload_waits_no_longer_but_its_segments_stay_taken(both: Both, state: str) -> None:
    upload, fact = announced(both)
    both.uploads.keep(upload, [fact])
    both.uploads.keep(replace(upload, state="uploaded"), [])
    assert [found.state for found in both.uploads.unfinished()] == ["uploaded"]
    both.uploads.keep(replace(upload, state="stored" if state == "stored" else "lost"), [])
    assert both.uploads.unfinished() == ()
    assert both.uploads.find(RunId(uuid7())) is None
    found = both.uploads.find(upload.id)
    assert found is not None
    assert (found.state, found.run) == (state, upload.run)
    assert both.uploads.taken(CAMERA, 0)


def test_what_waits_is_counted_by_kind(both: Both) -> None:
    assert dict(both.outbox.depth_by_kind()) == {}
    first = event(both)
    both.outbox.put([first, event(both)])
    assert dict(both.outbox.depth_by_kind()) == {"event": 2}
    both.outbox.acknowledged(first.id, both.clock.unix_ms())
    assert dict(both.outbox.depth_by_kind()) == {"event": 1}


def test_acknowledged_facts_are_kept_a_week_and_can_be_told_again(tmp_path: Path) -> None:
    both = on_sqlite(tmp_path)
    day_ms = 86_400_000
    facts = [event(both) for _ in range(9)]
    for fact in facts:
        both.outbox.put([fact.model_copy(update={"at": both.clock.now()})])
        both.outbox.acknowledged(fact.id, both.clock.now_ms)
        both.clock.now_ms += day_ms
    for _ in range(500):  # what is older is forgotten along with others' acknowledgements
        both.outbox.acknowledged(uuid7(), both.clock.now_ms)
    assert both.outbox.replay(0) == 7
    assert {fact.id for fact in both.outbox.due(0, 64)} == {fact.id for fact in facts[2:]}


def entry(both: Both, minute_ms: int, camera: CameraId = CAMERA) -> LedgerFact:
    return both.facts.ledger(camera, Entry(minute_ms, (), (), minute_ms + 60_000), uuid7(), FIRST_PREVIOUS)


def test_the_ledger_is_found_by_minute_and_by_what_waits(both: Both) -> None:
    first, second, other = (
        entry(both, 1_000_000_020_000),
        entry(both, 1_000_000_080_000),
        entry(both, 1_000_000_020_000, CameraId("n1.yard")),
    )
    both.outbox.put([first, other, second])
    both.outbox.put([event(both)])
    assert both.outbox.ledger_at(CAMERA, first.minute_ms) == (first,)
    assert both.outbox.ledger_at(CAMERA, first.minute_ms + 1) == ()
    assert both.outbox.ledger_waiting(CAMERA) == (first, second)
    both.outbox.acknowledged(first.id, both.clock.unix_ms())
    assert both.outbox.ledger_waiting(CAMERA) == (second,)
    assert both.outbox.ledger_at(CAMERA, first.minute_ms) == (first,)


def test_facts_are_replaced_by_others_with_their_notes(both: Both) -> None:
    old, new = entry(both, 1_000_000_020_000), entry(both, 1_000_000_080_000)
    both.outbox.put([old])
    both.outbox.sent(old.id, 0)
    both.outbox.replace([old.id], [new], {"ledger": "2"})
    assert both.outbox.find(old.id) is None
    assert both.outbox.recall("ledger") == "2"
    assert both.outbox.due(10**9, 10) == (new,)


def test_numbers_that_were_used_before_are_skipped(both: Both) -> None:
    assert both.outbox.next_seq() == 1
    both.outbox.skip_seq(40)
    both.outbox.skip_seq(7)
    assert both.outbox.next_seq() == 41


def test_durable_writes_are_counted(both: Both) -> None:
    before, due = both.outbox.writes()
    both.outbox.put([event(both)], {"head": "a"})
    assert (both.outbox.writes(), due) == ((before + 1, False), False)


def test_an_upload_that_was_released_may_be_taken_again_once_it_is_forgotten(both: Both) -> None:
    upload, fact = announced(both)
    both.uploads.keep(upload, [fact])
    assert both.uploads.released() == ()
    released = replace(upload, state="released")
    both.uploads.keep(released, [])
    assert (both.uploads.unfinished(), both.uploads.released()) == ((), (released,))
    assert both.uploads.taken(CAMERA, 0) == {part.name for part in upload.run.segments}
    for _ in range(2):
        both.uploads.forget(upload.id)
    assert (both.uploads.released(), both.uploads.find(upload.id)) == ((), None)
    assert both.uploads.taken(CAMERA, 0) == frozenset()
