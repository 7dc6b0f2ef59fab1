"""The worker's store on both databases: leases, fencing, and alarms that count nothing twice."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import col, select, update

from controller.adapters.feed import Feed
from controller.adapters.tables import JobRow, OccurrenceRow
from controller.api.alarm_schemas import AlarmDetailOut
from controller.api.judging_schemas import VerdictOut
from controller.api.schemas import AlarmOut, EventOut
from controller.core.records import FrameBoxes, Job, TrackedBox
from controller.ports import Received
from shared.errors import Rejected
from shared.geometry import Box
from shared.ids import CameraId, EventId, NodeId
from tests.builders import T0, event_fact, occurrence, rule, run_fact, verdict
from tests.contract.controller.conftest import Site

LEASE_MS = 10_000


async def event_with_job(site: Site, **given: Any) -> tuple[EventId, Job]:
    fact = event_fact(**given)
    await site.facts.save_facts([Received(NodeId("gate"), b"", fact)])
    (job,) = await site.judging.claim_jobs("w1", 1, LEASE_MS)
    assert job.event == fact.event
    return EventId(fact.event), job


async def alarms(site: Site, state: str = "all") -> list[dict[str, Any]]:
    page = await site.queries.alarms(state=state, camera=None, severity=None, cursor=None, limit=50)
    items: list[dict[str, Any]] = page["items"]
    for item in items:
        AlarmOut.model_validate(item)
    return items


async def test_a_job_has_one_owner_until_its_lease_is_over(site: Site) -> None:
    _, job = await event_with_job(site)
    assert await site.judging.claim_jobs("w2", 5, LEASE_MS) == ()
    site.clock.at_ms += 9_000
    await site.judging.renew_job(job, LEASE_MS)
    site.clock.at_ms += 9_000
    assert await site.judging.claim_jobs("w2", 5, LEASE_MS) == ()
    site.clock.at_ms += 1_000
    (taken,) = await site.judging.claim_jobs("w2", 5, LEASE_MS)
    assert (taken.id, taken.attempts, taken.token) == (job.id, 2, job.token + 1)
    for late in (
        site.judging.renew_job(job, LEASE_MS),
        site.judging.finish_job(job),
        site.judging.fail_job(job, "x"),
        site.judging.save_judgement(job, verdict(), ()),
    ):
        with pytest.raises(Rejected, match=r"job\.token"):
            await late
    await site.judging.finish_job(taken)
    site.clock.at_ms += 60_000
    assert await site.judging.claim_jobs("w3", 5, LEASE_MS) == ()


async def test_ten_workers_never_share_a_job(site: Site) -> None:
    facts = [Received(NodeId("gate"), b"", event_fact(camera=f"gate.c{n}")) for n in range(30)]
    await site.facts.save_facts(facts)
    claims = await asyncio.gather(*(site.judging.claim_jobs(f"w{n}", 4, LEASE_MS) for n in range(10)))
    ids = [job.id for jobs in claims for job in jobs]
    assert len(ids) == len(set(ids))
    assert all(len(jobs) <= 4 for jobs in claims)
    rest = [job.id for n in range(8) for job in await site.judging.claim_jobs(f"v{n}", 4, LEASE_MS)]
    assert sorted(ids + rest) == sorted(set(ids) | set(rest))
    assert len(ids) + len(rest) == 30


async def test_three_failures_park_a_job(site: Site) -> None:
    _, job = await event_with_job(site)
    parked = []
    for _ in range(3):
        parked.append(await site.judging.fail_job(job, "no picture"))
        site.clock.at_ms += 6_000
        claimed = await site.judging.claim_jobs("w1", 1, LEASE_MS)
        job = claimed[0] if claimed else job
    assert parked == [False, False, True]
    async with site.database.reading() as session:
        row = await session.get(JobRow, job.id)
    assert row is not None
    assert (row.state, row.parked_reason) == ("parked", "no picture")


async def test_live_jobs_of_the_past_are_retired(site: Site) -> None:
    event, job = await event_with_job(site)
    await site.facts.save_facts([Received(NodeId("gate"), b"", event_fact(event=event, rev=2, state="closed"))])
    renewed = await site.judging.renew_job(job, LEASE_MS)
    assert renewed.end_ms == T0 + 25_000
    site.clock.at_ms = T0 + 36_000
    assert await site.judging.claim_jobs("w2", 5, LEASE_MS) == ()
    assert await site.judging.retire_jobs() == 1
    assert await site.judging.retire_jobs() == 0
    assert (await site.judging.load()).waiting == 0


async def test_an_alarm_is_raised_once_and_told(site: Site) -> None:
    event, job = await event_with_job(site)
    lawn = rule(zone=((0, 0), (1, 0), (1, 1)), zone_name="lawn", regulation="§ 4")
    one = occurrence(lawn, 2)
    judged = verdict(event=event)
    (alarm,) = await site.judging.save_judgement(job, judged, [one])
    before = await Feed(site.database).bounds()
    assert await site.judging.save_judgement(job, judged, [one]) == ()
    assert await Feed(site.database).bounds() == before
    (shown,) = await alarms(site)
    assert (shown["id"], shown["number"], shown["rev"], shown["state"], shown["end_ms"]) == (
        alarm,
        1,
        1,
        "raised",
        None,
    )
    assert shown["zone"] == [[0, 0], [1, 0], [1, 1]]
    ended = replace(one, end_ms=T0 + 5_000, picture_key="p/1.jpg", track_ids=(1, 4))
    assert await site.judging.save_judgement(job, replace(judged, end_ms=T0 + 7_000, final=True), [ended]) == ()
    (shown,) = await alarms(site)
    assert (shown["rev"], shown["end_ms"], shown["occurrences"], shown["has_picture"]) == (2, T0 + 5_000, 1, True)
    items = await Feed(site.database).after(0)
    assert [item["kind"] for item in items] == ["event", "alarm", "event", "alarm", "event"]
    assert items[-2]["data"] == shown
    card = EventOut.model_validate(await site.queries.event(event))
    assert (card.alarms, card.classes, card.judged_ms) == ([alarm], {"person": 1}, 7_000)
    detail = AlarmDetailOut.model_validate(await site.queries.alarm(alarm))
    assert (detail.clip_start_ms, detail.clip_end_ms) == (T0 - 10_000, T0 + 15_000)
    assert detail.clip_missing_ms == 25_000
    assert [(h.who, h.what) for h in detail.history] == [("system", "raised")]
    assert await site.queries.alarm_picture(alarm) == "p/1.jpg"


async def test_the_next_one_within_the_cooldown_joins_later_it_is_new(site: Site) -> None:
    event, job = await event_with_job(site)
    lawn = rule(cooldown_s=15.0)
    judged = verdict(0, 50, event=event)
    first, second, third = occurrence(lawn, 2, 4), occurrence(lawn, 10, 12), occurrence(lawn, 17.5, 20)
    new = await site.judging.save_judgement(job, judged, [first, second, third])
    assert len(new) == 2
    assert [(a["number"], a["occurrences"]) for a in await alarms(site)] == [(2, 1), (1, 2)]


async def test_another_zone_camera_rule_or_a_higher_severity_is_an_alarm_of_its_own(site: Site) -> None:
    event, job = await event_with_job(site)
    lawn = rule(severity="medium", zone_name="a")
    others = [
        occurrence(lawn, 2, 9),
        occurrence(replace(lawn, zone_name="b"), 3, 9),
        occurrence(replace(lawn, severity="critical"), 3, 9),
        occurrence(rule(), 3, 9),
        occurrence(lawn, 3, 9, camera=CameraId("gate.door")),
    ]
    assert len(await site.judging.save_judgement(job, verdict(event=event), others)) == 5
    lower = occurrence(replace(lawn, severity="low"), 4, 9)
    assert await site.judging.save_judgement(job, verdict(event=event), [lower]) == ()


async def test_judging_the_same_time_again_counts_nothing_twice(site: Site) -> None:
    event, job = await event_with_job(site)
    lawn = rule()
    await site.judging.save_judgement(job, verdict(0, 60, event=event), [occurrence(lawn, 2, 40)])
    again = occurrence(lawn, 33, 38, late=True)
    assert await site.judging.save_judgement(None, verdict(30, 60, event=event, late=True), [again]) == ()
    (shown,) = await alarms(site)
    assert (shown["occurrences"], shown["end_ms"], shown["late"]) == (1, T0 + 40_000, False)
    detail = await site.queries.alarm(shown["id"])
    assert len(detail["occurrences"]) == 1
    assert (await site.queries.event(event))["late"]


async def test_what_a_lost_worker_left_open_is_the_same_situation_when_seen_again(site: Site) -> None:
    event, job = await event_with_job(site)
    lawn = rule()
    await site.judging.save_judgement(job, verdict(0, 20, event=event), [occurrence(lawn, 2)])
    again = occurrence(lawn, 35, 40)
    assert await site.judging.save_judgement(None, verdict(30, 60, event=event), [again]) == ()
    much_later = occurrence(lawn, 120, 130)
    assert len(await site.judging.save_judgement(None, verdict(110, 130, event=event), [much_later])) == 1


async def test_a_finished_job_leaves_nothing_open(site: Site) -> None:
    event, job = await event_with_job(site)
    await site.judging.save_judgement(job, verdict(0, 20, event=event), [occurrence(rule(), 2)])
    await site.judging.finish_job(job)
    (shown,) = await alarms(site)
    assert (shown["end_ms"], shown["rev"]) == (T0 + 20_000, 2)
    assert (await Feed(site.database).after(0))[-1]["data"] == shown


async def test_two_workers_at_once_raise_one_alarm(site: Site) -> None:
    lawn = rule()
    saves = [
        site.judging.save_judgement(None, verdict(0, 10, event=None), [occurrence(lawn, 2 + n / 10, 8)])
        for n in range(8)
    ]
    raised = [alarm for new in await asyncio.gather(*saves) for alarm in new]
    assert len(raised) == 1
    (shown,) = await alarms(site)
    assert (shown["number"], shown["occurrences"]) == (1, 1)


async def test_readers_of_the_feed_miss_nothing(site: Site) -> None:
    feed = Feed(site.database)
    seen: list[int] = []

    async def read() -> None:
        while len(seen) < 40:
            seen.extend(item["id"] for item in await feed.after(seen[-1] if seen else 0))
            await asyncio.sleep(0.005)

    async def write(camera: str) -> None:
        for n in range(10):
            one = occurrence(rule(), n * 100, n * 100 + 5, camera=CameraId(camera))
            await site.judging.save_judgement(
                None, verdict(n * 100, n * 100 + 9, event=None, camera=CameraId(camera)), [one]
            )

    await asyncio.wait_for(asyncio.gather(read(), *(write(f"gate.c{n}") for n in range(4))), 60)
    assert seen == sorted(seen)
    assert len(seen) == 40
    await feed.move_cursor("notify", 7)
    await feed.move_cursor("notify", 3)
    assert await feed.cursor("notify") == 7
    await feed.prune(5)
    assert await feed.bounds() == (8, seen[-1]), "what a reader lacks is kept"
    await feed.prune(5, most=10)
    low, high = await feed.bounds()
    assert (high - low, high) == (9, seen[-1])
    await feed.move_cursor("notify", high)
    await feed.prune(5)
    low, high = await feed.bounds()
    assert (high - low, high) == (4, seen[-1])


async def test_verdicts_are_shown_whole(site: Site) -> None:
    event, job = await event_with_job(site)
    box = TrackedBox(3, "person", 0.7, Box(0.1, 0.2, 0.3, 0.4))
    judged = verdict(event=event, frames=(FrameBoxes(T0, (box,)),), unreadable="")
    await site.judging.save_judgement(job, judged, ())
    (shown,) = [VerdictOut.model_validate(state) for state in await site.queries.verdicts(event)]
    assert shown.frames[0].boxes[0].x2 == 0.3
    assert shown.tracks[0].class_name == "person"
    with pytest.raises(Rejected, match=r"verdict\.id"):
        await site.judging.save_judgement(job, replace(judged, camera=CameraId("gate.door")), ())
    with pytest.raises(Rejected, match="end_ms"):
        await site.judging.save_judgement(job, replace(judged, end_ms=T0 - 1), ())


async def test_what_nobody_judged_becomes_a_job_when_the_store_has_it(site: Site) -> None:
    event, job = await event_with_job(site)
    await site.judging.save_judgement(job, verdict(-5, 10, event=event, final=True), ())
    closed = event_fact(event=event, rev=2, state="closed")
    runs = [run_fact(start_ms=T0 + s * 1000, end_ms=T0 + (s + 8) * 1000, event=event) for s in (-5, 3, 11)]
    await site.facts.save_facts([Received(NodeId("gate"), b"", closed)])
    await site.facts.save_facts([Received(NodeId("gate"), b"", fact) for fact in runs])
    assert await site.runs.plan_unjudged(10) == 0
    await site.judging.finish_job(job)
    for fact in runs:
        up = fact.model_copy(update={"rev": 2, "state": "uploaded"})
        await site.facts.save_facts([Received(NodeId("gate"), b"", up)])
    for run in await site.runs.runs_to_check(10):
        await site.runs.mark_stored(run.run)
    assert await site.runs.plan_unjudged(10) == 1
    assert await site.runs.plan_unjudged(10) == 0
    jobs = await site.judging.claim_jobs("w", 10, LEASE_MS)
    assert [(j.kind, j.start_ms - T0, (j.end_ms or 0) - T0) for j in jobs] == [("stored", 10_000, 19_000)]
    runs_found = await site.judging.stored_runs(CameraId("gate.yard"), T0 + 10_000, T0 + 19_000)
    assert [run.start_ms - T0 for run in runs_found] == [3_000, 11_000]
    assert (await site.queries.event(event))["stored_ms"] == 24_000
    late = run_fact(start_ms=T0 + 19_000, end_ms=T0 + 25_000, event=event, state="uploaded")
    await site.facts.save_facts([Received(NodeId("gate"), b"", late)])
    await site.runs.mark_stored((await site.runs.runs_to_check(10))[0].run)
    assert await site.runs.plan_unjudged(10) == 1


async def test_a_stored_run_makes_an_alarms_clip_ready(site: Site) -> None:
    event, job = await event_with_job(site)
    await site.judging.save_judgement(job, verdict(event=event), [occurrence(rule(), 2, 4)])
    assert not (await alarms(site))[0]["clip_ready"]
    up = run_fact(state="uploaded", event=event)
    await site.facts.save_facts([Received(NodeId("gate"), b"", up)])
    await site.runs.mark_stored((await site.runs.runs_to_check(10))[0].run)
    (shown,) = await alarms(site)
    assert (shown["clip_ready"], shown["rev"], shown["event"]) == (True, 2, event)
    assert shown in [item["data"] for item in await Feed(site.database).after(0)]
    assert await site.runs.runs_to_check(10) == ()
    site.clock.at_ms += 600_000
    (second_look,) = await site.runs.runs_to_check(10)
    assert second_look.stored
    await site.runs.mark_stored(second_look.run)
    site.clock.at_ms += 600_000
    assert await site.runs.runs_to_check(10) == ()


async def test_an_occurrence_of_a_vanished_verdict_can_still_end(site: Site) -> None:
    lawn = rule()
    await site.judging.save_judgement(None, verdict(0, 20, event=None), [occurrence(lawn, 2)])
    async with site.database.writing() as session:
        await session.execute(update(OccurrenceRow).values(verdict=None))
    assert await site.judging.save_judgement(None, verdict(20, 30, event=None), [occurrence(lawn, 21, 25)]) == ()
    async with site.database.reading() as session:
        same = (
            await session.scalars(select(OccurrenceRow.same_as).where(col(OccurrenceRow.same_as).is_not(None)))
        ).all()
    assert len(same) == 1
