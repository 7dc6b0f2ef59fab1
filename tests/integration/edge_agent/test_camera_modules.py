"""Two camera modules in two processes: one that hangs costs the other not one picture."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import av
import pytest

from edge_agent.adapters.camera_process import CameraProcess
from edge_agent.adapters.camera_wire import NetworkOrder
from edge_agent.adapters.ring import DiskRing
from edge_agent.adapters.sensor_watcher import SensorView, SensorWatcher
from shared.clock import SystemClock
from shared.ids import CameraId
from shared.module_streams import parse_module
from tests.fakes.module import camera_module
from tests.fakes.network_file import write_network
from tests.unit.edge_agent.adapters.test_imx500 import LEFT_OUT, SHAPES, TASK, YX, show

ADDRESSES = [f"picamera://{number}?size=320x192&sub_size=160x96" for number in (0, 1)]
PERIOD_MS = 1000 / 15

pytestmark = [pytest.mark.integration, pytest.mark.timeout(150)]


@pytest.fixture
def control(tmp_path: Path) -> Iterator[Path]:
    with camera_module(tmp_path) as folder:
        yield folder


@asynccontextmanager
async def running(tmp_path: Path, model: str, addresses: list[str]) -> AsyncIterator[list[CameraProcess]]:
    board = tmp_path / "model"
    board.write_text(model, encoding="utf-8")
    modules = tuple(parse_module(address) for address in addresses)
    ring = DiskRing(tmp_path)
    cameras = [
        CameraProcess(
            CameraId(f"n1.c{number}"), address, ring, 10**9, SystemClock(), before=modules[:number], board=board
        )
        for number, address in enumerate(addresses)
    ]
    tasks = [asyncio.create_task(camera.run()) for camera in cameras]
    try:
        yield cameras
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def until(found: Callable[[], bool], timeout_s: float = 60) -> None:
    async with asyncio.timeout(timeout_s):
        while not found():
            await asyncio.sleep(0.05)


def times_of(folder: Path) -> list[float]:
    """When each recorded picture begins, in ms, across all segments; each tells its own start by its name."""
    found: list[float] = []
    for path in sorted(folder.glob("*.mp4")):
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            ticks = [packet.pts for packet in container.demux(stream) if packet.size and packet.pts is not None]
            found.extend(float(tick * (stream.time_base or 1)) * 1000 for tick in ticks)
    return found


@pytest.mark.parametrize("how", ["quiet", "whole"])
async def test_a_module_that_hangs_costs_the_other_no_picture(tmp_path: Path, control: Path, how: str) -> None:
    async with running(tmp_path, "Raspberry Pi 5 Model B Rev 1.0", ADDRESSES) as (hung, sound):
        await until(lambda: all(camera.signs().state == "live" for camera in (hung, sound)))
        assert sound.signs().sub is not None
        (control / "hang-0").write_text(how, encoding="utf-8")
        await until(lambda: hung.signs().restarts >= 1)
        (control / "hang-0").unlink()
        restarts = hung.signs().restarts
        await until(lambda: hung.signs().state == "live")
        assert hung.signs().restarts <= restarts + 1
        assert "no picture" in hung.signs().last_error or hung.signs().state == "live"
        assert (sound.signs().restarts, sound.signs().dropped_frames) == (0, 0)
    times = times_of(tmp_path / "ring" / "n1.c1")
    assert len(times) > 45
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert max(abs(gap - PERIOD_MS) for gap in gaps) <= 1.5  # whole milliseconds, not one picture of 67 missing


@pytest.mark.usefixtures("control")
async def test_only_the_module_that_is_too_much_for_the_board_is_refused(tmp_path: Path) -> None:
    async with running(tmp_path, "Raspberry Pi 4 Model B Rev 1.5", ADDRESSES) as (first, second):
        await until(lambda: second.signs().state == "refused")
        assert "source: Raspberry Pi 4 has 1 camera connectors" in second.signs().last_error
        assert "this is module" not in first.signs().last_error


async def test_what_a_sensor_sees_reaches_the_agent_beside_its_recording(tmp_path: Path, control: Path) -> None:
    show(control, SHAPES, YX + LEFT_OUT + [0.8, 0.3] + [0, 0])
    board = tmp_path / "model"
    board.write_text("Raspberry Pi 5 Model B Rev 1.0", encoding="utf-8")
    view = SensorView(NetworkOrder(write_network(tmp_path / "net.rpk", TASK), None, 0.5, 2.0))
    name = CameraId("n1.c0")
    camera = CameraProcess(name, ADDRESSES[0], DiskRing(tmp_path), 10**9, SystemClock(), board=board, sensor=view)
    watcher = SensorWatcher({name: view})
    task = asyncio.create_task(camera.run())
    try:
        async with asyncio.timeout(60), watcher.watch(camera) as looks:
            first = await looks.next_look()
            second = await looks.next_look()
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    assert [thing.name for thing in first.things] == ["person"]
    assert abs(second.pts_ms - SystemClock().unix_ms()) < 60_000
    assert second.pts_ms - first.pts_ms >= 450
    assert watcher.health.state == "ok"
