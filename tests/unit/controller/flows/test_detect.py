"""One detector for all: batches of what waits; a broken one ends it."""

import asyncio
from typing import Any

import pytest

from controller.flows.detect import BatchingDetector
from controller.ports import Picture
from shared.errors import Broken, Transient
from tests.fakes.verifier import (
    PERSON,
    FastClock,
    ScriptedDetector,
    picture_of,
)


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


async def test_what_is_judged_live_goes_first_and_leisure_in_small_batches() -> None:
    detector = ScriptedDetector(dict.fromkeys(range(20), ()))
    order: list[list[int]] = []
    detect = detector.detect
    detector.detect = lambda pictures: order.append([int(p[0, 0, 0]) for p in pictures]) or detect(pictures)  # type: ignore[method-assign, func-returns-value]
    batching = BatchingDetector(detector, max_batch=3, leisure_batch=2)
    asked = [asyncio.create_task(batching.detect(picture_of(n), leisure=True)) for n in range(5)]
    asked += [asyncio.create_task(batching.detect(picture_of(10 + n))) for n in range(4)]
    await asyncio.sleep(0)
    run = asyncio.create_task(batching.run())
    await asyncio.gather(*asked)
    assert order == [[10, 11, 12], [13], [0, 1], [2, 3], [4]]
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)


class Away(ScriptedDetector):
    """A detector on another machine that is away for the first tries."""

    def __init__(self, tries: int) -> None:
        super().__init__()
        self.left = tries

    def detect(self, pictures: Any) -> Any:
        if self.left > 0:
            self.left -= 1
            raise Transient("cluster cannot be reached")
        return super().detect(pictures)


async def test_a_detector_that_is_away_for_a_moment_is_waited_for() -> None:
    batching = BatchingDetector(Away(3), clock=FastClock(1000))
    run = asyncio.create_task(batching.run())
    assert await batching.detect(_picture())
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)


async def test_one_that_stays_away_ends_the_worker() -> None:
    batching = BatchingDetector(Away(100), clock=FastClock(1000))
    run = asyncio.create_task(batching.run())
    with pytest.raises(Transient):
        await batching.detect(_picture())
    with pytest.raises(Transient):
        await run


class Staged(ScriptedDetector):
    """Says which stage ran with what."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: dict[str, Exception] = {}

    def prepare(self, picture: Picture) -> int:
        self._fail("prepare")
        return int(picture[0, 0, 0])

    def infer(self, prepared: Any) -> Any:
        self._fail("infer")
        self.batches.append(len(prepared))
        return [value * 10 for value in prepared]

    def conclude(self, inferred: Any) -> Any:
        self._fail("conclude")
        return [self.script[value // 10] for value in inferred]

    def _fail(self, stage: str) -> None:
        if stage in self.faults:
            raise self.faults[stage]


async def test_a_detector_with_stages_is_served_stage_by_stage() -> None:
    detector = Staged()
    batching = BatchingDetector(detector)
    run = asyncio.create_task(batching.run())
    found = await asyncio.gather(*(batching.detect(picture_of(value)) for value in (PERSON, 0, PERSON)))
    assert [len(one) for one in found] == [1, 0, 1]
    assert sum(detector.batches) == 3
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)


@pytest.mark.parametrize("stage", ["prepare", "conclude"])
async def test_a_stage_that_fails_is_told_to_who_asked_and_the_others_are_served(stage: str) -> None:
    detector = Staged()
    detector.faults[stage] = ValueError(stage)
    batching = BatchingDetector(detector)
    run = asyncio.create_task(batching.run())
    with pytest.raises(ValueError, match=stage):
        await batching.detect(_picture())
    detector.faults.clear()
    assert len(await batching.detect(_picture())) == 1
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)


async def test_an_inference_that_fails_ends_the_worker() -> None:
    detector = Staged()
    detector.faults["infer"] = Broken("device lost")
    batching = BatchingDetector(detector)
    run = asyncio.create_task(batching.run())
    with pytest.raises(Broken):
        await batching.detect(_picture())
    with pytest.raises(Broken):
        await run


async def test_another_takes_over_and_the_one_before_answers_what_it_was_asked() -> None:
    seen: list[str] = []

    class Named(ScriptedDetector):
        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

        def detect(self, pictures: Any) -> Any:
            seen.extend([self.name] * len(pictures))
            return super().detect(pictures)

    first, second = Named("first"), Named("second")
    batching = BatchingDetector(first)
    before = [asyncio.create_task(batching.detect(_picture())) for _ in range(2)]
    await asyncio.sleep(0)
    replaced = asyncio.create_task(batching.replace(second))
    await asyncio.sleep(0)
    after = asyncio.create_task(batching.detect(_picture()))
    await asyncio.sleep(0)
    assert not replaced.done(), "the first still owes two answers"
    run = asyncio.create_task(batching.run())
    await asyncio.gather(*before, after, replaced)
    assert seen == ["first", "first", "second"]
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)
