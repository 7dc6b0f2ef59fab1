"""`cctv queue`: what waits for verification, which cameras are watched, and what was given up."""

import asyncio
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from controller.app.queue import Standing, read_queue
from controller.app.site import open_site
from controller.cli import AsJson, app, print_json, told
from controller.core.watching import state_of
from controller.settings import default_data_dir
from shared.clock import to_datetime


def lines(standing: Standing) -> Iterator[str]:
    """How verification stands, line by line."""
    load = standing.load
    for queue in load.queues:
        oldest = f", the oldest for {queue.oldest_s:.0f} s" if queue.waiting else ""
        yield f"{queue.name}: {queue.running} running, {queue.waiting} waiting{oldest}"
    if not load.queues:
        yield "nothing waits"
    if load.drain_s is None:
        yield "nothing stored was judged of late: nobody can say how long it will take"
    elif load.drain_s:
        yield f"at the present pace the stored footage is judged in {load.drain_s:.0f} s"
    for one in standing.watched:
        lag = "" if one.lag_ms is None else f", {one.lag_ms / 1000:.1f} s after capture"
        unwatched_s = (standing.now_ms - one.unwatched_since_ms) / 1000
        state = state_of(one, standing.now_ms)
        yield f"{one.camera}: {state}" + (f" for {unwatched_s:.0f} s" if state == "unwatched" else lag)
    for job in standing.parked:
        start, end = (f"{to_datetime(at_ms):%Y-%m-%d %H:%M:%S}" for at_ms in (job.start_ms, job.end_ms))
        yield f"given up: {job.camera} {start} to {end} UTC: {job.reason}"


@app.command("queue")
@told
def queue(
    data: Annotated[Path | None, typer.Option("--data", help="The site's data directory.")] = None,
    parked: Annotated[int, typer.Option("--parked", min=0, max=1000, help="Given up jobs that are shown.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Show what waits for verification, how the watched cameras are, and what was given up, with the reason."""
    site = open_site((data or default_data_dir(os.environ)) / "cctv.toml")  # noqa: TID251 - the command line reads it
    standing = asyncio.run(read_queue(site, parked))
    if as_json:
        print_json({**asdict(standing), "drain_s": standing.load.drain_s})
        return
    sys.stdout.writelines(f"{line}\n" for line in lines(standing))
