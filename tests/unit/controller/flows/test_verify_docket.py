"""Watching a camera all the time: without motion, beside events, minute by minute, and on after a worker died."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from controller.core.records import Detection, Rule
from shared.geometry import Box
from shared.ids import RuleId
from tests.fakes.verifier import NOTHING, PERSON
from tests.fakes.verifier_bench import CAM, T0, Bench, feed


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    made = Bench(tmp_path)
    made.clock.speed = 60
    return made


def spans(bench: Bench) -> list[tuple[int, int, bool]]:
    return sorted((v.start_ms, v.end_ms, v.event is None) for v in bench.store.verdicts.values())


async def test_a_watched_camera_is_judged_without_any_event_from_its_small_stream(bench: Bench) -> None:
    job = bench.store.add_job(CAM, T0, kind="watch")
    async with bench.running() as worker:
        at = await feed(bench, CAM, T0, [NOTHING] * 5 + [PERSON] * 10, step_ms=500)
        await bench.until(lambda: len(bench.store.alarms) == 1)
        assert (worker.watching, worker.busy) == (1, 0)
        bench.store.close_event(job, at - 200)
        await bench.until_done(job)
    (verdict,) = bench.store.verdicts.values()
    assert (verdict.event, verdict.late, verdict.final) == (None, False, True)
    assert set(bench.relay.qualities) == {"sub"}
    (occurrence,) = bench.store.occurrences.values()
    assert occurrence.end_ms is not None
    assert bench.commands.extended == [], "there is no event to extend"


async def test_a_camera_without_a_small_stream_is_watched_on_its_only_one(bench: Bench) -> None:
    job = bench.store.add_job(CAM, T0, kind="watch")
    bench.store.rows[job].job = replace(bench.store.rows[job].job, sub=False)
    async with bench.running():
        await feed(bench, CAM, T0, [NOTHING] * 3, step_ms=500)
    assert set(bench.relay.qualities) == {"main"}


async def test_watching_goes_by_its_own_rate(bench: Bench) -> None:
    bench.store.add_job(CAM, T0, kind="watch")
    async with bench.running():
        await feed(bench, CAM, T0, [NOTHING] * 15)
        await bench.until(lambda: bench.judged_ms(CAM) >= T0 + 2_400)
    assert sum(bench.detector.batches) <= 7, "two a second, of five that come"


async def test_verdicts_of_a_watch_are_written_minute_by_minute_and_what_lasts_goes_along(bench: Bench) -> None:
    bench.watch_fps = 1.0
    bench.store.add_job(CAM, T0, kind="watch")
    async with bench.running():
        await feed(bench, CAM, T0, [PERSON] * 130, step_ms=1000)
        await bench.until(lambda: len(bench.store.verdicts) == 3)
    verdicts = sorted(bench.store.verdicts.values(), key=lambda v: v.start_ms)
    assert [v.final for v in verdicts[:2]] == [True, True]
    assert [(v.end_ms - v.start_ms) // 1000 for v in verdicts[:2]] == [59, 59]
    (occurrence,) = bench.store.occurrences.values()
    assert occurrence.end_ms is None
    assert bench.store.homes[occurrence.id] == verdicts[2].id


async def test_an_event_on_a_watched_camera_shares_its_tracks_and_each_interval_is_judged_once(bench: Bench) -> None:
    watch = bench.store.add_job(CAM, T0, kind="watch")
    async with bench.running():
        at = await feed(bench, CAM, T0, [PERSON] * 15, step_ms=500)
        await bench.until(lambda: len(bench.store.alarms) == 1)
        event = bench.store.add_job(CAM, at - 1_000)
        await bench.until(lambda: "main" in bench.relay.qualities)
        at = await feed(bench, CAM, at, [PERSON] * 20)
        bench.store.close_event(event, at - 200)
        at = await feed(bench, CAM, at, [PERSON] * 20)
        await bench.until_done(event)
        await bench.until(lambda: bench.relay.qualities[-1] == "sub")
        at = await feed(bench, CAM, at, [PERSON] * 5)
        bench.store.close_event(watch, at - 200)
        await bench.until_done(watch)
    assert len(bench.store.occurrences) == 1, "one condition, whoever's frames show it"
    assert {t.track_id for v in bench.store.verdicts.values() for t in v.tracks} == {1}
    frames = [f.pts_ms for v in bench.store.verdicts.values() for f in v.frames]
    assert len(frames) == len(set(frames)), "each frame is judged for one job only"
    assert {v.event for v in bench.store.verdicts.values()} == {None, "event-2"}


async def test_who_takes_a_watch_over_goes_on_where_the_other_stopped(bench: Bench) -> None:
    job = bench.store.add_job(CAM, T0, kind="watch")
    async with bench.running():
        at = await feed(bench, CAM, T0, [PERSON] * 20, step_ms=500)
        await bench.until(lambda: len(bench.store.alarms) == 1)
    saved_ms = bench.store.rows[job].job.judged_ms
    assert saved_ms is not None
    async with bench.running():
        await feed(bench, CAM, at, [PERSON] * 10)
        await bench.until(lambda: bench.judged_ms(CAM) > at)
        first_ms = min(f.pts_ms for v in list(bench.store.verdicts.values())[1:] for f in v.frames)
    assert bench.relay.watched[-1][1] == saved_ms + 1
    assert first_ms > saved_ms


async def test_what_a_dead_worker_left_lasting_ends_once_it_would_have_been_seen_again(bench: Bench) -> None:
    bench.watch_fps = 1.0
    job = bench.store.add_job(CAM, T0, kind="watch")
    bench.store.rows[job].job = replace(bench.store.rows[job].job, judged_ms=T0 - 20_000)
    async with bench.running():
        feeding = asyncio.create_task(feed(bench, CAM, T0, [NOTHING] * 60, step_ms=1000))
        await bench.until(lambda: bool(bench.store.left_open))
        assert bench.judged_ms(CAM) - T0 > 30_000
        await feeding
    assert bench.store.left_open == [()]


async def test_a_watch_outlives_silence_and_tells_how_far_it_came(bench: Bench) -> None:
    bench.clock.speed = 200
    job = bench.store.add_job(CAM, T0, kind="watch")
    async with bench.running() as worker:
        await feed(bench, CAM, T0, [NOTHING] * 3)
        await bench.clock.sleep_ms(130_000)
        assert worker.watching == 1, "an event would be given up; a watch is not"
        await bench.until(lambda: bench.store.rows[job].job.judged_ms == T0)
        await bench.until(lambda: None in bench.store.lags)
    assert any(lag is not None for lag in bench.store.lags)


async def test_a_rule_that_comes_back_before_the_watch_ended_goes_on(bench: Bench) -> None:
    bench.clock.speed = 20
    job = bench.store.add_job(CAM, T0, kind="watch")
    async with bench.running() as worker:
        at = await feed(bench, CAM, T0, [NOTHING] * 3)
        bench.store.close_event(job, at + 60_000)
        await bench.clock.sleep_ms(4_000)
        bench.store.close_event(job, None)
        await feed(bench, CAM, at, [NOTHING] * 20)
        await bench.clock.sleep_ms(40_000)
        assert worker.watching == 1


async def test_a_watched_nodes_clock_that_was_set_back_is_followed(bench: Bench) -> None:
    bench.store.add_job(CAM, T0 - 500_000, kind="watch")
    async with bench.running():
        await feed(bench, CAM, T0, [PERSON] * 8, step_ms=500)
        earlier = T0 - 300_000
        await feed(bench, CAM, earlier, [NOTHING] * 8, step_ms=500)
        await bench.until(lambda: earlier <= bench.judged_ms(CAM) < T0)
    assert all(o.end_ms is not None for o in bench.store.occurrences.values() if o.id in bench.store.occurrences)


async def test_ten_motionless_minutes_raise_absence_and_man_down_without_any_event(bench: Bench) -> None:
    """Nobody at the post, and one who fell beside it and lies still: nothing moves, and no event begins."""
    standing, lying = 2, 3
    bench.detector.script |= {
        standing: (Detection("person", 0.9, Box(0.7, 0.2, 0.78, 0.7)),),
        lying: (Detection("person", 0.9, Box(0.6, 0.55, 0.88, 0.72)),),
    }
    post = ((0.0, 0.0), (0.4, 0.0), (0.4, 1.0), (0.0, 1.0))
    bench.store.rule_list = (
        Rule(RuleId("r1"), "post", "absence", zone=post, zone_name="post", persistence_s=600),
        Rule(RuleId("r2"), "down", "man_down", persistence_s=590),
    )
    assert all(rule.watched for rule in bench.store.rule_list)
    bench.clock.speed, bench.watch_fps = 100, 1.0
    bench.store.add_job(CAM, T0, kind="watch")
    async with bench.running():
        at = await feed(bench, CAM, T0, [standing] * 5 + [lying] * 580, step_ms=1000)
        assert bench.store.alarms == {}
        await feed(bench, CAM, at, [lying] * 30, step_ms=1000)
        await bench.until(lambda: len(bench.store.alarms) == 2)
    raised = {o.rule.kind: o for o in bench.store.occurrences.values()}
    assert raised["absence"].condition_ms == T0 + 600_000
    assert abs(raised["man_down"].condition_ms - (T0 + 5_000 + 590_000)) <= 3_000
    assert {v.event for v in bench.store.verdicts.values()} == {None}
    assert len(bench.store.verdicts) >= 10, "a verdict a minute"
