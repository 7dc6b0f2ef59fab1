"""Scores beside the judging: the newest wins, each counts once, and whatever their model does, other rules go on."""

import asyncio
import math
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from controller.core.anomaly import ScorerInfo
from controller.core.records import Occurrence, Rule
from controller.core.send_faults import recognise
from controller.flows.score_pictures import ScorePictures
from controller.ports import TimedPicture
from shared.errors import Broken, CctvError, Rejected
from shared.ids import CameraId, RuleId
from tests.fakes.scorer import Act, FakeScorer
from tests.fakes.verifier import NOTHING, PERSON, FastClock, picture_of
from tests.fakes.verifier_bench import CAM, RULE, T0, Bench, feed

YARD, DOOR, GATE = CameraId("gate.yard"), CameraId("gate.door"), CameraId("gate.gate")
BY = ScorerInfo("fake", "f" * 64)


@asynccontextmanager
async def scoring(*, timeout_s: float = 0.05, **models: FakeScorer) -> AsyncIterator[ScorePictures]:
    """Cameras by their names, each with the model of that name."""
    scores = ScorePictures(
        {CameraId(f"gate.{camera}"): camera for camera in models},
        models.__getitem__,
        FastClock(1000),
        timeout_s=timeout_s,
        score_age_ms=2000,
    )
    running = asyncio.create_task(scores.run())
    try:
        yield scores
    finally:
        assert not running.done(), "nothing that a model does ends it"
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.001)


def at(pts_ms: int, value: int = 1) -> TimedPicture:
    return TimedPicture(pts_ms, picture_of(value), 720)


async def test_a_score_counts_once_and_not_when_it_is_old_or_of_later() -> None:
    scorer = FakeScorer(lambda value: value / 10)
    async with scoring(yard=scorer) as scores:
        for offered, judged, expected in ((1000, 1000, 0.5), (2000, 4000, 0.5), (5000, 7001, None), (9000, 8999, None)):
            seen = len(scorer.seen)
            scores.offer(YARD, at(offered, 5))
            await until(lambda seen=seen: len(scorer.seen) > seen)  # type: ignore[misc]
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            found = scores.take(YARD, judged)
            assert (None if found is None else found.score) == expected
            assert scores.take(YARD, judged) is None
        assert scorer.starts == 1
    assert scorer.stops == 1


async def test_the_newest_picture_wins_and_no_camera_is_left_out() -> None:
    scorer = FakeScorer(lambda value: value / 100)
    scorer.gate = asyncio.Event()
    cameras = {YARD: "one", DOOR: "one"}
    scores = ScorePictures(cameras, lambda _: scorer, FastClock(), timeout_s=10, score_age_ms=9000)
    running = asyncio.create_task(scores.run())
    scores.offer(YARD, at(0, 1))
    await until(lambda: scorer.seen == [1])
    for number in range(2, 50):
        scores.offer(YARD, at(number, number))
    scores.offer(DOOR, at(50, 50))
    scores.offer(YARD, at(51, 51))
    scorer.gate.set()
    await until(lambda: len(scorer.seen) == 3)
    await asyncio.sleep(0.005)
    assert scorer.seen == [1, 51, 50]
    newest = scores.take(YARD, 60)
    assert newest is not None
    assert (newest.pts_ms, newest.by) == (51, BY)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


@pytest.mark.parametrize(
    ("act", "told"),
    [
        (Rejected("score", "the model gives nan"), "gives nan"),
        (math.nan, "nan is no score"),
        (2.0, "2.0 is no score"),
        (-0.1, "-0.1 is no score"),
        (Broken("its process ended"), "process ended"),
        (ValueError("wrong shape"), "wrong shape"),
        (None, "takes longer than 0.05 s"),
    ],
)
async def test_a_bad_answer_is_told_and_others_go_on(act: Act, told: str) -> None:
    bad, good = FakeScorer(lambda value: act if value == 9 else 0.5), FakeScorer(lambda _: 0.5)
    async with scoring(yard=bad, door=good) as scores:
        scores.offer(YARD, at(0, 9))
        scores.offer(DOOR, at(0))
        await until(lambda: told in scores.why_none(YARD))
        await until(lambda: scores.take(DOOR, 0) is not None)
        assert scores.take(YARD, 0) is None
        scores.offer(YARD, at(100))
        await until(lambda: scores.take(YARD, 100) is not None)
        assert scores.why_none(YARD) == "yard: it gives no score in time", "what went wrong before is over"
        assert recognise(scores.why_none(YARD)) is not None, "and a page can say it in its language"


@pytest.mark.parametrize("fault", [Rejected("model", "has no file"), Broken("does not come up")])
async def test_a_model_that_does_not_load_is_told_and_tried_again(fault: CctvError) -> None:
    scorer = FakeScorer(lambda _: 0.5, fault)
    async with scoring(yard=scorer) as scores:
        scores.offer(YARD, at(0))
        await until(lambda: scorer.starts >= 3)
        assert str(fault) in scores.why_none(YARD)
        scorer.start_fault = None
        scores.offer(YARD, at(100))
        await until(lambda: scores.take(YARD, 100) is not None)


async def test_without_a_model_there_is_no_score_and_that_is_all() -> None:
    async with scoring() as scores:
        scores.offer(GATE, at(0))
        assert scores.take(GATE, 0) is None
        assert scores.why_none(GATE) == ""


async def test_no_model_is_loaded_before_a_picture_comes() -> None:
    scorer = FakeScorer(lambda _: 0.5)
    async with scoring(yard=scorer):
        await asyncio.sleep(0.02)
    assert scorer.starts == 0


ODD = Rule(RuleId("odd"), "odd", "anomaly", threshold=0.7, persistence_s=1.0)


@asynccontextmanager
async def judging(bench: Bench, scorer: FakeScorer | None) -> AsyncIterator[None]:
    """A worker that watches CAM, with this model for it."""
    bench.store.rule_list = (RULE, ODD)
    if scorer is not None:
        bench.scores = ScorePictures({CAM: "odd"}, lambda _: scorer, bench.clock, timeout_s=0.1, score_age_ms=2000)
    running = None if bench.scores is None else asyncio.create_task(bench.scores.run())
    bench.store.add_job(CAM, T0, kind="watch")
    try:
        async with bench.running():
            yield
    finally:
        if running is not None:
            assert not running.done()
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


def of(bench: Bench, rule: Rule) -> list[Occurrence]:
    return [one for one in bench.store.occurrences.values() if one.rule.id == rule.id]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    bench = Bench(tmp_path)
    bench.watch_fps = 5.0
    bench.clock.speed = 40
    return bench


async def test_what_looks_odd_long_enough_is_raised_with_its_score(bench: Bench) -> None:
    async with judging(bench, FakeScorer(lambda value: 0.9 if value == PERSON else 0.2)):
        at = await feed(bench, CAM, T0, [NOTHING] * 8)
        assert of(bench, ODD) == []
        at = await feed(bench, CAM, at, [PERSON] * 15)
        await bench.until(lambda: bool(of(bench, ODD)))
        await feed(bench, CAM, at, [NOTHING] * 20)
        await bench.until(lambda: of(bench, ODD)[0].end_ms is not None)
        await bench.until(lambda: any(v.scores for v in bench.store.verdicts.values()))
    (occurrence,) = of(bench, ODD)
    assert dict(occurrence.numbers)["score"] == 0.9
    (score,) = next(v.scores for v in bench.store.verdicts.values() if v.scores)
    assert (score.name, score.most, score.model, score.model_sha256) == ("anomaly", 0.9, "fake", "f" * 64)
    assert bench.store.unscored is None


@pytest.mark.parametrize(
    "scorer",
    [
        FakeScorer(lambda _: None),
        FakeScorer(lambda _: 0.9, loads=False),
        FakeScorer(lambda _: RuntimeError("wrong shape")),
        FakeScorer(lambda _: 2.0),
        None,
    ],
    ids=["hangs", "never loads", "raises", "2.0", "none is named"],
)
async def test_a_model_that_fails_changes_nothing_for_other_rules_and_is_told(
    bench: Bench, scorer: FakeScorer | None
) -> None:
    async with judging(bench, scorer):
        at = await feed(bench, CAM, T0, [NOTHING] * 5)
        at = await feed(bench, CAM, at, [PERSON] * 10)
        await feed(bench, CAM, at, [NOTHING] * 30)
        await bench.until(lambda: bench.store.unscored is not None)
    (intrusion,) = of(bench, RULE)
    assert (intrusion.start_ms, intrusion.condition_ms) == (T0 + 1000, T0 + 1500)
    assert intrusion.end_ms == T0 + 14 * 200
    assert of(bench, ODD) == []
    told = bench.store.unscored
    assert told is not None
    assert told.why == "" if scorer is None else told.why.startswith("odd: ")
    assert not any(v.scores for v in bench.store.verdicts.values())


async def test_a_slow_model_holds_no_frame_up(bench: Bench) -> None:
    """While a score is waited for nothing else is: all frames are judged before it comes."""
    slow = FakeScorer(lambda _: 0.9)
    slow.gate = asyncio.Event()
    async with judging(bench, slow):
        at = await feed(bench, CAM, T0, [PERSON] * 10)
        await bench.until(lambda: bench.judged_ms(CAM) >= at - 200)
        assert len(of(bench, RULE)) == 1
        assert len(slow.seen) >= 1


async def test_no_picture_is_scored_where_no_rule_asks(bench: Bench) -> None:
    scorer = FakeScorer(lambda _: 0.9)
    async with judging(bench, scorer):
        bench.store.rule_list = (RULE,)
        await feed(bench, CAM, T0, [PERSON] * 10)
    assert scorer.starts == 0
    assert bench.store.unscored is None
