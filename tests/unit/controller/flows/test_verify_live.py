"""Judging running events: alarms, growing verdicts, hand-over, rules, boxes, thinning."""

import asyncio
from pathlib import Path

import pytest

from tests.fakes.verifier import (
    NOTHING,
    PERSON,
)
from tests.fakes.verifier_bench import CAM, RULE, T0, Bench, feed


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


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
