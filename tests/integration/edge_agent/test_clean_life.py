"""A camera that is started and stopped again and again leaves nothing behind: no thread, descriptor or memory."""

import asyncio
import contextlib
import gc
import multiprocessing
import random
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest

from edge_agent.adapters.camera_process import CameraProcess
from edge_agent.adapters.ring import DiskRing
from shared.clock import SystemClock
from shared.ids import CameraId
from tests.fakes.footage import write_film

pytestmark = pytest.mark.integration

CAMERA = CameraId("n1.gate")
WARM_UP = 6


@dataclass(frozen=True)
class Belongings:
    """What two processes hold: this one and the one that forks cameras."""

    threads: int
    descriptors: tuple[int, ...]
    memory_bytes: int


def belongings() -> Belongings:
    gc.collect()
    places = (Path("/proc/self"), Path("/proc") / str(_forker()))
    return Belongings(
        len([thread for thread in threading.enumerate() if not thread.name.startswith("asyncio_")]),
        tuple(len(list((place / "fd").iterdir())) for place in places),
        sum(_memory_bytes(place) for place in places),
    )


def _forker() -> int:
    """The parent of every camera's process."""
    (camera,) = multiprocessing.active_children()
    return int((Path("/proc") / str(camera.pid) / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])


def _memory_bytes(place: Path) -> int:
    lines = (place / "smaps_rollup").read_text(encoding="utf-8").splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(("Private_Clean", "Private_Dirty")))


async def cycle(camera: CameraProcess, chance: random.Random, seen: list[Belongings] | None = None) -> None:
    """One start and stop: at once, in the middle of starting, or while it is watched."""
    task = asyncio.create_task(camera.run())
    match chance.randrange(3) if seen is None else 2:
        case 0:
            await asyncio.sleep(chance.uniform(0, 0.03))
        case 1:
            await asyncio.sleep(chance.uniform(0, 0.4))
        case _:
            async with asyncio.timeout(60), camera.live("main", None) as packets:
                await anext(packets)
    if seen is not None:
        seen.append(belongings())
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    while not camera._segments.empty():
        await camera.next_segment()


@pytest.mark.parametrize("cycles", [30, pytest.param(2_000, marks=[pytest.mark.long, pytest.mark.timeout(3_600)])])
async def test_starts_and_stops_leave_nothing_behind(tmp_path: Path, cycles: int) -> None:
    film = write_film(tmp_path / "film.mp4", options={"g": "5", "bf": "0", "preset": "ultrafast"})
    camera = CameraProcess(CAMERA, str(film), DiskRing(tmp_path), 20_000, SystemClock())
    chance = random.Random(cycles)
    seen: list[Belongings] = []
    for _ in range(WARM_UP):
        await cycle(camera, chance)
    await cycle(camera, chance, seen)
    for _ in range(cycles - WARM_UP - 2):
        await cycle(camera, chance)
    await cycle(camera, chance, seen)
    before, after = seen
    assert multiprocessing.active_children() == []
    assert after.descriptors == before.descriptors
    assert after.threads == before.threads
    assert after.memory_bytes - before.memory_bytes < 8_000_000
    assert not list((tmp_path / "ring" / CAMERA).glob("*.part"))
