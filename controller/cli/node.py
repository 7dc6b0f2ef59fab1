"""`cctv node`: let nodes in."""

import asyncio
import getpass
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from controller.adapters.secret_files import write_secret
from controller.app.nodes import enrol_node
from controller.app.site import open_site
from controller.cli import app, told
from controller.settings import default_data_dir
from shared.errors import Rejected

node = typer.Typer(no_args_is_help=True, help="Camera nodes.")
app.add_typer(node, name="node")


def parse_cameras(given: list[str]) -> tuple[tuple[str, str], ...]:
    """`NAME=SOURCE` pairs; a source alone gets the names camera-1, camera-2 and so on."""
    cameras = []
    for index, text in enumerate(given, 1):
        name, separator, source = text.partition("=")
        named = bool(separator) and "/" not in name and ":" not in name
        cameras.append((name, source) if named else (f"camera-{index}", text))
    return tuple(cameras)


@node.command("add")
@told
def add(
    name: Annotated[str, typer.Argument(help="The node's name: a-z, 0-9 and '-'.")],
    out: Annotated[Path, typer.Option("--out", help="The file to write; it must not exist.")],
    camera: Annotated[
        list[str] | None,
        typer.Option("--camera", help="NAME=SOURCE, for example gate=rtsp://10.0.0.5/stream. May be repeated."),
    ] = None,
    data: Annotated[Path | None, typer.Option("--data", help="The site's data directory.")] = None,
) -> None:
    """Let a node in and write its configuration; run it there with `cctv-edge run --config FILE`."""
    if out.exists():
        raise Rejected("--out", f"{out} exists: choose another file, or remove it")
    if not out.parent.is_dir():
        raise Rejected("--out", f"there is no folder {out.parent}")
    cameras = parse_cameras(camera or ["camera-1=picamera://0"])
    site = open_site((data or default_data_dir(os.environ)) / "cctv.toml")  # noqa: TID251 - the command line reads it
    text = asyncio.run(enrol_node(site, name, cameras, getpass.getuser()))
    write_secret(out, text)
    sys.stdout.write(f"{out}: node {name}, {len(cameras)} cameras. There: cctv-edge run --config {out.name}\n")
