"""`cctv key`: keys by which programs ask in somebody's name."""

import asyncio
import getpass
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from controller.app.keys import add_key, list_keys, revoke_key
from controller.app.site import open_site
from controller.cli import AsJson, app, print_json, told
from controller.core.api_key import MOST_DAYS, USUAL_DAYS
from controller.settings import default_data_dir

key = typer.Typer(no_args_is_help=True, help="Keys by which programs ask in somebody's name.")
app.add_typer(key, name="key")

Data = Annotated[Path | None, typer.Option("--data", help="The site's data directory.")]


def _config(data: Path | None) -> Path:
    return (data or default_data_dir(os.environ)) / "cctv.toml"  # noqa: TID251 - the command line reads it


@key.command("add")
@told
def add(
    owner: Annotated[str, typer.Argument(help="In whose name it asks: it never has more than they have then.")],
    name: Annotated[str, typer.Argument(help="What it is for.")],
    role: Annotated[str, typer.Option("--role", help="It is kept to: viewer, operator or admin.")] = "viewer",
    cameras: Annotated[
        list[str] | None, typer.Option("--camera", help="node.camera, or a node; several. Without: all of theirs.")
    ] = None,
    rights: Annotated[
        list[str] | None, typer.Option("--right", help="To those cameras; several. Without: all of theirs.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=MOST_DAYS, help="It is good for so long.")] = USUAL_DAYS,
    data: Data = None,
) -> None:
    """Make a key and print it, this once."""
    site, who = open_site(_config(data)), getpass.getuser()
    made, token = asyncio.run(add_key(site, owner, name, role, days, who, cameras or None, rights or None))
    sys.stdout.write(f"{made['id']} ({owner}, {made['role']}, until {made['expires_at']})\n{token}\n")


@key.command("list")
@told
def list_command(
    owner: Annotated[str | None, typer.Option("--owner", help="Of one person alone.")] = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Show keys: whose they are, until when, and when each was used last."""
    found = asyncio.run(list_keys(open_site(_config(data)), owner))
    if as_json:
        print_json(found)
        return
    for one in found:
        used = f"used {one['used_at']} from {one['used_from']}" if one["used_at"] else "never used"
        rests = f"rests from {one['rests_at']} without a login  " if one["rests_at"] else ""
        line = f"{one['id']}  {one['owner']:16} {one['role']:9} until {one['expires_at']}  {rests}{used}  {one['name']}"
        sys.stdout.write(line + "\n")
    if not found:
        sys.stdout.write("no keys\n")


@key.command("revoke")
@told
def revoke(
    key_id: Annotated[str, typer.Argument(help="Its id, as `cctv key list` shows it.")], data: Data = None
) -> None:
    """End a key at once."""
    asyncio.run(revoke_key(open_site(_config(data)), key_id, getpass.getuser()))
    sys.stdout.write(f"{key_id}: revoked\n")
