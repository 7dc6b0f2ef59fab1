"""`cctv size`: how large disks, lines and verifiers of a site have to be, before anything is bought."""

import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated

import typer

from controller.cli import AsJson, app, print_json, told
from controller.core.sizing import JUDGED_MS, ROOM_SHARE, Needed, Wanted, needed

_GB = 1e9
_USUAL = Wanted(cameras=1)


def lines(wanted: Wanted, need: Needed) -> Iterator[str]:
    """What is needed, a line for each thing to buy."""
    years = f"{need.disk_years_node:.1f} years with a disk of {wanted.disk_tbw:g} TBW"
    yield f"nodes: {need.nodes}, {wanted.cameras_on_node} cameras each"
    yield f"disk of a node: {need.ring_bytes_node / _GB:.1f} GB for a ring of {wanted.ring_minutes} min"
    yield f"written on a node: {need.written_bytes_day_node / _GB:.1f} GB a day; {years}"
    yield f"line of a node: {need.uplink_mbit_s_node:.1f} Mbit/s while all its cameras are sent"
    yield f"line of the controller: {need.downlink_mbit_s:.1f} Mbit/s in the mean"
    yield (
        f"store: {need.stored_bytes_day / _GB:.1f} GB a day, {need.store_bytes / _GB:.0f} GB for "
        f"{wanted.keep_days} days ({ROOM_SHARE:.0%} full)"
    )
    yield (
        f"verification: {need.judged_pictures_s:.1f} pictures/s, {need.processor_cores:.2f} cores at {JUDGED_MS} ms "
        "each with the shipped model"
    )
    if need.verifiers is None:
        yield "verifiers: measure with `cctv model bench NAME`, then say --judged-pictures-s"
    else:
        yield f"verifiers: {need.verifiers} that judge {wanted.judged_pictures_s:g} pictures/s each"


@app.command("size")
@told
def size(
    cameras: Annotated[int, typer.Option("--cameras", min=1, max=10_000, help="How many in all.")],
    cameras_on_node: Annotated[
        int, typer.Option("--cameras-on-node", min=1, max=16, help="How many a node has.")
    ] = _USUAL.cameras_on_node,
    main_mbit_s: Annotated[
        float, typer.Option("--main-mbit-s", min=0.1, max=100, help="Of a camera's main stream, which is recorded.")
    ] = _USUAL.main_mbit_s,
    sub_mbit_s: Annotated[
        float, typer.Option("--sub-mbit-s", min=0, max=100, help="Of its small stream, for tiles and motion.")
    ] = _USUAL.sub_mbit_s,
    ring_minutes: Annotated[
        int, typer.Option("--ring-minutes", min=1, max=100_000, help="How far back a node's own recording reaches.")
    ] = _USUAL.ring_minutes,
    moving_share: Annotated[
        float, typer.Option("--moving-share", min=0, max=1, help="Of the day in which something moves.")
    ] = _USUAL.moving_share,
    continuous: Annotated[
        bool, typer.Option("--continuous", help="Everything is sent and kept, not events alone.")
    ] = _USUAL.continuous,
    keep_days: Annotated[
        int, typer.Option("--keep-days", min=1, max=3650, help="How long the store keeps footage.")
    ] = _USUAL.keep_days,
    watched: Annotated[
        int, typer.Option("--watched", min=0, max=10_000, help="Cameras that rules want judged all the time.")
    ] = _USUAL.watched,
    watch_pictures_s: Annotated[
        float, typer.Option("--watch-pictures-s", min=1, max=5, help="As [worker] watch_fps.")
    ] = _USUAL.watch_pictures_s,
    tiles: Annotated[
        int, typer.Option("--tiles", min=0, max=10_000, help="Cameras that somebody looks at.")
    ] = _USUAL.tiles,
    disk_tbw: Annotated[
        float, typer.Option("--disk-tbw", min=1, max=100_000, help="What a node's disk may be written, by its maker.")
    ] = _USUAL.disk_tbw,
    judged_pictures_s: Annotated[
        float | None, typer.Option("--judged-pictures-s", min=0.1, max=100_000, help="What one verifier judged.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Reckon what a site needs: disks and their life, lines, room of the store, verifiers. Asks nobody."""
    wanted = Wanted(
        cameras, cameras_on_node, main_mbit_s, sub_mbit_s, ring_minutes, moving_share, continuous, keep_days, watched,
        watch_pictures_s, tiles, disk_tbw, judged_pictures_s,
    )  # fmt: skip
    need = needed(wanted)
    if as_json:
        print_json({"wanted": asdict(wanted), "needed": asdict(need)})
    else:
        sys.stdout.writelines(f"{line}\n" for line in lines(wanted, need))
