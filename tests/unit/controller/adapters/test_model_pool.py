"""Six gigabytes for sixteen cameras: models shared, unloaded in turn, batches shrunk; every camera gets its answer."""

import asyncio
from pathlib import Path

import numpy as np
import pytest

from controller.adapters.engine import OutOfMemory
from controller.adapters.model_detector import ModelDetector
from controller.adapters.model_file import ModelFile
from controller.adapters.model_pool import ModelPool
from controller.flows.detect import BatchingDetector
from controller.flows.merge_models import MergedDetector
from tests.fakes.engine import Device, FakeEngine

GIB = 1024**3
MIB = 1024**2
CAMERAS = 16


class Bench:
    """A device, and models of which each has its weights and what one picture takes."""

    def __init__(self, total_bytes: int, budget: int | None = None, **models: tuple[int, int]) -> None:
        self.device = Device(total_bytes)
        self.models = models
        self.opened: list[str] = []
        needs = {name: weights + picture for name, (weights, picture) in models.items()}
        self.pool = ModelPool(self.open, needs, budget)

    def open(self, name: str, _memory_bytes: int | None, _last: bool) -> ModelDetector:
        weights, picture = self.models[name]
        self.opened.append(name)
        engine = FakeEngine(self.device, weights, picture)
        try:
            return ModelDetector(engine, ModelFile(name, Path(f"{name}.onnx"), "0" * 64), 0.1)
        except OutOfMemory:
            engine.close()
            raise


def bright(value: int) -> "np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]":
    return np.full((64, 64, 3), value, np.uint8)


async def test_sixteen_cameras_share_one_model_within_six_gigabytes() -> None:
    bench = Bench(6 * GIB, 6 * GIB, large=(800 * MIB, 600 * MIB))
    whole = MergedDetector([bench.pool.detector("large")])  # takes pictures as they are, so that all wait at once
    batching = BatchingDetector(whole, max_batch=CAMERAS)
    run = asyncio.create_task(batching.run())

    async def camera(number: int) -> list[int]:
        seen = []
        for frame in range(5):
            (found,) = await batching.detect(bright(100 + number * 8 + frame))
            seen.append(round(found.confidence * 255))
        return seen

    answers = await asyncio.gather(*(camera(n) for n in range(CAMERAS)))
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)
    assert answers == [[100 + n * 8 + frame for frame in range(5)] for n in range(CAMERAS)]
    assert bench.opened == ["large"]
    assert bench.device.refused >= 1
    assert bench.device.peak_bytes <= 6 * GIB
    assert bench.pool.use("large").batch_now == 8


def test_the_least_recently_used_makes_room() -> None:
    bench = Bench(6 * GIB, 6 * GIB, a=(2 * GIB, 100 * MIB), b=(2 * GIB, 100 * MIB), c=(2 * GIB, 100 * MIB))
    for name in "abac":
        assert bench.pool.detector(name).detect([bright(200)])[0]
    assert bench.pool.loaded == ("a", "c")
    bench.pool.detector("b").detect([bright(200)])
    assert bench.pool.loaded == ("c", "b")
    assert bench.opened == ["a", "b", "c", "b"]
    assert bench.device.peak_bytes <= 6 * GIB


def test_where_the_rule_of_thumb_was_wrong_memory_that_runs_out_corrects_it() -> None:
    bench = Bench(3 * GIB, None, a=(2 * GIB, 100 * MIB), b=(2 * GIB, 100 * MIB))
    bench.pool.detector("a").detect([bright(200)])
    bench.pool.detector("b").detect([bright(200)])
    assert bench.pool.loaded == ("b",)
    pair = Bench(3 * GIB, None, a=(1 * GIB, 100 * MIB), b=(1 * GIB, 1500 * MIB))
    pair.device.total_bytes = 10 * GIB
    both = MergedDetector([pair.pool.detector("a"), pair.pool.detector("b")])
    assert both.info.name == "a+b"
    pair.device.total_bytes = 3 * GIB
    assert [len(found) for found in both.detect([bright(200)] * 3)] == [1, 1, 1]
    assert pair.device.peak_bytes <= 4 * GIB


def test_what_fits_nowhere_is_told() -> None:
    bench = Bench(1 * GIB, 6 * GIB, a=(2 * GIB, 100 * MIB))
    with pytest.raises(OutOfMemory):
        bench.pool.detector("a").detect([bright(200)])


def test_one_detector_for_all_who_ask() -> None:
    bench = Bench(6 * GIB, 6 * GIB, a=(1 * GIB, 1 * MIB))
    assert bench.pool.detector("a") is bench.pool.detector("a")
    assert bench.pool.detector("a").info is bench.pool.detector("a").info
    assert bench.opened == ["a"]


async def test_sixteen_cameras_are_prepared_and_read_beside_the_model() -> None:
    bench = Bench(6 * GIB, 6 * GIB, a=(2 * GIB, 100 * MIB), b=(4 * GIB, 100 * MIB))
    batching = BatchingDetector(bench.pool.detector("a"), max_batch=CAMERAS)
    run = asyncio.create_task(batching.run())
    found = await asyncio.gather(*(batching.detect(bright(100 + n)) for n in range(CAMERAS)))
    assert [round(one.confidence * 255) for (one,) in found] == [100 + n for n in range(CAMERAS)]
    assert bench.opened == ["a"], "loaded once, whoever comes first"
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)


def test_what_was_prepared_before_its_model_made_room_is_still_judged() -> None:
    bench = Bench(6 * GIB, 6 * GIB, a=(3 * GIB, 100 * MIB), b=(4 * GIB, 100 * MIB))
    first, other = bench.pool.detector("a"), bench.pool.detector("b")
    prepared = first.prepare(bright(120))
    assert other.detect([bright(130)])
    assert bench.pool.loaded == ("b",)
    said = first.infer([prepared])
    assert other.detect([bright(130)])
    ((found,),) = first.conclude(said)
    assert round(found.confidence * 255) == 120
