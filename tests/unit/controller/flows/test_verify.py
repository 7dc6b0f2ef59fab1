"""The worker in trouble: relay, database, store, node and decoder each fail, and only their own part waits."""

from pathlib import Path
from typing import Any

import pytest

from shared.errors import Broken, Rejected, Transient
from tests.fakes.verifier import (
    BROKEN,
    NOTHING,
    PERSON,
)
from tests.fakes.verifier_bench import CAM, T0, YARD, Bench, feed


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


async def test_a_person_in_a_running_event_raises_one_alarm_with_picture_and_promotion(bench: Bench) -> None:
    job = bench.store.add_job(CAM, T0)
    async with bench.running():
        end = await feed(bench, CAM, T0, [NOTHING] * 3 + [PERSON] * 8 + [NOTHING] * 15)
        bench.store.close_event(job, end - 400)
        await bench.until_done(job)
    (occurrence,) = bench.store.occurrences.values()
    assert occurrence.condition_ms - occurrence.start_ms == 500
    assert occurrence.start_ms == T0 + 600
    assert occurrence.end_ms == T0 + 10 * 200
    assert len(bench.store.alarms) == 1
    assert occurrence.picture_key in bench.objects.objects
    assert bench.objects.objects[str(occurrence.picture_key)] == b"jpeg\x01"
    assert bench.commands.promoted == [(CAM, occurrence.condition_ms - 10_000, occurrence.condition_ms + 10_000)]
    assert bench.commands.extended[0][:2] == (CAM, "event-1")
    (verdict,) = bench.store.verdicts.values()
    assert verdict.final
    assert not verdict.late
    assert verdict.event == "event-1"
    assert verdict.start_ms >= T0
    assert [t.class_name for t in verdict.tracks] == ["person"]


async def test_an_occurrence_that_joins_an_alarm_has_its_own_clip_fetched(bench: Bench) -> None:
    job = bench.store.add_job(CAM, T0)
    async with bench.running():
        end = await feed(bench, CAM, T0, [PERSON] * 8 + [NOTHING] * 15 + [PERSON] * 8 + [NOTHING] * 15)
        bench.store.close_event(job, end - 400)
        await bench.until_done(job)
    found = sorted(bench.store.occurrences.values(), key=lambda one: one.condition_ms)
    assert (len(found), len(bench.store.alarms)) == (2, 1)
    spans = [(CAM, one.condition_ms - 10_000, one.condition_ms + 10_000) for one in found]
    assert sorted(bench.commands.promoted) == spans


async def test_a_relay_that_closes_is_dialled_again_from_where_it_was(bench: Bench) -> None:
    job = bench.store.add_job(CAM, T0)
    async with bench.running():
        at = await feed(bench, CAM, T0, [NOTHING] * 5)
        await bench.until(lambda: len(bench.relay.watched) == 1)
        bench.relay.cut(CAM)
        at = await feed(bench, CAM, at, [PERSON] * 10)
        bench.store.close_event(job, at)
        await bench.until_done(job)
    assert len(bench.relay.watched) == 2
    assert bench.relay.watched[1][1] is not None
    assert bench.relay.watched[1][1] > T0
    assert len(bench.store.alarms) == 1


async def test_a_relay_that_stays_away_leaves_the_event_for_the_store(bench: Bench) -> None:
    bench.relay.away = True
    job = bench.store.add_job(CAM, T0)
    async with bench.running():
        await bench.until(lambda: len(bench.relay.watched) > 1)
        bench.store.close_event(job, T0 + 2000)
        await bench.until_done(job)
    assert bench.store.verdicts == {}, "nobody judged it: nothing says that somebody did"


async def test_cameras_do_not_wait_for_one_another(bench: Bench) -> None:
    bench.store.add_job(YARD, T0)  # its relay gives nothing
    job = bench.store.add_job(CAM, T0)
    async with bench.running() as worker:
        end = await feed(bench, CAM, T0, [PERSON] * 10)
        bench.store.close_event(job, end)
        await bench.until_done(job)
        assert worker.busy == 1
    assert len(bench.store.alarms) == 1


async def test_a_lost_lease_ends_the_job_here(bench: Bench) -> None:
    job = bench.store.add_job(CAM, T0)
    async with bench.running() as worker:
        await feed(bench, CAM, T0, [NOTHING] * 3)
        bench.store.steal(job)
        await bench.until(lambda: worker.busy == 0)
    assert bench.store.rows[job].state == "leased", "the other's lease is not touched"


async def test_a_database_that_is_away_delays_and_loses_nothing(bench: Bench) -> None:
    job = bench.store.add_job(CAM, T0)
    async with bench.running():
        at = await feed(bench, CAM, T0, [NOTHING] * 3)
        bench.store.away = True
        at = await feed(bench, CAM, at, [PERSON] * 10)
        assert bench.store.alarms == {}
        bench.store.away = False
        await bench.until(lambda: len(bench.store.alarms) == 1)
        bench.store.close_event(job, at)
        await bench.until_done(job)


async def test_a_relay_that_takes_no_boxes_does_not_hold_the_judge(bench: Bench) -> None:
    job = bench.store.add_job(CAM, T0)
    async with bench.running():
        await bench.until(lambda: bool(bench.relay.streams.get(CAM)))
        bench.relay.streams[CAM][0].boxes_hang = True
        end = await feed(bench, CAM, T0, [PERSON] * 10)
        bench.store.close_event(job, end)
        await bench.until_done(job)
    assert len(bench.store.alarms) == 1


async def test_a_store_that_takes_no_picture_does_not_hold_the_alarm(bench: Bench) -> None:
    bench.objects.hang = True
    bench.store.add_job(CAM, T0)
    async with bench.running():
        await feed(bench, CAM, T0, [PERSON] * 8)
        await bench.until(lambda: len(bench.store.alarms) == 1)
    (occurrence,) = bench.store.occurrences.values()
    assert occurrence.picture_key is None


async def test_a_picture_and_a_promotion_are_tried_again(bench: Bench) -> None:
    bench.objects.faults = [Transient("store is away")]
    bench.commands.away = 2  # the extension and the first promotion
    bench.store.add_job(CAM, T0)
    async with bench.running():
        await feed(bench, CAM, T0, [PERSON] * 8)
        await bench.until(lambda: bool(bench.commands.promoted) and len(bench.objects.objects) == 1)
        await bench.until(lambda: all(o.picture_key for o in bench.store.occurrences.values()))


async def test_a_picture_that_the_store_refuses_is_left_out(bench: Bench) -> None:
    bench.objects.faults = [Rejected("object key", "is bad")]
    job = bench.store.add_job(CAM, T0)
    async with bench.running():
        end = await feed(bench, CAM, T0, [PERSON] * 8)
        bench.store.close_event(job, end)
        await bench.until_done(job)
    assert bench.objects.objects == {}
    assert len(bench.store.alarms) == 1


async def test_a_damaged_stretch_is_skipped(bench: Bench) -> None:
    job = bench.store.add_job(CAM, T0)
    async with bench.running():
        at = await feed(bench, CAM, T0, [NOTHING] * 3 + [BROKEN])
        end = await feed(bench, CAM, at, [PERSON] * 10)
        bench.store.close_event(job, end)
        await bench.until_done(job)
    assert len(bench.store.alarms) == 1


async def test_a_decoder_that_dies_is_tried_three_times_and_parked(bench: Bench) -> None:
    def die(_codec: str) -> Any:
        raise Broken("poison")

    bench.decoder_for = die
    job = bench.store.add_job(CAM, T0)
    async with bench.running():
        bench.relay.push(CAM, T0, NOTHING)
        await bench.until(lambda: bench.store.rows[job].state == "parked")
    assert "poison" in bench.store.rows[job].reason


async def test_a_stopped_worker_gives_its_leases_up(bench: Bench) -> None:
    job = bench.store.add_job(CAM, T0)
    async with bench.running() as worker:
        await bench.until(lambda: worker.busy == 1)
        lease_until_ms = bench.store.rows[job].lease_until_ms
    assert bench.store.rows[job].lease_until_ms < lease_until_ms


async def test_a_lease_and_rules_survive_a_database_that_is_away_for_a_while(bench: Bench) -> None:
    bench.store.add_job(CAM, T0)
    async with bench.running() as worker:
        await feed(bench, CAM, T0, [NOTHING] * 2)
        bench.store.away = True
        await bench.clock.sleep_ms(8_000)
        assert worker.busy == 1
        bench.store.away = False
        await feed(bench, CAM, T0 + 400, [PERSON] * 10)
        await bench.until(lambda: len(bench.store.alarms) == 1)


async def test_a_nodes_clock_that_was_set_back_is_followed(bench: Bench) -> None:
    job = bench.store.add_job(CAM, T0)
    async with bench.running():
        end = await feed(bench, CAM, T0, [PERSON] * 8)
        bench.store.close_event(job, end - 200)
        await bench.until_done(job)
        earlier = T0 - 300_000
        bench.relay.held.clear()
        again = bench.store.add_job(CAM, earlier)
        end = await feed(bench, CAM, earlier, [NOTHING] * 4)
        bench.store.close_event(again, end - 200)
        await bench.until_done(again)
    assert earlier <= min(v.start_ms for v in bench.store.verdicts.values()) <= earlier + 400


async def test_a_codec_that_nobody_decodes_leaves_the_event_for_the_store(bench: Bench) -> None:
    def refuse(codec: str) -> Any:
        raise Rejected("codec", codec)

    bench.decoder_for = refuse
    job = bench.store.add_job(CAM, T0)
    async with bench.running():
        bench.push(CAM, T0, [PERSON] * 5)
        bench.store.close_event(job, T0 + 1000)
        await bench.until_done(job)
    assert bench.store.verdicts == {}
