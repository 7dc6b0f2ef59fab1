"""Watching as jobs on both databases: begun and ended with rules, one worker per camera, taken over, never given up."""

import random
from dataclasses import dataclass, field

import pytest
from sqlmodel import col, select, update

from controller.adapters.feed import Feed
from controller.adapters.lease_store import SqlLeaseStore
from controller.adapters.tables import CameraRow, JobRow, NodeRow, OccurrenceRow, VerdictRow
from controller.adapters.watch_jobs import SqlWatchJobs
from controller.core.lease import LEASE_MS, WORKER
from controller.core.records import Job, JobKind
from controller.flows.watch_system import WatchVerification
from controller.ports import Received, State
from shared.errors import Rejected
from shared.ids import CameraId, NodeId
from tests.builders import T0, event_fact, node_health, node_status, occurrence, rule, run_fact, verdict
from tests.contract.controller.conftest import Site
from tests.contract.controller.test_watch_store import Guard

DAY_MS = 86_400_000
YARD, DOOR = CameraId("gate.yard"), CameraId("gate.door")


class Nobody:
    """A machine on which nobody supervises anything."""

    def roles(self) -> list[State]:
        return []


@dataclass(frozen=True, slots=True)
class Starting:
    """A machine whose worker is starting, for the how-manieth time."""

    restarts: int

    def roles(self) -> list[State]:
        return [{"name": "worker", "state": "starting", "restarts": self.restarts}]


def watches(site: Site) -> SqlWatchJobs:
    return SqlWatchJobs(site.database, site.clock)


async def record(site: Site) -> None:
    """The node says that it and its two cameras are well."""
    await site.facts.save_status(node_status(YARD, DOOR))
    cameras = [{"id": camera, "state": "live"} for camera in (YARD, DOOR)]
    await site.facts.save_health(node_health(disk_free_bytes=2**33, cameras=cameras))


async def row_of(site: Site, camera: CameraId) -> JobRow:
    async with site.database.reading() as session:
        return (await session.scalars(select(JobRow).where(JobRow.once == f"watch:{camera}"))).one()


async def test_cameras_are_those_that_switched_on_nodes_have_now(site: Site) -> None:
    await site.facts.save_status(node_status(YARD, DOOR))
    assert await watches(site).cameras() == (DOOR, YARD)
    await site.facts.save_status(node_status(YARD, seq=2))
    async with site.database.writing() as session:
        assert (await session.get(CameraRow, DOOR)) is not None
    assert await watches(site).cameras() == (YARD,)
    async with site.database.writing() as session:
        await session.execute(update(NodeRow).values(enabled=False))
    assert await watches(site).cameras() == ()


async def test_a_watch_begins_and_ends_with_its_rule_and_begins_again(site: Site) -> None:
    jobs = watches(site)
    assert await jobs.keep({YARD, DOOR}) == 2
    assert await jobs.keep({YARD, DOOR}) == 0
    assert await jobs.keep({YARD}) == 1
    (job,) = await site.judging.claim_jobs("w", 9, LEASE_MS)
    assert (job.kind, job.camera, job.event, job.end_ms) == ("watch", YARD, None, None)
    site.clock.at_ms += 3_000
    assert await jobs.keep(set()) == 1
    renewed = await site.judging.renew_job(job, LEASE_MS)
    assert renewed.end_ms == T0 + 3_000, "its worker learns that it is over"
    assert await jobs.keep({YARD}) == 1
    assert (await site.judging.renew_job(job, LEASE_MS)).end_ms is None, "back before it ended: the same goes on"
    assert await jobs.keep(set()) == 1
    await site.judging.finish_job(job)
    assert await jobs.watched() == ()
    site.clock.at_ms += 60_000
    assert await jobs.keep({YARD}) == 1
    (again,) = await site.judging.claim_jobs("w", 9, LEASE_MS)
    assert (again.id, again.start_ms, again.judged_ms) == (job.id, T0 + 63_000, None)
    assert again.token > job.token
    with pytest.raises(Rejected, match=r"job\.token"):
        await site.judging.renew_job(job, LEASE_MS)


async def test_what_nobody_holds_ends_at_once_with_what_it_left_lasting(site: Site) -> None:
    jobs = watches(site)
    await jobs.keep({YARD})
    (job,) = await site.judging.claim_jobs("w", 9, LEASE_MS)
    await site.judging.save_judgement(job, verdict(0, 8, event=None), [occurrence(rule(), 2)])
    site.clock.at_ms += 60_000
    assert await jobs.keep(set()) == 1
    async with site.database.reading() as session:
        (left,) = (await session.scalars(select(OccurrenceRow))).all()
    assert left.end_ms == T0 + 8_000
    assert (await Feed(site.database).after(0))[-1]["kind"] == "alarm"
    assert await site.judging.claim_jobs("w2", 9, LEASE_MS) == ()


async def test_a_watch_is_taken_over_where_it_stopped_and_its_verdict_grows_no_more(site: Site) -> None:
    await site.facts.save_status(node_status(YARD))
    async with site.database.writing() as session:
        await session.execute(update(CameraRow).values(has_sub=True))
    await watches(site).keep({YARD})
    (job,) = await site.judging.claim_jobs("w1", 9, LEASE_MS, "watch")
    assert job.sub
    await site.judging.save_judgement(job, verdict(0, 5, event=None, final=False), ())
    assert await site.judging.claim_jobs("w2", 9, LEASE_MS) == ()
    site.clock.at_ms += LEASE_MS
    (taken,) = await site.judging.claim_jobs("w2", 9, LEASE_MS)
    assert (taken.id, taken.judged_ms, taken.token) == (job.id, T0 + 5_000, job.token + 1)
    async with site.database.reading() as session:
        (written,) = (await session.scalars(select(VerdictRow))).all()
    assert written.final


async def test_what_a_worker_before_left_lasting_is_ended_by_the_next(site: Site) -> None:
    await watches(site).keep({YARD})
    (job,) = await site.judging.claim_jobs("w1", 9, LEASE_MS)
    left, lasting = occurrence(rule(), 2), occurrence(rule(), 3)
    await site.judging.save_judgement(job, verdict(0, 8, event=None), [left, lasting])
    await site.judging.end_left_open(job, [lasting.id])
    await site.judging.end_left_open(job, [lasting.id])
    async with site.database.reading() as session:
        ends = {row.id: row.end_ms for row in await session.scalars(select(OccurrenceRow))}
    assert ends == {left.id: T0 + 8_000, lasting.id: None}
    open_alarms = [item for item in await Feed(site.database).after(0) if item["kind"] == "alarm"]
    assert [item["data"]["end_ms"] for item in open_alarms] == [None, None, T0 + 8_000]


async def test_a_watch_is_never_given_up_and_progress_forgives(site: Site) -> None:
    await watches(site).keep({YARD})
    for failure in range(1, 6):
        (job,) = await site.judging.claim_jobs("w", 9, LEASE_MS)
        assert not await site.judging.fail_job(job, f"fault {failure}")
        assert await site.judging.claim_jobs("w", 9, LEASE_MS) == ()
        site.clock.at_ms += 30_000
    (job,) = await site.judging.claim_jobs("w", 9, LEASE_MS)
    await site.judging.renew_job(job, LEASE_MS, T0 + 1_000, 250)
    assert (await row_of(site, YARD)).failures == 0
    (shown,) = await watches(site).watched()
    assert (shown.judged_ms, shown.lag_ms, shown.held) == (T0 + 1_000, 250, True)
    for _ in range(12):  # it takes its worker down each time
        site.clock.at_ms += 40_000
        assert len(await site.judging.claim_jobs("w", 9, LEASE_MS)) == 1
    assert await site.judging.retire_jobs() == 0
    assert (await site.judging.load()).waiting == 0, "watching is told of by camera, not as a backlog"


async def test_a_cameras_live_work_stays_with_one_worker(site: Site) -> None:
    await watches(site).keep({YARD})
    assert len(await site.judging.claim_jobs("w1", 9, LEASE_MS, "watch")) == 1
    facts = [event_fact(camera=YARD), event_fact(camera=DOOR)]
    await site.facts.save_facts([Received(NodeId("gate"), b"", fact) for fact in facts])
    assert [job.camera for job in await site.judging.claim_jobs("w2", 9, LEASE_MS, "live")] == [DOOR]
    (mine,) = await site.judging.claim_jobs("w1", 9, LEASE_MS, "live")
    assert mine.camera == YARD
    assert mine.motion == (facts[0].start_ms, None)
    site.clock.at_ms += LEASE_MS
    taken = await site.judging.claim_jobs("w2", 9, LEASE_MS)
    assert [(job.kind, job.camera) for job in taken] == [("live", YARD), ("live", DOOR), ("watch", YARD)]


@dataclass
class Model:
    """What must be true of jobs and leases, whoever does what when."""

    holders: dict[int, tuple[str, Job, int]] = field(default_factory=dict)  # worker, claim, lease until

    def rivals(self, holder: str, job: Job, now_ms: int) -> bool:
        """Whether another worker judges the camera live now."""
        return job.kind != "stored" and any(
            other != holder and until_ms > now_ms and its.camera == job.camera and its.kind != "stored"
            for other, its, until_ms in self.holders.values()
        )

    def claimed(self, worker: str, jobs: tuple[Job, ...], now_ms: int) -> None:
        for job in jobs:
            before = self.holders.get(job.id)
            if before is not None:
                assert before[2] <= now_ms, "a lease that holds is nobody else's"
                assert job.token > before[1].token
            self.holders[job.id] = (worker, job, now_ms + LEASE_MS)
        live: dict[str, set[str]] = {}
        for holder, job, until_ms in self.holders.values():
            if until_ms > now_ms and job.kind != "stored":
                live.setdefault(job.camera, set()).add(holder)
        assert all(len(holders) == 1 for holders in live.values()), "one camera, one history of tracks"


@pytest.mark.parametrize("seed", range(2))
async def test_claims_and_leases_hold_whoever_does_what_when(site: Site, seed: int) -> None:
    chance, model = random.Random(seed), Model()
    cameras = [CameraId(f"gate.c{n}") for n in range(3)]
    await watches(site).keep(set(cameras[:2]))
    kinds: tuple[JobKind | None, ...] = ("live", "watch", "stored", None)
    old: list[Job] = []
    for _ in range(60):
        now_ms = site.clock.at_ms
        worker = chance.choice(["w1", "w2", "w3"])
        match chance.randrange(6):
            case 0:
                fact = event_fact(camera=chance.choice(cameras), start_ms=now_ms, clip_start_ms=now_ms - 5_000)
                await site.facts.save_facts([Received(NodeId("gate"), b"", fact)])
            case 1 | 2:
                jobs = await site.judging.claim_jobs(worker, 2, LEASE_MS, chance.choice(kinds))
                old += [held[1] for job in jobs if (held := model.holders.get(job.id)) is not None]
                model.claimed(worker, jobs, now_ms)
            case 3 if model.holders:
                number = chance.choice(list(model.holders))
                holder, job, until_ms = model.holders[number]
                if until_ms <= now_ms and model.rivals(holder, job, now_ms):
                    del model.holders[number]
                    with pytest.raises(Rejected, match="another worker"):
                        await site.judging.renew_job(job, LEASE_MS)
                else:
                    await site.judging.renew_job(job, LEASE_MS)
                    model.holders[number] = (holder, job, now_ms + LEASE_MS)
            case 4 if model.holders:
                number = chance.choice(list(model.holders))
                holder, job, until_ms = model.holders.pop(number)
                if until_ms <= now_ms and model.rivals(holder, job, now_ms):
                    with pytest.raises(Rejected, match="another worker"):
                        await site.judging.finish_job(job)
                elif job.kind == "watch":
                    await site.judging.fail_job(job, "again")
                else:
                    await site.judging.finish_job(job)
            case _:
                site.clock.at_ms += chance.choice([500, 4_000, 11_000])
        for stale in old[-2:]:
            with pytest.raises(Rejected, match=r"job\.token"):
                await site.judging.renew_job(stale, LEASE_MS)
    async with site.database.reading() as session:
        once = (await session.scalars(select(JobRow.once).order_by(col(JobRow.once)))).all()
    assert len(once) == len(set(once))


async def test_an_unwatched_camera_is_an_alarm_and_its_return_ends_it(site: Site) -> None:
    guard = await Guard(site).lead()
    await watches(site).keep({YARD, DOOR})
    jobs = await site.judging.claim_jobs("w", 9, LEASE_MS)
    stuck = {DOOR}

    async def work() -> None:
        await record(site)
        for job in jobs:
            judged_ms = T0 if job.camera in stuck else site.clock.at_ms
            await site.judging.renew_job(job, LEASE_MS, judged_ms, 100)

    raised = await guard.look_for(30, work)
    assert raised == ()
    (alarm,) = await guard.look_for(30, work)
    detail = await site.queries.alarm(alarm)
    assert (detail["alarm"]["kind"], detail["alarm"]["camera"]) == ("unwatched", DOOR)
    assert detail["alarm"]["said"]["code"] == "alarm_unwatched"
    stuck.clear()
    assert await guard.look_for(30, work) == ()
    assert (await site.queries.alarm(alarm))["alarm"]["end_ms"] is not None


async def test_a_site_without_a_worker_says_so_within_a_minute(site: Site) -> None:
    guard = await Guard(site).lead()
    leases = SqlLeaseStore(site.database, site.clock)
    guard.watch.verification = WatchVerification(site.judging, Nobody(), leases)

    async def work() -> None:
        await record(site)
        await leases.take(f"{WORKER}far", "far", LEASE_MS)

    assert await guard.look_for(30, work) == ()
    began_ms = site.clock.at_ms
    (alarm,) = await guard.look_for(40, lambda: record(site))
    shown = (await site.queries.alarm(alarm))["alarm"]
    assert (shown["kind"], shown["said"]["code"]) == ("verification_degraded", "alarm_worker_away")
    assert shown["condition_ms"] - began_ms <= 60_000
    assert await guard.look_for(20, work) == ()
    assert (await site.queries.alarm(alarm))["alarm"]["end_ms"] is not None


async def test_a_worker_that_only_ever_starts_is_none_and_one_that_starts_first_has_its_time(site: Site) -> None:
    guard, leases = await Guard(site).lead(), SqlLeaseStore(site.database, site.clock)
    guard.watch.verification = WatchVerification(site.judging, Starting(0), leases)
    assert await guard.look_for(30, lambda: record(site)) == ()
    guard.watch.verification = WatchVerification(site.judging, Starting(3), leases)
    (alarm,) = await guard.look_for(30, lambda: record(site))
    assert (await site.queries.alarm(alarm))["alarm"]["said"]["code"] == "alarm_worker_away"


async def test_a_watched_site_without_a_worker_says_so_once(site: Site) -> None:
    guard = await Guard(site).lead()
    await watches(site).keep({YARD, DOOR})

    (alarm,) = await guard.look_for(60, lambda: record(site))
    assert (await site.queries.alarm(alarm))["alarm"]["said"]["code"] == "alarm_nobody_watches"
    assert await guard.look_for(60, lambda: record(site)) == ()


async def test_what_waited_is_caught_up_in_order_and_late(site: Site) -> None:
    ended_ms = {"old": T0 - 7_200_000, "new": T0 - 60_000}
    for name, at_ms in ended_ms.items():
        camera = f"gate.{name}"
        span = {"start_ms": at_ms - 10_000, "clip_start_ms": at_ms - 10_000, "end_ms": at_ms, "clip_end_ms": at_ms}
        event = event_fact(camera=camera, state="closed", **span)
        run = run_fact(camera=camera, event=event.event, state="uploaded", start_ms=at_ms - 10_000, end_ms=at_ms)
        await site.facts.save_facts([Received(NodeId("gate"), b"", fact) for fact in (event, run)])
    for due in await site.runs.runs_to_check(10):
        await site.runs.mark_stored(due.run)
    assert await site.runs.plan_unjudged(10) == 2
    running = event_fact(camera="gate.now")
    await site.facts.save_facts([Received(NodeId("gate"), b"", running)])
    await watches(site).keep({YARD})
    load = await site.judging.load()
    assert [(queue.name, queue.waiting) for queue in load.queues] == [("running", 1), ("ended", 1), ("back-fill", 1)]
    assert load.drain_s is None
    claimed = [(await site.judging.claim_jobs("w", 1, LEASE_MS))[0] for _ in range(4)]
    assert [job.camera for job in claimed] == ["gate.now", YARD, "gate.new", "gate.old"]
    assert claimed[2].motion == (T0 - 70_000, T0 - 60_000)
    late = [verdict(event=job.event, camera=job.camera, late=True) for job in claimed[2:]]
    for job, judged in zip(claimed[2:], late, strict=True):
        one = occurrence(rule(), 1, camera=job.camera, late=True)
        (alarm,) = await site.judging.settle_job(job, [judged], [one])
        shown = (await site.queries.alarm(alarm))["alarm"]
        assert (shown["late"], shown["condition_ms"]) == (True, one.condition_ms)
    assert await site.judging.parked(5) == ()
    load = await site.judging.load()
    assert (load.ended, load.drain_s, [queue.name for queue in load.queues]) == (2, 0.0, ["running"])


async def test_what_was_given_up_is_told_with_its_reason(site: Site) -> None:
    await site.facts.save_facts([Received(NodeId("gate"), b"", event_fact(camera=YARD))])
    for _ in range(3):
        (job,) = await site.judging.claim_jobs("w", 1, LEASE_MS)
        await site.judging.fail_job(job, "the store is away")
        site.clock.at_ms += 6_000
    (given_up,) = await site.judging.parked(5)
    assert (given_up.camera, given_up.start_ms, given_up.reason) == (YARD, T0, "the store is away")


async def test_who_starts_again_under_its_name_goes_on_at_once(site: Site) -> None:
    await watches(site).keep({YARD, DOOR})
    assert await site.judging.take_back("w1") == 0
    (mine,) = await site.judging.claim_jobs("w1", 1, LEASE_MS)
    (theirs,) = await site.judging.claim_jobs("w2", 1, LEASE_MS)
    assert await site.judging.take_back("w1") == 1
    (again,) = await site.judging.claim_jobs("w1", 9, LEASE_MS)
    assert (again.id, again.token) == (mine.id, mine.token + 1)
    with pytest.raises(Rejected, match=r"job\.token"):
        await site.judging.renew_job(mine, LEASE_MS)
    await site.judging.renew_job(theirs, LEASE_MS)


async def test_what_was_claimed_before_goes_behind_what_was_not(site: Site) -> None:
    for number in range(3):
        await site.facts.save_facts([Received(NodeId("gate"), b"", event_fact(camera=f"gate.c{number}"))])
    (first,) = await site.judging.claim_jobs("w", 1, LEASE_MS)
    site.clock.at_ms += LEASE_MS  # its worker died
    order = [(await site.judging.claim_jobs("w", 1, LEASE_MS))[0].camera for _ in range(3)]
    assert order == ["gate.c1", "gate.c2", first.camera], "one that takes its worker down holds up no other"
