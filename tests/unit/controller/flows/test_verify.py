"""The worker's flow against fakes: live jobs, hand-over, trouble, stored jobs."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from controller.core.judge import CameraJudge
from controller.core.records import Rule, StoredRun
from controller.flows.detect import BatchingDetector
from controller.flows.evidence import Evidence
from controller.flows.verify import Worker, WorkerParts
from controller.flows.verify_live import LiveParts
from controller.flows.verify_stored import StoredParts
from controller.ports import Picture
from shared.errors import Broken, Rejected, Transient
from shared.ids import CameraId, RuleId, RunId, SiteId
from tests.fakes.verifier import (
    BROKEN,
    NOTHING,
    PERSON,
    FakeRelay,
    FastClock,
    MemoryJudgingStore,
    MemoryObjects,
    QuickBell,
    RecordingCommands,
    ScriptedDecoder,
    ScriptedDetector,
    ScriptedFootage,
    picture_of,
)

CAM = CameraId("gate.front")
YARD = CameraId("gate.yard")
RULE = Rule(RuleId("r1"), "person", "zone_intrusion", persistence_s=0.5)
T0 = 1_000_000


class Bench:
    """A worker among fakes."""

    def __init__(self, scratch: Path) -> None:
        self.clock = FastClock()
        self.store = MemoryJudgingStore(self.clock)
        self.store.rule_list = (RULE,)
        self.relay = FakeRelay()
        self.objects = MemoryObjects()
        self.commands = RecordingCommands()
        self.bell = QuickBell()
        self.detector = ScriptedDetector()
        self.scratch = scratch
        ids = itertools.count(1)
        self.mint: Callable[[], str] = lambda: f"id-{next(ids)}"
        self.decoder_for: Callable[[str], Any] = ScriptedDecoder
        self.current: Worker | None = None

    def worker(self) -> tuple[Worker, BatchingDetector]:
        batching = BatchingDetector(self.detector)
        evidence = Evidence(self.objects, _jpeg, SiteId("site"), self.clock)
        live = LiveParts(
            self.store,
            self.relay,
            self._decoder,
            batching,
            self.commands,
            evidence,
            self.clock,
            self.mint,
            5.0,
        )
        stored = StoredParts(
            self.store,
            self.objects,
            ScriptedFootage(),
            batching,
            evidence,
            self.clock,
            self.mint,
            self.scratch,
            5.0,
        )
        parts = WorkerParts(
            "w1",
            self.store,
            self.bell,
            self.clock,
            live,
            stored,
            lambda camera: CameraJudge(camera, (), self.detector.info.classes, self.mint),
        )
        return Worker(parts), batching

    def _decoder(self, codec: str) -> Any:
        return self.decoder_for(codec)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Worker]:
        worker, batching = self.worker()
        self.current = worker
        tasks = [asyncio.create_task(worker.run()), asyncio.create_task(batching.run())]
        try:
            yield worker
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def push(self, camera: CameraId, start_ms: int, values: list[int], step_ms: int = 200) -> int:
        """Push frames; returns the time after the last."""
        for index, value in enumerate(values):
            self.relay.push(camera, start_ms + index * step_ms, value)
        return start_ms + len(values) * step_ms

    def judged_ms(self, camera: CameraId) -> int:
        desk = self.current._desks.get(camera) if self.current else None
        return desk._judged_ms if desk else 0

    async def until(self, true: Callable[[], bool], timeout_s: float = 40) -> None:
        async with asyncio.timeout(timeout_s):
            while not true():
                await asyncio.sleep(0.005)

    async def until_done(self, number: int) -> None:
        await self.until(lambda: self.store.rows[number].state == "done")


def _jpeg(picture: Picture) -> bytes:
    return b"jpeg" + bytes([int(picture[0, 0, 0])])


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


async def feed(bench: Bench, camera: CameraId, start_ms: int, values: list[int]) -> int:
    """Push frames as they are judged (those that nobody judges after a moment), so that none is given up."""
    loop = asyncio.get_running_loop()
    if not bench.relay.away:
        await bench.until(lambda: bool(bench.relay.streams.get(camera)))
    for index, value in enumerate(values):
        pts_ms = start_ms + index * 200
        bench.relay.push(camera, pts_ms, value)
        await bench.clock.sleep_ms(200)
        until = loop.time() + 0.1
        while bench.judged_ms(camera) < pts_ms and loop.time() < until:
            await asyncio.sleep(0.002)
    return start_ms + len(values) * 200


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


async def test_an_occurrence_that_nobody_sees_end_ends_with_its_job(bench: Bench) -> None:
    job = bench.store.add_job(CAM, T0)
    async with bench.running():
        end = await feed(bench, CAM, T0, [PERSON] * 10)
        bench.store.close_event(job, end - 200)
        await bench.until_done(job)
    (occurrence,) = bench.store.occurrences.values()
    assert occurrence.end_ms == T0 + 9 * 200


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


async def test_a_hole_in_the_stream_begins_a_new_verdict(bench: Bench) -> None:
    job = bench.store.add_job(CAM, T0)
    async with bench.running():
        await feed(bench, CAM, T0, [NOTHING] * 5)
        end = await feed(bench, CAM, T0 + 8000, [NOTHING] * 5)
        bench.store.close_event(job, end)
        await bench.until_done(job)
    spans = sorted((v.start_ms, v.end_ms, v.final) for v in bench.store.verdicts.values())
    assert spans == [(T0, T0 + 800, True), (T0 + 8000, T0 + 8800, True)]


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


async def test_a_backlog_is_thinned_and_the_newest_frames_are_judged(bench: Bench) -> None:
    job = bench.store.add_job(CAM, T0)
    end = bench.push(CAM, T0, [PERSON] * 100)
    async with bench.running():
        bench.store.close_event(job, end - 200)
        await bench.until_done(job)
    frames = [f.pts_ms for v in bench.store.verdicts.values() for f in v.frames]
    assert len(frames) < 100
    assert max(frames) >= end - 600


# ---- stored footage ---------------------------------------------------------------------------------


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
    assert list(bench.scratch.iterdir()) == []
    assert "jobs" in bench.bell.rung


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


async def test_a_detector_that_breaks_ends_the_worker() -> None:
    class BrokenDetector(ScriptedDetector):
        def detect(self, pictures: Any) -> Any:
            raise Broken(f"no device for {len(pictures)}")

    batching = BatchingDetector(BrokenDetector())
    run = asyncio.create_task(batching.run())
    with pytest.raises(Broken):
        await batching.detect(_picture())
    with pytest.raises(Broken):
        await run


async def test_what_waits_goes_in_one_batch() -> None:
    detector = ScriptedDetector()
    batching = BatchingDetector(detector, max_batch=4)
    asked = [asyncio.create_task(batching.detect(_picture())) for _ in range(6)]
    await asyncio.sleep(0)
    asked[0].cancel()
    await asyncio.sleep(0)
    run = asyncio.create_task(batching.run())
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert [isinstance(answer, tuple) for answer in answers] == [False, True, True, True, True, True]
    assert detector.batches == [4, 1]
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)


def _picture() -> Picture:
    return picture_of(PERSON)


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


async def test_a_nodes_clock_that_was_set_back_is_followed(bench: Bench) -> None:
    job = bench.store.add_job(CAM, T0)
    async with bench.running():
        end = await feed(bench, CAM, T0, [PERSON] * 8)
        bench.store.close_event(job, end - 200)
        await bench.until_done(job)
        earlier = T0 - 300_000
        again = bench.store.add_job(CAM, earlier)
        end = await feed(bench, CAM, earlier, [NOTHING] * 4)
        bench.store.close_event(again, end - 200)
        await bench.until_done(again)
    assert min(v.start_ms for v in bench.store.verdicts.values()) == earlier


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
