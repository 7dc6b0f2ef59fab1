"""Starts a camera's process from the fork server, whole or not at all."""

import asyncio
import multiprocessing
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from multiprocessing.reduction import DupFd
from typing import Any

from edge_agent.adapters.camera_wire import CameraOrder
from edge_agent.adapters.memory import spare_memory

PRELOAD = ["av", "numpy", "edge_agent.adapters.camera_child", "edge_agent.adapters.camera_spawn"]


async def spawn_camera(order: CameraOrder, connection: Connection, descriptor: int) -> ForkServerProcess:
    """Start a process; when cancelled meanwhile, it is ended again, and nobody uses what was given any more."""
    starting = asyncio.create_task(asyncio.to_thread(_spawn, order, connection, descriptor))
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        await asyncio.wait([starting])
        if starting.exception() is None:
            process = starting.result()
            process.kill()
            await asyncio.to_thread(process.join, 1.0)
        raise


def _spawn(order: CameraOrder, connection: Connection, descriptor: int) -> ForkServerProcess:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOAD)
    process = context.Process(
        target=_enter, args=(order, connection, _Descriptor(descriptor)), name=f"camera {order.camera}", daemon=True
    )
    process.start()
    return process


class _Descriptor:
    """Carries a descriptor into the new process."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __reduce__(self) -> tuple[object, tuple[object]]:
        return _received, (DupFd(self.number),)


def _received(duplicate: Any) -> "_Descriptor":
    return _Descriptor(duplicate.detach())


def _enter(order: CameraOrder, connection: Connection, luma: _Descriptor) -> None:
    from edge_agent.adapters.camera_child import run_camera  # the agent itself needs nothing of FFmpeg

    spare_memory()
    run_camera(order, connection, luma.number)
