"""Judging live: running events, watching without any, what they share, hand-over, rules, boxes, thinning."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from controller.core.records import Detection, Rule
from shared.geometry import Box
from shared.ids import RuleId
from tests.fakes.verifier import NOTHING, PERSON
from tests.fakes.verifier_bench import CAM, RULE, T0, Bench, feed


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.fixture
def fast(bench: Bench) -> Bench:
    bench.clock.speed = 60
    return bench


async def test_an_empty_event_ends_with_a_verdict_and_no_alarm(bench: Bench) -> None:
    job = bench.store.add_job(CAM, T0)
    async with bench.running():
        end = await feed(bench, CAM, T0, [NOTHING] * 8)
        bench.store.close_event(job, end)
        await bench.until_done(job)
    assert bench.store.alarms == {}
    (verdict,) = bench.store.verdicts.values()
    assert verdict.final
    assert verdict.tracks == ()


async def test_the_verdict_grows_while_the_event_runs(bench: Bench) -> None:
    bench.store.add_job(CAM, T0)
    async with bench.running():
        feeding = asyncio.create_task(feed(bench, CAM, T0, [PERSON] * 60))
        await bench.until(lambda: bench.store.saves >= 4)
        (verdict,) = bench.store.verdicts.values()
        assert not verdict.final
        first = verdict.sampled
        await bench.until(lambda: next(iter(bench.store.verdicts.values())).sampled > first)
        feeding.cancel()
    assert len(bench.store.verdicts) == 1


async def test_a_chained_event_takes_the_lasting_occurrence_over(bench: Bench) -> None:
    first = bench.store.add_job(CAM, T0)
    async with bench.running():
        at = await feed(bench, CAM, T0, [PERSON] * 10)
        second = bench.store.add_job(CAM, at)
        bench.store.close_event(first, at + 200)
        at = await feed(bench, CAM, at, [PERSON] * 30)
        await bench.until_done(first)
        at = await feed(bench, CAM, at, [NOTHING] * 15)
        bench.store.close_event(second, at - 400)
        await bench.until_done(second)
    (occurrence,) = bench.store.occurrences.values()
    assert occurrence.end_ms == T0 + 39 * 200
    assert len(bench.store.alarms) == 1
    spans = sorted((v.start_ms, v.end_ms) for v in bench.store.verdicts.values())
    assert len(spans) == 2
    assert spans[0][1] < spans[1][0], "each frame is judged for one event only"


async def test_an_event_that_ends_first_waits_for_its_picture(bench: Bench) -> None:
    bench.objects.slow = asyncio.Event()
    job = bench.store.add_job(CAM, T0)
    async with bench.running():
        end = await feed(bench, CAM, T0, [PERSON] * 10)
        bench.store.close_event(job, end - 200)
        await bench.until(lambda: any(o.end_ms is not None for o in bench.store.occurrences.values()))
        await bench.clock.sleep_ms(2_000)
        assert bench.store.rows[job].state == "leased"
        bench.objects.slow.set()
        await bench.until_done(job)
    (occurrence,) = bench.store.occurrences.values()
    assert occurrence.picture_key in bench.objects.objects
    assert occurrence.end_ms is not None


async def test_an_occurrence_that_nobody_sees_end_ends_with_its_job(bench: Bench) -> None:
    job = bench.store.add_job(CAM, T0)
    async with bench.running():
        end = await feed(bench, CAM, T0, [PERSON] * 10)
        bench.store.close_event(job, end - 200)
        await bench.until_done(job)
    (occurrence,) = bench.store.occurrences.values()
    assert occurrence.end_ms == T0 + 9 * 200


async def test_a_hole_in_the_stream_begins_a_new_verdict(bench: Bench) -> None:
    job = bench.store.add_job(CAM, T0)
    async with bench.running():
        await feed(bench, CAM, T0, [NOTHING] * 5)
        end = await feed(bench, CAM, T0 + 8000, [NOTHING] * 5)
        bench.store.close_event(job, end)
        await bench.until_done(job)
    spans = sorted((v.start_ms, v.end_ms, v.final) for v in bench.store.verdicts.values())
    assert spans == [(T0, T0 + 800, True), (T0 + 8000, T0 + 8800, True)]


async def test_an_alarm_rings_for_those_who_follow_the_feed(bench: Bench) -> None:
    bench.store.add_job(CAM, T0)
    async with bench.running():
        at = await feed(bench, CAM, T0, [NOTHING] * 15)
        assert "feed" not in bench.bell.rung
        await feed(bench, CAM, at, [PERSON] * 10)
        await bench.until(lambda: bool(bench.store.alarms))
        await bench.until(lambda: "feed" in bench.bell.rung)


async def test_other_rules_are_in_force_within_seconds(bench: Bench) -> None:
    bench.store.rule_list = ()
    bench.store.add_job(CAM, T0)
    async with bench.running():
        at = await feed(bench, CAM, T0, [PERSON] * 10)
        assert bench.store.alarms == {}
        bench.store.rule_list, bench.store.rules_version = (RULE,), 2
        at = await feed(bench, CAM, at, [PERSON] * 20)
        await bench.until(lambda: len(bench.store.alarms) == 1)
        bench.store.rule_list, bench.store.rules_version = (), 3
        await feed(bench, CAM, at, [PERSON] * 20)
        await bench.until(lambda: all(o.end_ms is not None for o in bench.store.occurrences.values()))


async def test_boxes_go_to_the_relay_with_their_state(bench: Bench) -> None:
    bench.store.add_job(CAM, T0)
    async with bench.running():
        await feed(bench, CAM, T0, [PERSON] * 10)
        (stream,) = bench.relay.streams[CAM]
        await bench.until(lambda: any(b["tracks"] for b in stream.boxes))
        states = [track["state"] for boxes in stream.boxes for track in boxes["tracks"]]
    assert states[0] == "normal"
    assert states[-1] == "violation"


async def test_a_backlog_is_thinned_and_the_newest_frames_are_judged(bench: Bench) -> None:
    job = bench.store.add_job(CAM, T0)
    end = bench.push(CAM, T0, [PERSON] * 100)
    async with bench.running():
        bench.store.close_event(job, end - 200)
        await bench.until_done(job)
    frames = [f.pts_ms for v in bench.store.verdicts.values() for f in v.frames]
    assert len(frames) < 100
    assert max(frames) >= end - 600


async def test_a_desk_lingers_and_then_goes(bench: Bench) -> None:
    job = bench.store.add_job(CAM, T0)
    async with bench.running() as worker:
        end = await feed(bench, CAM, T0, [NOTHING] * 3)
        bench.store.close_event(job, end - 200)
        await bench.until_done(job)
        await bench.until(lambda: not worker._desks)
        again = bench.store.add_job(CAM, end + 60_000)
        end = await feed(bench, CAM, end + 60_000, [PERSON] * 8)
        bench.store.close_event(again, end - 200)
        await bench.until_done(again)
    assert len(bench.store.alarms) == 1


async def test_an_event_that_begins_while_the_stream_lingers_is_judged_from_its_start(bench: Bench) -> None:
    job = bench.store.add_job(CAM, T0)
    async with bench.running():
        end = await feed(bench, CAM, T0, [NOTHING] * 3)
        bench.store.close_event(job, end - 200)
        await bench.until_done(job)
        for index in range(4):  # the next event's first frames come before its job
            bench.relay.push(CAM, end + index * 200, PERSON)
        await bench.clock.sleep_ms(400)
        again = bench.store.add_job(CAM, end)
        last = await feed(bench, CAM, end + 800, [PERSON] * 4)
        bench.store.close_event(again, last - 200)
        await bench.until_done(again)
    (occurrence,) = bench.store.occurrences.values()
    assert occurrence.start_ms == end


def spans(fast: Bench) -> list[tuple[int, int, bool]]:
    return sorted((v.start_ms, v.end_ms, v.event is None) for v in fast.store.verdicts.values())


async def test_a_watched_camera_is_judged_without_any_event_from_its_small_stream(fast: Bench) -> None:
    job = fast.store.add_job(CAM, T0, kind="watch")
    async with fast.running() as worker:
        at = await feed(fast, CAM, T0, [NOTHING] * 5 + [PERSON] * 10, step_ms=500)
        await fast.until(lambda: len(fast.store.alarms) == 1)
        assert (worker.watching, worker.busy) == (1, 0)
        fast.store.close_event(job, at - 200)
        await fast.until_done(job)
    (verdict,) = fast.store.verdicts.values()
    assert (verdict.event, verdict.late, verdict.final) == (None, False, True)
    assert set(fast.relay.qualities) == {"sub"}
    (occurrence,) = fast.store.occurrences.values()
    assert occurrence.end_ms is not None
    assert fast.commands.extended == [], "there is no event to extend"


async def test_a_camera_without_a_small_stream_is_watched_on_its_only_one(fast: Bench) -> None:
    job = fast.store.add_job(CAM, T0, kind="watch")
    fast.store.rows[job].job = replace(fast.store.rows[job].job, sub=False)
    async with fast.running():
        await feed(fast, CAM, T0, [NOTHING] * 3, step_ms=500)
    assert set(fast.relay.qualities) == {"main"}


async def test_watching_goes_by_its_own_rate(fast: Bench) -> None:
    fast.store.add_job(CAM, T0, kind="watch")
    async with fast.running():
        await feed(fast, CAM, T0, [NOTHING] * 15)
        await fast.until(lambda: fast.judged_ms(CAM) >= T0 + 2_400)
    assert sum(fast.detector.batches) <= 7, "two a second, of five that come"


async def test_verdicts_of_a_watch_are_written_minute_by_minute_and_what_lasts_goes_along(fast: Bench) -> None:
    fast.watch_fps = 1.0
    fast.store.add_job(CAM, T0, kind="watch")
    async with fast.running():
        await feed(fast, CAM, T0, [PERSON] * 130, step_ms=1000)
        await fast.until(lambda: len(fast.store.verdicts) == 3)
    verdicts = sorted(fast.store.verdicts.values(), key=lambda v: v.start_ms)
    assert [v.final for v in verdicts[:2]] == [True, True]
    assert [(v.end_ms - v.start_ms) // 1000 for v in verdicts[:2]] == [59, 59]
    (occurrence,) = fast.store.occurrences.values()
    assert occurrence.end_ms is None
    assert fast.store.homes[occurrence.id] == verdicts[2].id
    judged_ms = [sum(one.judged_ms for one in v.person_time) for v in verdicts[:2]]
    assert judged_ms == [59_000, 60_000]  # the seam is the later one's
    assert sum(one.tracks for v in verdicts for one in v.person_time) == 1


async def test_an_event_on_a_watched_camera_shares_its_tracks_and_each_interval_is_judged_once(fast: Bench) -> None:
    watch = fast.store.add_job(CAM, T0, kind="watch")
    async with fast.running():
        at = await feed(fast, CAM, T0, [PERSON] * 15, step_ms=500)
        await fast.until(lambda: len(fast.store.alarms) == 1)
        event = fast.store.add_job(CAM, at - 1_000)
        await fast.until(lambda: "main" in fast.relay.qualities)
        at = await feed(fast, CAM, at, [PERSON] * 20)
        fast.store.close_event(event, at - 200)
        at = await feed(fast, CAM, at, [PERSON] * 20)
        await fast.until_done(event)
        await fast.until(lambda: fast.relay.qualities[-1] == "sub")
        at = await feed(fast, CAM, at, [PERSON] * 5)
        fast.store.close_event(watch, at - 200)
        await fast.until_done(watch)
    assert len(fast.store.occurrences) == 1, "one condition, whoever's frames show it"
    assert {t.track_id for v in fast.store.verdicts.values() for t in v.tracks} == {1}
    frames = [f.pts_ms for v in fast.store.verdicts.values() for f in v.frames]
    assert len(frames) == len(set(frames)), "each frame is judged for one job only"
    assert {v.event for v in fast.store.verdicts.values()} == {None, "event-2"}


async def test_who_takes_a_watch_over_goes_on_where_the_other_stopped(fast: Bench) -> None:
    job = fast.store.add_job(CAM, T0, kind="watch")
    async with fast.running():
        at = await feed(fast, CAM, T0, [PERSON] * 20, step_ms=500)
        await fast.until(lambda: len(fast.store.alarms) == 1)
    saved_ms = fast.store.rows[job].job.judged_ms
    assert saved_ms is not None
    async with fast.running():
        await feed(fast, CAM, at, [PERSON] * 10)
        await fast.until(lambda: fast.judged_ms(CAM) > at)
        first_ms = min(f.pts_ms for v in list(fast.store.verdicts.values())[1:] for f in v.frames)
    assert fast.relay.watched[-1][1] == saved_ms + 1
    assert first_ms > saved_ms


async def test_what_a_dead_worker_left_lasting_ends_once_it_would_have_been_seen_again(fast: Bench) -> None:
    fast.watch_fps = 1.0
    job = fast.store.add_job(CAM, T0, kind="watch")
    fast.store.rows[job].job = replace(fast.store.rows[job].job, judged_ms=T0 - 20_000)
    async with fast.running():
        feeding = asyncio.create_task(feed(fast, CAM, T0, [NOTHING] * 60, step_ms=1000))
        await fast.until(lambda: bool(fast.store.left_open))
        assert fast.judged_ms(CAM) - T0 > 30_000
        await feeding
    assert fast.store.left_open == [()]


async def test_a_watch_outlives_silence_and_tells_how_far_it_came(fast: Bench) -> None:
    fast.clock.speed = 200
    job = fast.store.add_job(CAM, T0, kind="watch")
    async with fast.running() as worker:
        await feed(fast, CAM, T0, [NOTHING] * 3)
        await fast.clock.sleep_ms(130_000)
        assert worker.watching == 1, "an event would be given up; a watch is not"
        await fast.until(lambda: fast.store.rows[job].job.judged_ms == T0)
        await fast.until(lambda: None in fast.store.lags)
    assert any(lag is not None for lag in fast.store.lags)


async def test_a_rule_that_comes_back_before_the_watch_ended_goes_on(fast: Bench) -> None:
    fast.clock.speed = 20
    job = fast.store.add_job(CAM, T0, kind="watch")
    async with fast.running() as worker:
        at = await feed(fast, CAM, T0, [NOTHING] * 3)
        fast.store.close_event(job, at + 60_000)
        await fast.clock.sleep_ms(4_000)
        fast.store.close_event(job, None)
        await feed(fast, CAM, at, [NOTHING] * 20)
        await fast.clock.sleep_ms(40_000)
        assert fast.store.rows[job].state != "done"
        await fast.until(lambda: worker.watching == 1)  # a busy machine may have lost the lease for a moment


async def test_a_watched_nodes_clock_that_was_set_back_is_followed(fast: Bench) -> None:
    fast.store.add_job(CAM, T0 - 500_000, kind="watch")
    async with fast.running():
        await feed(fast, CAM, T0, [PERSON] * 8, step_ms=500)
        earlier = T0 - 300_000
        await feed(fast, CAM, earlier, [NOTHING] * 8, step_ms=500)
        await fast.until(lambda: earlier <= fast.judged_ms(CAM) < T0)
    assert all(o.end_ms is not None for o in fast.store.occurrences.values() if o.id in fast.store.occurrences)


async def test_ten_motionless_minutes_raise_absence_and_man_down_without_any_event(fast: Bench) -> None:
    """Nobody at the post, and one who fell beside it and lies still: nothing moves, and no event begins."""
    standing, lying = 2, 3
    fast.detector.script |= {
        standing: (Detection("person", 0.9, Box(0.7, 0.2, 0.78, 0.7)),),
        lying: (Detection("person", 0.9, Box(0.6, 0.55, 0.88, 0.72)),),
    }
    post = ((0.0, 0.0), (0.4, 0.0), (0.4, 1.0), (0.0, 1.0))
    fast.store.rule_list = (
        Rule(RuleId("r1"), "post", "absence", zone=post, zone_name="post", persistence_s=600),
        Rule(RuleId("r2"), "down", "man_down", persistence_s=590),
    )
    assert all(rule.watched for rule in fast.store.rule_list)
    fast.clock.speed, fast.watch_fps = 100, 1.0
    fast.store.add_job(CAM, T0, kind="watch")
    async with fast.running():
        at = await feed(fast, CAM, T0, [standing] * 5 + [lying] * 580, step_ms=1000)
        assert fast.store.alarms == {}
        await feed(fast, CAM, at, [lying] * 30, step_ms=1000)
        await fast.until(lambda: len(fast.store.alarms) == 2)
    raised = {o.rule.kind: o for o in fast.store.occurrences.values()}
    assert raised["absence"].condition_ms == T0 + 600_000
    assert abs(raised["man_down"].condition_ms - (T0 + 5_000 + 590_000)) <= 3_000
    assert {v.event for v in fast.store.verdicts.values()} == {None}
    assert len(fast.store.verdicts) >= 10, "a verdict a minute"
