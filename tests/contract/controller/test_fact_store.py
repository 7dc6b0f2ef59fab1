"""Facts into rows, on both databases: the larger revision wins, jobs and feed rows with it."""

from typing import Any

from sqlmodel import select

from controller.adapters.feed import Feed
from controller.adapters.tables import AuditRow, GapRow, JobRow, LedgerRow, RawFactRow, RunRow
from controller.api.schemas import CameraOut, EventOut, NodeOut
from controller.ports import Received, Taken
from shared.ids import NodeId
from shared.ledger import FIRST_PREVIOUS, entry_hash
from shared.messages import AnyFact, Gap, LedgerFact, TamperFact
from shared.mint import uuid7
from tests.builders import AGENT, AT, T0, event_fact, node_health, node_status, run_fact
from tests.contract.controller.conftest import Site


async def save(site: Site, *facts: AnyFact, node: str = "gate") -> tuple[Taken, ...]:
    return await site.facts.save_facts([Received(NodeId(node), b"{}", fact) for fact in facts])


async def rows(site: Site, table: Any) -> list[Any]:
    async with site.database.reading() as session:
        return list((await session.scalars(select(table))).all())


async def test_an_open_event_is_a_row_a_live_job_and_a_feed_row(site: Site) -> None:
    fact = event_fact()
    (taken,) = await save(site, fact)
    assert taken == Taken("accepted", new_job=True)
    shown = EventOut.model_validate(await site.queries.event(fact.event))
    assert (shown.state, shown.camera, shown.stored_ms, shown.alarms) == ("open", "gate.yard", 0, [])
    (job,) = await rows(site, JobRow)
    assert (job.kind, job.event, job.state, job.end_ms) == ("live", fact.event, "waiting", None)
    feed = await Feed(site.database).after(0)
    assert [(item["kind"], item["data"]["id"]) for item in feed] == [("event", fact.event)]
    EventOut.model_validate(feed[0]["data"])


async def test_the_larger_revision_wins_in_any_order(site: Site) -> None:
    first = event_fact(rev=1, peak=0.1)
    second = first.model_copy(update={"id": uuid7(), "rev": 2, "peak": 0.7})
    closed = event_fact(event=first.event, rev=3, peak=0.9, state="closed")
    assert [t.outcome for t in await save(site, second, first, second)] == ["accepted", "duplicate", "duplicate"]
    assert [t.outcome for t in await save(site, closed, second)] == ["accepted", "duplicate"]
    shown = await site.queries.event(first.event)
    assert (shown["state"], shown["peak"], shown["clip_end_ms"]) == ("closed", 0.9, T0 + 25_000)
    (job,) = await rows(site, JobRow)
    assert job.end_ms == T0 + 25_000


async def test_an_event_that_ended_long_ago_is_not_judged_live(site: Site) -> None:
    site.clock.at_ms = T0 + 60_000
    await save(site, event_fact(state="closed"))
    assert await rows(site, JobRow) == []


async def test_a_run_needs_leave_until_the_store_has_it(site: Site) -> None:
    announced = run_fact()
    (taken,) = await save(site, announced)
    assert taken.put is not None
    assert taken.put.key == f"yard/gate/yard/2026/03/01/motion/{T0 - 5_000}-{announced.run}.mp4"
    assert (await save(site, announced))[0].put is not None
    uploaded = announced.model_copy(update={"id": uuid7(), "rev": 2, "state": "uploaded"})
    assert await save(site, uploaded) == (Taken("accepted"),)
    assert await save(site, announced) == (Taken("duplicate"),)
    (run,) = await site.runs.runs_to_check(10)
    assert (run.fact, run.stored) == (uploaded.id, False)
    await site.runs.mark_stored(run.run)
    assert await save(site, uploaded) == (Taken("duplicate", stored=True),)


async def test_a_stored_run_keeps_what_the_store_has(site: Site) -> None:
    announced = run_fact()
    uploaded = announced.model_copy(update={"rev": 2, "state": "uploaded"})
    await save(site, announced, uploaded)
    (run,) = await site.runs.runs_to_check(10)
    await site.runs.mark_stored(run.run)
    again = announced.model_copy(update={"id": uuid7(), "rev": 3, "md5": "f" * 32})
    assert await save(site, again) == (Taken("accepted", stored=True),)
    (row,) = await rows(site, RunRow)
    assert (row.state, row.md5, row.fact, row.rev) == ("stored", "b" * 32, again.id, 3)


async def test_a_run_of_impossible_length_is_rejected(site: Site) -> None:
    backwards = run_fact(start_ms=T0, end_ms=T0)
    endless = run_fact(start_ms=T0, end_ms=T0 + 3_600_001)
    assert [t.outcome for t in await save(site, backwards, endless)] == ["rejected", "rejected"]
    assert await rows(site, RunRow) == []


def ledger_fact(chain: str, *gaps: tuple[int, int, str], rev: int = 1) -> LedgerFact:
    told = tuple(Gap(start_ms=T0 + start, end_ms=T0 + end, cause=cause) for start, end, cause in gaps)
    return LedgerFact(
        id=uuid7(),
        at=AT,
        node="gate",
        agent_start=AGENT,
        seq=1,
        rev=rev,
        camera="gate.yard",
        minute_ms=T0,
        chain=chain,
        previous=FIRST_PREVIOUS,
        gaps=told,
        entry=entry_hash("gate.yard", T0, chain, FIRST_PREVIOUS, (), told),
    )


async def test_a_ledger_minute_is_written_once_whatever_its_node_says_later(site: Site) -> None:
    chain = uuid7()
    first, denied = ledger_fact(chain, (0, 5, "camera stalled")), ledger_fact(chain, rev=2)
    assert [t.outcome for t in await save(site, first, first)] == ["accepted", "duplicate"]
    for again in (denied, denied.model_copy(update={"id": uuid7(), "rev": 3})):
        assert [t.outcome for t in await save(site, again)] == ["duplicate"]
    (row,) = await rows(site, LedgerRow)
    assert (row.entry, row.sound, row.rev) == (first.entry, True, 1)
    assert [gap.cause for gap in await rows(site, GapRow)] == ["camera stalled"]
    (told,) = [one for one in await rows(site, AuditRow) if one.what == "camera.contradicted"]
    assert (told.who, told.subject) == ("gate", "gate.yard")
    assert (told.detail["kept"], told.detail["told"]) == (first.entry, denied.entry)


async def test_another_chain_fills_gaps_and_makes_none(site: Site) -> None:
    await save(site, ledger_fact(uuid7(), (0, 5_000, "lost"), (9_000, 12_000, "disk full")))
    await save(site, ledger_fact(uuid7(), (2_000, 10_000, "recording off"), (30_000, 40_000, "lost")))
    found = [(gap.start_ms - T0, gap.end_ms - T0, gap.cause) for gap in await rows(site, GapRow)]
    assert sorted(found) == [(2_000, 5_000, "lost"), (9_000, 10_000, "disk full")]
    assert len(await rows(site, LedgerRow)) == 2


async def test_tamper_is_kept_by_revision(site: Site) -> None:
    values: dict[str, Any] = {
        "at": AT,
        "node": "gate",
        "agent_start": AGENT,
        "seq": 1,
        "camera": "gate.yard",
        "tamper": uuid7(),
    }
    begun = TamperFact(id=uuid7(), rev=1, kind="covered", start_ms=T0, **values)
    ended = TamperFact(id=uuid7(), rev=2, kind="covered", start_ms=T0, end_ms=T0 + 9, **values)
    assert [t.outcome for t in await save(site, ended, begun)] == ["accepted", "duplicate"]


async def test_nobody_speaks_for_another(site: Site) -> None:
    assert [t.outcome for t in await save(site, event_fact(), node="roof")] == ["dropped"]
    other = event_fact(camera="roof.yard")
    assert [t.outcome for t in await save(site, other)] == ["dropped"]
    mine, theirs = event_fact(), None
    await save(site, mine)
    theirs = event_fact(event=mine.event, camera="gate.door", rev=9)
    assert [t.outcome for t in await save(site, theirs)] == ["rejected"]
    assert [camera["id"] for camera in await site.queries.cameras()] == ["gate.door", "gate.yard"]


async def test_what_is_not_understood_is_parked_once(site: Site) -> None:
    raw = Received(NodeId("gate"), b'{"schema": "cctv.fact.smell.v1"}', None, "unknown schema")
    assert [t.outcome for t in await site.facts.save_facts([raw, raw])] == ["parked", "parked"]
    (row,) = await rows(site, RawFactRow)
    assert (row.payload, row.reason) == (raw.payload, "unknown schema")


async def test_one_fact_that_the_database_refuses_does_not_hold_the_others(site: Site) -> None:
    bad = event_fact().model_copy(update={"rev": 1 << 70})  # no message that is read may have it; some fault may
    good, also_good = event_fact(), run_fact()
    answers = await save(site, good, bad, also_good)
    assert [t.outcome for t in answers] == ["accepted", "parked", "accepted"]
    assert len(await rows(site, RawFactRow)) == 1


async def test_status_and_health_are_shown(site: Site) -> None:
    await site.facts.save_status(node_status("gate.yard", "gate.door", "roof.stolen"))
    cameras = [CameraOut.model_validate(state) for state in await site.queries.cameras()]
    assert [(c.id, c.state, c.width_px) for c in cameras] == [("gate.door", "live", 640), ("gate.yard", "live", 640)]
    await site.facts.save_health(node_health())
    (node,) = [NodeOut.model_validate(state) for state in await site.queries.nodes()]
    assert node.health is not None
    assert (node.state, node.cameras, node.health.uptime_s) == ("online", ["gate.door", "gate.yard"], 5)
    await site.facts.save_status(node_status(state="offline"))
    assert {c["state"] for c in await site.queries.cameras()} == {"away"}
    (node,) = [NodeOut.model_validate(state) for state in await site.queries.nodes()]
    assert (node.state, node.cameras) == ("offline", ["gate.door", "gate.yard"])
    await site.facts.save_status(node_status("gate.yard"))
    assert [(c["id"], c["state"]) for c in await site.queries.cameras()] == [
        ("gate.door", "away"),
        ("gate.yard", "live"),
    ]
    kinds = {item["kind"] for item in await Feed(site.database).after(0)}
    assert kinds == {"camera", "node"}
