"""A camera's process is started whole or not at all."""

import asyncio
import contextlib
import multiprocessing
import os
from pathlib import Path

import pytest

from edge_agent.adapters.camera_spawn import spawn_camera
from edge_agent.adapters.camera_wire import CameraOrder
from edge_agent.adapters.luma_slot import create_luma_memory
from shared.ids import CameraId

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("turns", [0, 1, 2])
async def test_a_start_that_is_cancelled_leaves_no_process(tmp_path: Path, turns: int) -> None:
    order = CameraOrder(CameraId("n1.gate"), "scene://yard", None, tmp_path / "ring", 10**9, 0, 10.0)
    ours, theirs = multiprocessing.Pipe()
    descriptor = create_luma_memory()
    task = asyncio.create_task(spawn_camera(order, theirs, descriptor))
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    await asyncio.sleep(0.5)
    assert multiprocessing.active_children() == []
    for end in (ours, theirs):
        end.close()
    os.close(descriptor)
