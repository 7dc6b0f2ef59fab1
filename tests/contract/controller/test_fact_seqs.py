"""Numbers of facts, hello and nodes that were put back to an older copy, on both databases."""

from sqlmodel import select

from controller.adapters.fact_seqs import SqlNodeMemory
from controller.adapters.node_store import NodeStore
from controller.adapters.tables import AuditRow, FactSeqRow, RunRow
from controller.api.schemas import NodeOut
from controller.core.seqs import MOST_ASKS, PATIENCE_MS, PAUSE_MS
from controller.ports import Received, Taken
from shared.ids import NodeId, RunId
from shared.messages import AnyFact
from shared.mint import uuid7
from tests.builders import AGENT, T0, event_fact, node_status, run_fact
from tests.contract.controller.conftest import Site
from tests.contract.controller.test_backfill_store import ledger, refs

GATE = NodeId("gate")


async def save(site: Site, *facts: AnyFact) -> tuple[Taken, ...]:
    return await site.facts.save_facts([Received(GATE, b"{}", fact) for fact in facts])


async def numbers(site: Site, *seqs: int) -> None:
    await save(site, *(event_fact(seq=seq) for seq in seqs))


async def test_a_gap_that_stays_is_asked_for_a_few_times_and_then_written_off(site: Site) -> None:
    memory = SqlNodeMemory(site.database, site.clock)
    await numbers(site, 1, 2, 5)
    assert await memory.resync_since(GATE, AGENT, 0) is None, "it may be on its way"
    asked = 0
    for _ in range(12):
        site.clock.at_ms += PAUSE_MS // 2 + PATIENCE_MS
        since_at = await memory.resync_since(GATE, AGENT, 0)
        if since_at is not None:
            asked += 1
            assert since_at.timestamp() * 1000 <= T0
    assert asked == MOST_ASKS
    await numbers(site, 8)
    site.clock.at_ms += PATIENCE_MS
    assert await memory.resync_since(GATE, AGENT, 0) is not None, "another gap is another matter"


async def test_no_gap_asks_for_nothing_and_a_filled_one_neither(site: Site) -> None:
    memory = SqlNodeMemory(site.database, site.clock)
    await numbers(site, 3, 1)
    await numbers(site, 2, 4, 2)
    site.clock.at_ms += PAUSE_MS
    assert await memory.resync_since(GATE, AGENT, 4) is None
    assert await memory.resync_since(GATE, AGENT, 5) is not None, "the node has named a number that never came"
    async with site.database.reading() as session:
        (row,) = (await session.scalars(select(FactSeqRow))).all()
    assert (row.upto, row.ahead) == (4, [])


async def test_a_start_of_which_nothing_came_is_asked_for_since_the_last_that_did(site: Site) -> None:
    memory = SqlNodeMemory(site.database, site.clock)
    await numbers(site, 1)
    other = uuid7()
    assert await memory.resync_since(GATE, other, 7) is None
    site.clock.at_ms += PATIENCE_MS
    since_at = await memory.resync_since(GATE, other, 7)
    assert since_at is not None
    assert since_at.timestamp() * 1000 == T0 - 60_000


async def test_hello_tells_the_last_number_and_the_newest_entry_of_each_ledger(site: Site) -> None:
    memory = SqlNodeMemory(site.database, site.clock)
    site.clock.at_ms = T0 + 3_600_000
    await site.facts.save_status(node_status("gate.yard", "gate.door"))
    newest = ledger(7, segments=refs(T0 + 7 * 60_000, 6, 10_500))
    far = ledger(100)
    await save(site, ledger(3), newest, far, event_fact(seq=44))
    hello = await memory.hello(GATE, AGENT)
    assert hello is not None
    assert (hello.agent_start, hello.seq) == (AGENT, 44)
    (head,) = hello.heads
    assert (head.camera, head.chain, head.minute_ms, head.entry) == (
        "gate.yard",
        newest.chain,
        newest.minute_ms,
        newest.entry,
    ), "an entry from the future is nobody's head"
    assert head.covered_to_ms == T0 + 7 * 60_000 + 63_000
    unknown = await memory.hello(NodeId("new"), AGENT)
    assert unknown is not None
    assert (unknown.seq, unknown.heads) == (0, ())
    await NodeStore(site.database, site.clock).switch(GATE, "kim", enabled=False)
    assert await memory.hello(GATE, AGENT) is None


async def test_a_node_that_was_put_back_is_noted_and_its_forgotten_uploads_are_given_up(site: Site) -> None:
    announced = run_fact()
    await save(site, announced, ledger(0))
    await save(site, ledger(1, chain=uuid7(), restored=True))
    (node,) = await site.queries.nodes()
    assert NodeOut.model_validate(node).restored_at == site.clock.now()
    async with site.database.reading() as session:
        assert [row.what for row in await session.scalars(select(AuditRow))] == ["node.restored"]
        (run,) = (await session.scalars(select(RunRow))).all()
    assert run.state == "lost"
    again = announced.model_copy(update={"id": uuid7(), "rev": 2, "state": "uploaded"})
    assert await save(site, again) == (Taken("accepted"),), "one that it knows comes back"


async def test_footage_that_a_node_forgot_it_sent_is_not_sent_twice(site: Site) -> None:
    parts = refs(T0, 4)
    first = run_fact(start_ms=T0, end_ms=T0 + 20_000, segments=parts[:2], state="uploaded")
    second = run_fact(start_ms=T0 + 20_000, end_ms=T0 + 40_000, segments=parts[2:], state="uploaded")
    await save(site, first, second)
    recut = run_fact(start_ms=T0 + 10_000, end_ms=T0 + 30_000, segments=parts[1:3])
    (taken,) = await save(site, recut)
    assert taken.put is not None, "uploaded is not stored"
    for run in (first, second):
        await site.runs.mark_stored(RunId(run.run))
    recut = recut.model_copy(update={"run": uuid7()})
    assert await save(site, recut) == (Taken("duplicate", stored=True),)
    longer = run_fact(start_ms=T0 + 10_000, end_ms=T0 + 50_000, segments=refs(T0 + 10_000, 4))
    (taken,) = await save(site, longer)
    assert taken.put is not None
