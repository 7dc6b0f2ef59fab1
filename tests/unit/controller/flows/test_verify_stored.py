"""Judging stored footage: late, in its interval, damage said, poison parked."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from controller.core.records import StoredRun
from shared.errors import Transient
from shared.ids import RunId
from tests.fakes.verifier import (
    BROKEN,
    NOTHING,
    PERSON,
)
from tests.fakes.verifier_bench import CAM, T0, Bench


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def add_run(bench: Bench, name: str, start_ms: int, values: list[int]) -> None:
    data = bytes(values)
    bench.objects.objects[name] = data
    end_ms = start_ms + len(values) * 200
    bench.store.runs.append(StoredRun(RunId(name), CAM, start_ms, end_ms, name, len(data), 0, "0" * 64))


async def test_stored_footage_is_judged_late_and_only_in_its_interval(bench: Bench) -> None:
    add_run(bench, "a", T0, [PERSON] * 10 + [NOTHING] * 15)
    add_run(bench, "b", T0 + 5000, [NOTHING] * 10 + [PERSON] * 15)
    job = bench.store.add_job(CAM, T0, T0 + 7000, "stored")
    async with bench.running():
        await bench.until_done(job)
    (occurrence,) = bench.store.occurrences.values()
    assert occurrence.late
    assert (occurrence.start_ms, occurrence.end_ms) == (T0, T0 + 1800)
    assert occurrence.picture_key is not None
    (verdict,) = bench.store.verdicts.values()
    assert verdict.late
    assert verdict.final
    assert (verdict.start_ms, verdict.end_ms) == (T0, T0 + 6800)
    assert 1_000 < sum(one.present_ms for one in verdict.person_time) < 1_800 + 1_800  # of two seconds, and of two
    assert sum(one.judged_ms for one in verdict.person_time) == verdict.end_ms - verdict.start_ms
    assert list(bench.scratch.iterdir()) == []


async def test_a_job_that_ends_rings_for_the_next(bench: Bench) -> None:
    add_run(bench, "a", T0, [PERSON] * 10)
    bench.store.add_job(CAM, T0, T0 + 2000, "stored")
    async with bench.running(), asyncio.timeout(10):
        while "jobs" not in bench.bell.rung:
            await asyncio.sleep(0.01)


async def test_an_occurrence_that_lasts_to_the_end_of_the_footage_ends_there(bench: Bench) -> None:
    add_run(bench, "a", T0, [PERSON] * 10)
    job = bench.store.add_job(CAM, T0, T0 + 2000, "stored")
    async with bench.running():
        await bench.until_done(job)
    (occurrence,) = bench.store.occurrences.values()
    assert occurrence.end_ms == T0 + 1800


async def test_a_hole_between_runs_makes_two_verdicts(bench: Bench) -> None:
    add_run(bench, "a", T0, [NOTHING] * 5)
    add_run(bench, "b", T0 + 9000, [NOTHING] * 5)
    job = bench.store.add_job(CAM, T0, T0 + 10_000, "stored")
    async with bench.running():
        await bench.until_done(job)
    assert sorted(v.start_ms for v in bench.store.verdicts.values()) == [T0, T0 + 9000]


async def test_corrupt_footage_is_said_to_be_unreadable(bench: Bench) -> None:
    add_run(bench, "a", T0, [NOTHING, BROKEN])
    add_run(bench, "b", T0 + 400, [NOTHING] * 5)
    job = bench.store.add_job(CAM, T0, T0 + 1400, "stored")
    async with bench.running():
        await bench.until_done(job)
    said = [v for v in bench.store.verdicts.values() if v.unreadable]
    assert [(v.start_ms, v.end_ms, v.final) for v in said] == [(T0, T0 + 400, True)]
    assert "damaged" in said[0].unreadable
    assert any(v.sampled for v in bench.store.verdicts.values())


async def test_a_refused_verdict_is_not_taken_for_unreadable_footage(bench: Bench) -> None:
    add_run(bench, "a", T0, [PERSON] * 10)
    bench.store.refuse_occurrences = True
    job = bench.store.add_job(CAM, T0, T0 + 2000, "stored")
    async with bench.running():
        await bench.until(lambda: bench.store.rows[job].state == "parked")
    assert bench.store.verdicts == {}
    assert "verdict" in bench.store.rows[job].reason


async def test_an_interval_without_footage_says_so(bench: Bench) -> None:
    job = bench.store.add_job(CAM, T0, T0 + 1000, "stored")
    async with bench.running():
        await bench.until_done(job)
    (verdict,) = bench.store.verdicts.values()
    assert "no footage" in verdict.unreadable


async def test_a_store_that_stays_away_parks_the_job_after_three_tries(bench: Bench) -> None:
    add_run(bench, "a", T0, [NOTHING] * 5)
    bench.objects.faults = [Transient("store is away")] * 3
    job = bench.store.add_job(CAM, T0, T0 + 1000, "stored")
    async with bench.running():
        await bench.until(lambda: bench.store.rows[job].state == "parked")


async def test_a_stored_job_of_another_is_left_to_them(bench: Bench) -> None:
    add_run(bench, "a", T0, [NOTHING] * 200)
    job = bench.store.add_job(CAM, T0, T0 + 40_000, "stored")
    async with bench.running():
        await bench.until(lambda: bench.store.rows[job].state == "leased")
        bench.store.steal(job)
        await asyncio.sleep(0.3)
    assert bench.store.rows[job].state == "leased"


async def test_frames_are_judged_densely_where_something_moved(bench: Bench) -> None:
    add_run(bench, "a", T0, [NOTHING] * 60)
    job = bench.store.add_job(CAM, T0, T0 + 12_000, "stored")
    bench.store.rows[job].job = replace(bench.store.rows[job].job, motion=(T0 + 5_000, T0 + 7_000))
    async with bench.running():
        await bench.until_done(job)
    (verdict,) = bench.store.verdicts.values()
    at = [frame.pts_ms - T0 for frame in verdict.frames]
    assert at == [0, 1_000, 2_000, 3_000, 4_000, *range(5_000, 7_001, 200), *range(8_000, 12_000, 1_000)]


async def test_several_stored_jobs_share_the_detectors_batches_and_each_is_written_once(bench: Bench) -> None:
    jobs = []
    for number in range(9):
        add_run(bench, f"r{number}", T0 + number * 100_000, [PERSON] * 20)
        jobs.append(bench.store.add_job(CAM, T0 + number * 100_000, T0 + number * 100_000 + 4_000, "stored"))
    async with bench.running():
        for job in jobs:
            await bench.until_done(job)
    assert max(bench.detector.batches) > 1
    assert len(bench.store.verdicts) == len(bench.store.occurrences) == 9
    assert {v.sampled for v in bench.store.verdicts.values()} == {20}


async def test_a_worker_that_stops_in_the_middle_leaves_nothing_behind_and_gives_the_job_up(bench: Bench) -> None:
    add_run(bench, "a", T0, [PERSON] * 300)
    job = bench.store.add_job(CAM, T0, T0 + 60_000, "stored")
    async with bench.running():
        await bench.until(lambda: sum(bench.detector.batches) > 3)
    assert (bench.store.verdicts, bench.store.occurrences) == ({}, {})
    assert list(bench.scratch.iterdir()) == []
    async with bench.running():
        await bench.until_done(job)
    (verdict,) = bench.store.verdicts.values()
    assert verdict.sampled == 300


async def test_a_renewal_that_comes_too_late_is_no_loss(bench: Bench) -> None:
    add_run(bench, "a", T0, [PERSON] * 20)
    job = bench.store.add_job(CAM, T0, T0 + 4_000, "stored")
    bench.store.settling_ms = 10_000  # the job is done, and its answer is still on the way
    async with bench.running():
        await bench.until_done(job)
        await bench.until(lambda: "jobs" in bench.bell.rung)
    assert bench.store.rows[job].failures == 0
    assert bench.store.refused == 0
