"""Scores of whole pictures on both databases: in verdicts, and as an alarm where a rule lacks them."""

from dataclasses import replace

from controller.adapters.watch_jobs import SqlWatchJobs
from controller.api.judging_schemas import VerdictOut
from controller.core.lease import LEASE_MS
from controller.core.records import ScoreSummary, Unscored
from controller.ports import Received
from shared.ids import NodeId
from tests.builders import T0, event_fact, verdict
from tests.contract.controller.conftest import Site
from tests.contract.controller.test_watch_jobs import DOOR, YARD, record
from tests.contract.controller.test_watch_store import Guard

SCORE = ScoreSummary("anomaly", 0.93, T0 + 200, 7, "odd", "a" * 64)


async def test_a_verdict_keeps_the_worst_score_and_whose_it_is(site: Site) -> None:
    fact = event_fact()
    await site.facts.save_facts([Received(NodeId("gate"), b"", fact)])
    (job,) = await site.judging.claim_jobs("w", 1, LEASE_MS)
    await site.judging.save_judgement(job, replace(verdict(), event=job.event, camera=job.camera, scores=(SCORE,)), ())
    (kept,) = [VerdictOut.model_validate(one) for one in await site.queries.verdicts(fact.event)]
    assert [one.model_dump() for one in kept.scores] == [
        {"name": "anomaly", "most": 0.93, "most_ms": T0 + 200, "count": 7, "model": "odd", "model_sha256": "a" * 64}
    ]


async def test_a_camera_without_the_scores_that_its_rule_needs_is_an_alarm_and_their_coming_ends_it(site: Site) -> None:
    guard = await Guard(site).lead()
    watches = SqlWatchJobs(site.database, site.clock)
    await watches.keep({YARD, DOOR})
    jobs = await site.judging.claim_jobs("w", 9, LEASE_MS)
    lacking: list[Unscored | None] = [Unscored(site.clock.at_ms, "odd: gives nan")]

    async def work() -> None:
        await record(site)
        for job in jobs:
            unscored = lacking[0] if job.camera == DOOR else None
            await site.judging.renew_job(job, LEASE_MS, site.clock.at_ms, 100, unscored)

    (alarm,) = await guard.look_for(60, work)
    shown = (await site.queries.alarm(alarm))["alarm"]
    assert (shown["kind"], shown["camera"]) == ("unwatched", DOOR)
    assert shown["said"] == {"code": "alarm_unscored", "params": {"why": "odd: gives nan"}}
    assert [one.unscored for one in await watches.watched()] == [lacking[0], None]
    lacking[0] = None
    assert await guard.look_for(30, work) == ()
    assert (await site.queries.alarm(alarm))["alarm"]["end_ms"] is not None
    assert [one.unscored for one in await watches.watched()] == [None, None]


async def test_a_watch_that_begins_again_lacks_nothing_yet(site: Site) -> None:
    watches = SqlWatchJobs(site.database, site.clock)
    await watches.keep({YARD})
    (job,) = await site.judging.claim_jobs("w", 9, LEASE_MS)
    await site.judging.renew_job(job, LEASE_MS, site.clock.at_ms, 100, Unscored(T0, ""))
    await watches.keep(set())
    await site.judging.finish_job(job)
    await watches.keep({YARD})
    assert [one.unscored for one in await watches.watched()] == [None]
