"""`cctv node`: let nodes in, shut them out, show them."""

import asyncio
import getpass
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from controller.adapters.secret_files import write_secret
from controller.app.nodes import enrol_node, list_nodes, switch_node
from controller.app.site import Site, open_site
from controller.cli import app, told, warn
from controller.core.node_file import NodeCamera
from controller.settings import default_data_dir
from shared.errors import Rejected

node = typer.Typer(no_args_is_help=True, help="Camera nodes.")
app.add_typer(node, name="node")

Data = Annotated[Path | None, typer.Option("--data", help="The site's data directory.")]
Name = Annotated[str, typer.Argument(help="The node's name.")]


def _site(data: Path | None) -> Site:
    return open_site((data or default_data_dir(os.environ)) / "cctv.toml")  # noqa: TID251 - the command line reads it


def parse_cameras(given: list[str], sub_sources: list[str]) -> tuple[NodeCamera, ...]:
    """`NAME=SOURCE` pairs; a source alone gets the names camera-1, camera-2 and so on; sub streams likewise."""
    subs: dict[str, str] = {}
    for index, text in enumerate(sub_sources, 1):
        name, source = _pair(text, index)
        if name in subs:
            raise Rejected("--sub-source", f"{name} is given twice")
        subs[name] = source
    pairs = [_pair(text, index) for index, text in enumerate(given, 1)]
    unknown = [name for name in subs if name not in dict(pairs)]
    if unknown:
        raise Rejected("--sub-source", f"there is no --camera {unknown[0]} (given: {', '.join(dict(pairs))})")
    return tuple(NodeCamera(name, source, subs.get(name)) for name, source in pairs)


def _pair(text: str, index: int) -> tuple[str, str]:
    name, separator, source = text.partition("=")
    named = bool(separator) and "/" not in name and ":" not in name
    return (name, source) if named else (f"camera-{index}", text)


@node.command("add")
@told
def add(
    name: Annotated[str, typer.Argument(help="The node's name: a-z, 0-9 and '-'.")],
    out: Annotated[Path, typer.Option("--out", help="The file to write; it must not exist.")],
    camera: Annotated[
        list[str] | None,
        typer.Option("--camera", help="NAME=SOURCE, for example gate=rtsp://10.0.0.5/stream. May be repeated."),
    ] = None,
    sub_source: Annotated[
        list[str] | None,
        typer.Option(
            "--sub-source",
            help="NAME=URL: the small stream of that RTSP camera, for motion and small tiles. May be repeated.",
        ),
    ] = None,
    renew: Annotated[
        bool, typer.Option("--renew", help="The node is enrolled already: make its first file void by a new one.")
    ] = False,
    data: Data = None,
) -> None:
    """Let a node in and write its configuration; run it there with `cctv-edge run --config FILE`."""
    if out.exists():
        raise Rejected("--out", f"{out} exists: choose another file, or remove it")
    if not out.parent.is_dir():
        raise Rejected("--out", f"there is no folder {out.parent}")
    cameras = parse_cameras(camera or ["camera-1=picamera://0"], sub_source or [])
    text = asyncio.run(enrol_node(_site(data), name, cameras, getpass.getuser(), renew=renew))
    write_secret(out, text)
    count = f"{len(cameras)} camera{'' if len(cameras) == 1 else 's'}"
    sys.stdout.write(f"{out}: node {name}, {count}. There: cctv-edge run --config {out.name}\n")
    if renew:
        warn([f"any file of {name} that was written before is void: the node needs this one"])


@node.command("disable")
@told
def disable(name: Name, data: Data = None) -> None:
    """Shut one node out: its messages, its live pictures and its account at the broker."""
    site = _site(data)
    asyncio.run(switch_node(site, name, getpass.getuser(), enabled=False))
    yours = site.settings.broker.kind == "external"
    sys.stdout.write(f"{name}: disabled{'. Remove its account at your own broker too' if yours else ''}\n")


@node.command("enable")
@told
def enable(name: Name, data: Data = None) -> None:
    """Let a node's name in again; it needs a new credential from `cctv node add`."""
    asyncio.run(switch_node(_site(data), name, getpass.getuser(), enabled=True))
    sys.stdout.write(f"{name}: enabled. Enrol it again: cctv node add {name} --renew --out FILE\n")


@node.command("list")
@told
def list_all(data: Data = None) -> None:
    """Show every node, and who is shut out."""
    for found in asyncio.run(list_nodes(_site(data))):
        seen = "never seen" if found.last_seen_at is None else f"seen {found.last_seen_at:%Y-%m-%d %H:%M:%S} UTC"
        state = found.state if found.enabled else "disabled"
        sys.stdout.write(f"{found.id:34} {state:10} {seen}{'' if found.enrolled else ', not enrolled'}\n")
