"""A scoring process: what it says is checked, and whatever it does it can be ended and started anew."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest

from controller.adapters.anomaly_process import AnomalyProcess
from controller.adapters.model_card import ModelCard, write_card
from controller.adapters.model_file import hash_of
from controller.core.anomaly import ScoreRange
from shared.errors import Broken, Rejected
from tests import anomaly_models

PICTURE = np.full((90, 160, 3), 51, np.uint8)


@asynccontextmanager
async def process(model: str, folder: Path) -> AsyncIterator[AnomalyProcess]:
    one = AnomalyProcess(model, folder)
    try:
        yield one
    finally:
        await one.stop()


def odd(act: str, folder: Path) -> AnomalyProcess:
    return AnomalyProcess(act, folder, program="tests.fakes.odd_scorer")


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_real_model_scores_and_is_ended(tmp_path: Path) -> None:
    file = anomaly_models.brightness(tmp_path / "bright.onnx")
    write_card(tmp_path, "bright", ModelCard(task="anomaly", score_range=ScoreRange(0, 0.5)))
    async with process("bright", tmp_path) as one:
        info = await one.start()
        assert (info.name, info.sha256) == ("bright", hash_of(file))
        assert await one.score(PICTURE) == pytest.approx(0.4, abs=1e-5)
        with pytest.raises(Rejected, match="beyond its range"):
            await one.score(PICTURE * 5)
        assert await one.score(PICTURE) == pytest.approx(0.4, abs=1e-5), (
            "a picture without a score is not the end of it"
        )
        pid = one.pid
        assert pid is not None
        assert "Seccomp:\t2" in Path(f"/proc/{pid}/status").read_text(), "whatever the model holds stays there"
        await one.stop()
        assert not alive(pid)
        with pytest.raises(Broken, match="not loaded"):
            await one.score(PICTURE)


async def test_a_model_that_is_unfit_is_refused_with_the_reason(tmp_path: Path) -> None:
    anomaly_models.brightness(tmp_path / "changed.onnx")
    write_card(tmp_path, "changed", ModelCard(sha256="0" * 64))
    async with process("changed", tmp_path) as one:
        with pytest.raises(Rejected, match="is not the file that was added"):
            await one.start()
        assert one.pid is None


@pytest.mark.parametrize("act", ["nan", "two", "true", "text", "nothing", "refuses"])
async def test_what_is_no_score_is_refused(tmp_path: Path, act: str) -> None:
    one = odd(act, tmp_path)
    await one.start()
    for _ in range(2):
        with pytest.raises(Rejected, match="score"):
            await one.score(PICTURE)
    await one.stop()


@pytest.mark.parametrize("act", ["dies", "huge", "garbage", "list"])
async def test_a_process_that_ends_or_talks_nonsense_is_broken(tmp_path: Path, act: str) -> None:
    one = odd(act, tmp_path)
    await one.start()
    with pytest.raises(Broken):
        await one.score(PICTURE)
    assert one.pid is None


async def test_one_that_does_not_say_what_it_is_is_broken(tmp_path: Path) -> None:
    with pytest.raises(Broken, match="does not load"):
        await odd("no start", tmp_path).start()


async def test_one_that_hangs_is_ended_with_who_waited_and_starts_anew(tmp_path: Path) -> None:
    one = odd("hangs", tmp_path)
    await one.start()
    pid = one.pid
    assert pid is not None
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await one.score(PICTURE)
    assert not alive(pid)
    assert (await one.start()).name == "hangs"
    assert one.pid not in (None, pid)
    await one.stop()
