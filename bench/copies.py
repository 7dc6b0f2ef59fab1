"""What it costs to copy the packets of recorded runs into a film of an export: wall and processor time, all processes.

`python -m bench.copies [--minutes 60] [--mbit 4]`: an hour of 4 Mbit/s as a node stores it, in runs of a minute.
"""

import argparse
import asyncio
import resource
import tempfile
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from controller.adapters.export_folder import ExportFolder
from controller.core.export import Take

FPS = 15
RUN_S = 60
SIZE_PX = (1280, 720)
ID = "bench"


def write_run(into: Path, mbit: float) -> None:
    """A minute in fragments; noise, so that the encoder takes all of its rate."""
    noise = np.random.default_rng(1).integers(0, 255, (SIZE_PX[1] + 64, SIZE_PX[0] + 64, 3), np.uint8)
    flags = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
    with av.open(str(into), "w", format="mp4", options=flags) as target:
        rate = str(round(mbit * 1_000_000))
        options = {"preset": "ultrafast", "b": rate, "maxrate": rate, "bufsize": rate, "g": str(2 * FPS)}
        stream: Any = target.add_stream("libx264", rate=FPS, options=options)
        stream.width, stream.height, stream.pix_fmt = *SIZE_PX, "yuv420p"
        for number in range(FPS * RUN_S):
            left, top = number * 7 % 64, number * 3 % 64
            picture = np.ascontiguousarray(noise[top : top + SIZE_PX[1], left : left + SIZE_PX[0]])
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))


def spent_s() -> float:
    """Processor time of this process and of its children that ended."""
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in both)


async def copied(run: Path, size: int, folder: Path, runs: int) -> tuple[float, float, int]:
    """Wall and processor time of one film of so many runs, s, and its length in bytes."""
    files = ExportFolder(folder, quota_bytes=None, free_bytes_min=0)
    await files.begin(ID)
    began, before = time.monotonic(), spent_s()
    film = await files.film(ID, "film.mp4")
    for number in range(runs):
        start_ms = number * RUN_S * 1000
        await film.add(run, Take("bench", "", "", size, start_ms, start_ms + RUN_S * 1000, ((0, size),)))
    made = await film.finish()
    took = time.monotonic() - began, spent_s() - before
    await files.remove(ID)
    return *took, made.length_bytes


async def measure(minutes: int, mbit: float) -> None:
    print("| minutes | MB | s | processor, s | MB/s |")
    with tempfile.TemporaryDirectory() as name:
        run = Path(name) / "exports" / f"{ID}.part" / "run.mp4"
        run.parent.mkdir(parents=True)
        write_run(run, mbit)
        kept = run.read_bytes()
        for runs in sorted({1, minutes}):
            run.parent.mkdir(parents=True, exist_ok=True)
            run.write_bytes(kept)
            wall_s, processor_s, length = await copied(run, len(kept), run.parent.parent, runs)
            mb = length / 1e6
            print(f"| {runs} | {mb:.0f} | {wall_s:.2f} | {processor_s:.2f} | {mb / wall_s:.0f} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--mbit", type=float, default=4.0)
    given = parser.parse_args()
    asyncio.run(measure(given.minutes, given.mbit))


if __name__ == "__main__":
    main()
