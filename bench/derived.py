"""What pictures in blocks cost: live, from an access unit to its JPEG, and of a recorded film, as it is made.

`python -m bench.derived VIDEO… [--seconds 20]`: each is first encoded as a camera would send it.
"""

import argparse
import asyncio
import os
import resource
import statistics
import tempfile
import time
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

import av

from controller.adapters.derived_films import DerivedFilms
from controller.adapters.growing_derived import GrowingDerived
from controller.adapters.mosaic_process import MosaicProcess
from controller.core.export import Segment, Take
from controller.ports import Clip

FPS = 15
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def as_a_camera_sends(video: Path, into: Path, size: tuple[int, int], seconds: int) -> list[bytes]:
    """The film as H.264 of this size, a keyframe every two seconds; its access units."""
    units: list[bytes] = []
    with av.open(str(video)) as source, av.open(str(into), "w") as target:
        options = {"preset": "veryfast", "tune": "zerolatency", "x264-params": "aud=1:repeat-headers=1"}
        stream: Any = target.add_stream("libx264", rate=FPS, options=options)
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = *size, "yuv420p", 2 * FPS
        for number, frame in enumerate(islice(source.decode(video=0), seconds * FPS)):
            small = frame.reformat(*size, format="yuv420p")
            small.pts, small.time_base = number, Fraction(1, FPS)
            target.mux(stream.encode(small))
        target.mux(stream.encode())
    with av.open(str(into)) as made:
        video_stream = made.streams.video[0]
        annex_b = av.BitStreamFilterContext("h264_mp4toannexb", video_stream)
        for packet in made.demux(video_stream):
            units += [bytes(one) for one in annex_b.filter(packet) if one.size]
    return units


def cpu_s(pid: int) -> float:
    """Processor time that a process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


async def live(units: list[bytes]) -> tuple[float, float, float, float]:
    """Pictures a second, median and 95 % of the latency in ms, share of a core."""
    maker, latencies = MosaicProcess(), list[float]()
    await maker.start()
    came: dict[int, float] = {}

    async def hear() -> None:
        async for one in maker.pictures():
            latencies.append((time.monotonic() - came[one.pts_ms]) * 1000)

    hearing = asyncio.create_task(hear())
    await maker.codec("avc1.42c01f")
    pid = maker.pid or 0
    began, spent = time.monotonic(), cpu_s(pid)
    for number, unit in enumerate(units):
        await asyncio.sleep(max(0.0, began + number / FPS - time.monotonic()))
        came[number * 1000 // FPS] = time.monotonic()
        await maker.unit(number * 1000 // FPS, unit)
    took = time.monotonic() - began
    spent = cpu_s(pid) - spent
    await asyncio.sleep(0.5)
    hearing.cancel()
    await maker.stop()
    return len(latencies) / took, statistics.median(latencies), statistics.quantiles(latencies, n=20)[-1], spent / took


async def recorded(film: Path, folder: Path) -> tuple[float, float]:
    """Wall and processor time of a derived clip, start of its process included, s."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    await DerivedFilms(folder).clip("bench", Clip(film, 0))
    took, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


async def exported(film: Path, size: int, folder: Path, lasts_ms: int) -> tuple[float, int]:
    """Wall time of a film of a derived export, s, and its length in bytes."""
    take = Take("bench", "", "", size, 0, lasts_ms, ((0, size),), (Segment(0, lasts_ms, 0, size),))
    began = time.monotonic()
    growing = await GrowingDerived.open(folder, "derived.mp4")
    await growing.add(film, take)
    made = await growing.finish()
    return time.monotonic() - began, made.length_bytes


async def measure(videos: list[Path], seconds: int) -> None:
    print("| film | size | live: pictures/s | latency ms, 95 % | of a core | clip, s | processor, s | export, s | MB |")
    for video in videos:
        for size in ((640, 360), (1920, 1080)):
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name)
                film = folder / "camera.mp4"
                units = as_a_camera_sends(video, film, size, seconds)
                film_bytes = film.stat().st_size
                fps, median, most, share = await live(units)
                clip_s, clip_cpu_s = await recorded(film, folder / "derived")
                export_s, length = await exported(film, film_bytes, folder, len(units) * 1000 // FPS)
            print(
                f"| {video.stem} | {size[0]} x {size[1]} | {fps:.1f} | {median:.0f}, {most:.0f} | {share:.2f} | "
                f"{clip_s:.1f} | {clip_cpu_s:.1f} | {export_s:.1f} | {length / 1e6:.1f} |",
                flush=True,
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("videos", nargs="+", type=Path)
    parser.add_argument("--seconds", type=int, default=20)
    given = parser.parse_args()
    asyncio.run(measure(given.videos, given.seconds))


if __name__ == "__main__":
    main()
