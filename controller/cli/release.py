"""`cctv release`: the signed releases that this controller offers to its nodes."""

import asyncio
import getpass
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from controller.adapters.release_shelf import Offered, ReleaseShelf
from controller.app.releases import add_release, remove_release, trust_key
from controller.cli import AsJson, app, print_json, told
from controller.cli.backup import Progress
from controller.cli.node import Data, site_of
from controller.cli.storage import size

release = typer.Typer(no_args_is_help=True, help="Signed releases for nodes.")
app.add_typer(release, name="release")


@release.command("trust")
@told
def trust(
    file: Annotated[Path, typer.Argument(help="The public key of whoever makes releases; two, while it changes.")],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Offer from now on only what this key signed. Nodes have a copy of their own, and believe that alone."""
    gone = asyncio.run(trust_key(site_of(data), file, getpass.getuser()))
    if as_json:
        print_json({"trusted": file, "no_longer_offered": gone})
        return
    sys.stdout.write(f"{file}: only releases signed by it are offered\n")
    sys.stdout.writelines(
        f"{name}: no longer offered, another key signed it (cctv release remove {name})\n" for name in gone
    )


@release.command("add")
@told
def add(
    file: Annotated[Path, typer.Argument(help="A signed release.")], data: Data = None, as_json: AsJson = False
) -> None:
    """Check every byte of a release and offer it; install it with `cctv node update`."""
    with Progress() as far:
        made, manifest = asyncio.run(add_release(site_of(data), file, getpass.getuser(), far))
    if as_json:
        print_json({**asdict(made), "made_at": manifest.made_at, "files": len(manifest.files)})
        return
    sys.stdout.write(f"{made.name}: {len(manifest.files)} files, made {manifest.made_at:%Y-%m-%d %H:%M} UTC\n")
    sys.stdout.write(f"Install it: cctv node update --all --to {made.version}\n")


@release.command("list")
@told
def list_all(data: Data = None, as_json: AsJson = False) -> None:
    """Show what is offered, the newest first."""
    found = ReleaseShelf(site_of(data).releases_dir).offered()
    if as_json:
        print_json([asdict(one) for one in found])
        return
    sys.stdout.writelines(f"{_line(one)}\n" for one in found)
    if not found:
        sys.stdout.write("no release is offered: cctv release add FILE\n")


@release.command("remove")
@told
def remove(
    name: Annotated[str, typer.Argument(help="VERSION-PLATFORM, as listed.")],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Offer a release no more; nodes that have it keep it."""
    asyncio.run(remove_release(site_of(data), name, getpass.getuser()))
    print_json({"removed": name}) if as_json else sys.stdout.write(f"{name}: removed\n")


def _line(one: Offered) -> str:
    return f"{one.version:12} {one.platform:20} {size(one.length_bytes)}"
