"""The model that people choose judges: the one before goes on until then, and where the chosen one does not load."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from controller.core.model_choice import Choice
from controller.flows.detect import BatchingDetector
from controller.flows.follow_model import FollowModel
from controller.ports import Detector
from shared.errors import Rejected
from shared.texts import Text
from tests.fakes.verifier import FastClock, ScriptedDetector

HATS = Choice("hats", over="yard", before="yard", by="kim", at=datetime(2026, 1, 1, tzinfo=UTC))


@dataclass
class One:
    name: str
    detector: Detector
    closed: bool = False

    def close(self) -> None:
        self.closed = True


class Bench:
    def __init__(self, choice: Choice | None = None) -> None:
        self.in_settings = "yard"
        self.choice = choice
        self.loaded: list[One] = []
        self.told: list[tuple[str, Text | None]] = []
        self.follow = FollowModel(
            self, self.load, lambda one, refused: self.told.append((one.name, refused)), FastClock()
        )

    def read(self) -> Choice | None:
        return self.choice

    def load(self, name: str) -> One:
        if name == "broken":
            raise Rejected("model", "it is damaged")
        self.loaded.append(One(name, ScriptedDetector()))
        return self.loaded[-1]

    async def until(self, names: list[str]) -> None:
        batching = BatchingDetector(self.loaded[0].detector)
        run = asyncio.create_task(self.follow.run(batching))
        async with asyncio.timeout(5):
            while [name for name, _ in self.told] != names:
                await asyncio.sleep(0.005)
        await asyncio.sleep(0.02)
        run.cancel()
        with suppress(asyncio.CancelledError):
            await run


def test_without_a_choice_the_settings_count() -> None:
    bench = Bench()
    assert bench.follow.begin().name == "yard"


def test_a_choice_holds_until_the_settings_name_another() -> None:
    assert Bench(HATS).follow.begin().name == "hats"
    assert Bench(replace(HATS, over="another")).follow.begin().name == "yard"


async def test_another_is_taken_while_it_runs_and_the_one_before_is_closed() -> None:
    bench = Bench()
    bench.follow.begin()
    bench.choice = HATS
    await bench.until(["hats"])
    assert [(one.name, one.closed) for one in bench.loaded] == [("yard", True), ("hats", False)]


async def test_one_that_does_not_load_is_told_and_the_one_before_judges_on() -> None:
    bench = Bench()
    bench.follow.begin()
    bench.choice = replace(HATS, name="broken")
    await bench.until(["yard"])
    ((_, refused),) = bench.told
    assert refused is not None
    assert refused.code == "model_choice_refused"
    assert refused.params["chosen"] == "broken"
    assert not bench.loaded[0].closed
    bench.choice = None
    bench.told.clear()
    await bench.until(["yard"])
    assert bench.told == [("yard", None)]


def test_a_choice_that_does_not_load_at_the_start_leaves_the_settings_own() -> None:
    bench = Bench(replace(HATS, name="broken"))
    assert bench.follow.begin().name == "yard"
    bench.follow.tell()
    ((_, refused),) = bench.told
    assert refused is not None
    assert "it is damaged" in refused


def test_nothing_judges_where_the_settings_own_does_not_load() -> None:
    bench = Bench()
    bench.in_settings = "broken"
    with pytest.raises(Rejected):
        bench.follow.begin()
