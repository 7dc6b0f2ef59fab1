"""No query of the API or the queue reads a whole table."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from controller.adapters.alarm_reads import AlarmReads
from controller.adapters.alarm_store import AlarmStore
from controller.adapters.backfill_store import SqlBackfillStore
from controller.adapters.count_store import SqlCounts
from controller.adapters.database import Database
from controller.adapters.deletion_store import SqlDeletions
from controller.adapters.fact_seqs import SqlNodeMemory
from controller.adapters.fact_store import SqlFactStore
from controller.adapters.judging_store import SqlJudgingStore
from controller.adapters.maintenance_store import MaintenanceStore
from controller.adapters.output_store import SqlOutputs
from controller.adapters.people_store import PeopleStore
from controller.adapters.piece_store import SqlPieceRuns
from controller.adapters.queries import Queries
from controller.adapters.report_reads import ReportReads
from controller.adapters.request_store import SqlRequestStore
from controller.adapters.retention_store import SqlRetentionStore
from controller.adapters.review_store import ReviewStore
from controller.adapters.run_store import SqlRunStore
from controller.adapters.search_reads import SearchReads
from controller.adapters.tend_store import SqlTendStore
from controller.adapters.timeline_store import SqlTimeline
from controller.adapters.watch_store import SqlWatchStore
from controller.app.notify import policies
from controller.core.conditions import Condition, Key
from controller.core.lease import Term
from controller.core.lifecycle import Deed
from controller.core.outputs import Output
from controller.core.review import ReviewWish
from controller.core.search import AlarmSearch, EventSearch, Window
from controller.core.tending import Patience
from controller.core.timeline import grid_of
from controller.core.watch import Begin, End
from controller.ports import Received
from controller.watch_settings import Watch
from shared.ids import CameraId, EventId, NodeId
from shared.mint import uuid7
from shared.texts import say
from tests.builders import AGENT, T0, event_fact, node_status, occurrence, rule, run_fact, tamper_fact, verdict
from tests.contract.controller.conftest import SITE, Site
from tests.contract.controller.test_backfill_store import ledger
from tests.fakes.led import take
from tests.fakes.site import HandClock
from tests.fakes.tables import make_tables

GROWING = {
    "event",
    "event_class",
    "run",
    "ledger",
    "gap",
    "verdict",
    "alarm",
    "occurrence",
    "alarm_history",
    "job",
    "feed",
    "audit",
    "tamper",
    "backfill",
    "footage_request",
    "fact_seq",
    "maintenance",
    "enrichment",
    "delivery",
    "reviewed",
    "person_time",
}


async def _fetch(site: Site) -> None:
    """Everything that back-fill and greeting ask."""
    store, requests = SqlBackfillStore(site.database, site.clock), SqlRequestStore(site.database, site.clock)
    memory = SqlNodeMemory(site.database, site.clock)
    await site.facts.save_status(node_status("gate.yard"))
    await site.facts.save_facts([Received(NodeId("gate"), b"", ledger(minute, due="all")) for minute in (0, 1)])
    request = await requests.add(CameraId("gate.yard"), T0, T0 + 30_000, "kim", "")
    site.clock.at_ms = T0 + 600_000
    assert await store.compare() > 0
    await store.serve_requests()
    for order in await store.orders():
        await store.answered(order.node, order.id, "", None, accepted=True)
    site.clock.at_ms += 60_000
    await store.follow()
    await requests.page(camera="gate.yard", cursor=request["id"], limit=5)
    await requests.one(request["id"])
    await memory.hello(NodeId("gate"), AGENT)
    await memory.resync_since(NodeId("gate"), uuid7(), 9)
    site.clock.at_ms += 60_000
    assert await memory.resync_since(NodeId("gate"), uuid7(), 9) is None
    await SqlRetentionStore(site.database, site.clock).prune()


async def _watch(site: Site) -> None:
    """Everything that alarms about the system ask."""
    led = await take(site.database, site.clock, Term("watch", "w"))
    watch = SqlWatchStore(led, site.clock, SITE, policies(Watch()), uuid7)
    await site.facts.save_facts([Received(NodeId("gate"), b"", one) for one in (tamper_fact(), run_fact(state="lost"))])
    sighting = await watch.sight()
    away = Key("node_away", node=NodeId("gate"))
    begin = Begin(away, T0, T0 + 30_000, Condition(say("alarm_worker_away")))
    assert len(await watch.save((begin,), sighting.tampers, sighting.lost)) == 3
    assert (await watch.sight()).standing == {away}
    await watch.save((End(away, T0 + 60_000),), (), ())


async def _handle(site: Site, alarm: str) -> None:
    """Everything that people, time, places and maintenance ask of alarms."""
    of_place = occurrence(rule(name="yard", place="yard"), 2, camera=CameraId("gate.door"))
    await site.judging.save_judgement(None, verdict(event=None, camera=CameraId("gate.door")), [of_place])
    await AlarmStore(site.database, site.clock).act(alarm, Deed("shelve", "kim", minutes=1))
    works = MaintenanceStore(site.database, site.clock, SITE)
    await works.begin("w1", "site", "", 1, "why", "kim")
    await works.in_force()
    await site.judging.save_judgement(None, verdict(event=None), [occurrence(rule(), 4)])
    site.clock.at_ms += 400_000
    led = await take(site.database, site.clock, Term("alarms", "w"))
    tending = SqlTendStore(led, site.clock, SITE, Patience())
    assert await tending.tend() > 0
    horn = Output("horn", "siren", "low")
    await SqlOutputs(site.database, site.clock).heeded([horn, replace(horn, hold_ms=0)])
    reads = AlarmReads(site.database)
    assert len(await reads.facts(T0, site.clock.at_ms)) > 0
    await reads.stale(site.clock.now())
    assert (await SqlCounts(site.database, site.clock, SITE).counts()).raised > 0
    await reads.number(1)
    await reads.occurrence(of_place.id)


async def _timeline(site: Site) -> None:
    """Everything that the timeline and playback ask, of a short range and of a long one."""
    timeline = SqlTimeline(site.database, site.clock)
    for range_ms in (60_000, 30 * 86_400_000):
        found = await timeline.timeline(["gate.yard"], grid_of(T0 - range_ms, T0 + range_ms, 600))
        assert found["cameras"][0]["alarms"]
    await SqlPieceRuns(site.database).playable("gate.yard", T0, T0 + 60_000)


async def _search(site: Site) -> None:
    """Everything that can be looked for."""
    reads, window = SearchReads(site.database, ZoneInfo("Asia/Seoul")), Window(T0 - 60_000, T0 + 60_000, (0, 1439))
    cursor = f"{T0}.{uuid7()}"
    alarms = AlarmSearch(
        window, ["gate.yard"], ["high"], ["raised"], ["zone_intrusion"], ["x"], ["y"], ["false"], 1, "z"
    )
    for asked in (alarms, AlarmSearch(window)):
        await reads.alarms(asked, cursor, 5)
    for events in (EventSearch(window, ["gate.yard"], ["person"], alarmed=True, least_s=1), EventSearch(window)):
        await reads.events(events, cursor, 5)
    await reads.choices()


async def _report(site: Site) -> None:
    """Everything that a report counts."""
    reads, spans = ReportReads(site.database), [(T0 - 60_000, T0), (T0 + 60_000, T0 + 90_000)]
    await reads.causes(spans)
    await reads.steps(spans)
    await reads.times(spans)
    await reads.exposure(spans, T0)
    await reads.worn(spans)
    await reads.presence(spans)
    await reads.presence_by_kind(spans)


async def _review(site: Site, *subjects: str) -> None:
    """What is looked through, and what is marked."""
    book = ReviewStore(site.database, site.clock, ZoneInfo("Asia/Seoul"))
    wish = ReviewWish("kim", T0 - 60_000, T0 + 60_000)
    narrow = replace(wish, cameras=("gate.yard",), left=True)
    for one in (wish, narrow, replace(narrow, severities=("high",), states=("raised",))):
        await book.page(one, f"{T0}.{uuid7()}", 5)
        await book.days(one)
    await book.page(replace(narrow, classes=("person",)), None, 5)
    await book.mark("kim", subjects, reviewed=True)
    await book.mark("kim", subjects, reviewed=False)


async def _delete(site: Site) -> None:
    """Everything that a deletion by hand asks."""
    deletions = SqlDeletions(site.database, site.clock)
    await deletions.preview(["gate.yard"], T0, T0 + 60_000)
    await deletions.add(["gate.yard"], T0, T0 + 60_000, "why", "kim", "")
    await deletions.page(None, 5)
    (asked,) = await deletions.open()
    await deletions.runs(asked, 5, ["x"])
    await deletions.pictures(asked, 5, ["x"])
    await deletions.finish(asked)


@pytest.fixture
async def watched(tmp_path: Path) -> AsyncIterator[tuple[Site, list[tuple[str, Any]]]]:
    database, clock = Database(f"sqlite:///{tmp_path}/db.sqlite3"), HandClock()
    await make_tables(database)
    await PeopleStore(database, clock).prepare_site(SITE)
    seen: list[tuple[str, Any]] = []

    @sa.event.listens_for(database.engine.sync_engine, "before_cursor_execute")
    def note(_c: object, _cursor: object, statement: str, parameters: Any, _context: object, many: bool) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE")):
            seen.append((statement, parameters[0] if many else parameters))

    site = Site(
        database,
        clock,
        SqlFactStore(database, clock, SITE),
        SqlJudgingStore(database, clock, SITE, uuid7),
        SqlRunStore(database, clock, SITE),
        Queries(database),
    )
    yield site, seen
    await database.close()


async def test_every_statement_uses_an_index(watched: tuple[Site, list[tuple[str, Any]]]) -> None:
    site, seen = watched
    fact = event_fact()
    run = run_fact(event=fact.event, state="uploaded")
    await site.facts.save_facts([Received(NodeId("gate"), b"", one) for one in (fact, run)])
    (job,) = await site.judging.claim_jobs("w", 1, 1000)
    judged = verdict(event=EventId(fact.event))
    (alarm,) = await site.judging.save_judgement(job, judged, [occurrence(rule(), 2)])
    await site.judging.renew_job(job, 1000)
    await site.judging.finish_job(job)
    closed = event_fact(event=fact.event, rev=2, state="closed")
    await site.facts.save_facts([Received(NodeId("gate"), b"", closed)])
    await site.runs.mark_stored((await site.runs.runs_to_check(9))[0].run)
    await site.runs.plan_unjudged(9)
    await site.judging.retire_jobs()
    await site.judging.load()
    await site.judging.stored_runs(CameraId("gate.yard"), T0, T0 + 1)
    await site.queries.cameras()
    await site.queries.alarm(alarm)
    for state in ("open", "shelved", "all"):
        await site.queries.alarms(state=state, camera=None, severity=None, cursor="9", limit=5)
        await site.queries.alarms(state=state, camera="gate.yard", severity="high", cursor="9", limit=5)
    await site.queries.events(camera="gate.yard", from_ms=0, to_ms=T0, cursor=f"{T0}.x", limit=5)
    await site.queries.events(camera=None, from_ms=None, to_ms=None, cursor=f"{T0}.x", limit=5)
    await site.queries.verdicts(fact.event)
    await _search(site)
    await _report(site)

    await _review(site, alarm, fact.event)
    await _fetch(site)
    await _delete(site)
    await _watch(site)
    await _timeline(site)
    await _handle(site, alarm)
    scans = []
    async with site.database.reading() as session:
        connection = await session.connection()
        for statement, parameters in list(seen):
            plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            for line in [row[-1] for row in plan]:
                words = line.split()
                if words[0] == "SCAN" and words[1] in GROWING and "USING" not in words:
                    scans.append((line, statement))
    assert scans == []
    assert len(seen) > 50
