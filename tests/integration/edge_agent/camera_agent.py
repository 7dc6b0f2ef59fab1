"""A tiny agent in a process of its own, for tests that freeze or kill it: prints each segment as it hears of it."""

import asyncio
import sys
from pathlib import Path

from edge_agent.adapters.camera_process import CameraProcess
from edge_agent.adapters.ring import DiskRing
from shared.clock import SystemClock
from shared.ids import CameraId


async def run(root: Path, source: str) -> None:
    """Record until killed."""
    camera = CameraProcess(CameraId("n1.gate"), source, DiskRing(root), 10**9, SystemClock())
    task = asyncio.create_task(camera.run())
    while not task.done():
        segment = await camera.next_segment()
        sys.stdout.write(f"{segment.name} {segment.start_ms} {segment.end_ms}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1]), sys.argv[2]))
